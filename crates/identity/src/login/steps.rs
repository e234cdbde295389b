//! The steps on the way to a profile, timed: a test login tells them.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use latchkey_domain::{
    sign_in::Unsuccessful,
    test_login::{Step, StepFailure, StepKind, TurnedAway},
};

/// What was done so far. Several steps may be under way at once.
#[derive(Debug, Default)]
pub(super) struct Steps(Mutex<Vec<Taken>>);

#[derive(Debug)]
struct Taken {
    kind: StepKind,
    began_at: Instant,
    /// `None` while it is under way.
    ended: Option<(Duration, Option<StepFailure>)>,
}

impl Steps {
    /// Notes that a step begins.
    pub(super) fn begin(&self, kind: StepKind) {
        self.taken().push(Taken { kind, began_at: Instant::now(), ended: None });
    }

    /// Notes how a step ended that was begun.
    pub(super) fn end(&self, kind: StepKind, failure: Option<Unsuccessful>) {
        self.end_with(kind, failure.map(StepFailure::Ended));
    }

    /// Notes that a step that was begun turned somebody away.
    pub(super) fn turn_away(&self, kind: StepKind, reason: TurnedAway) {
        self.end_with(kind, Some(StepFailure::TurnedAway(reason)));
    }

    fn end_with(&self, kind: StepKind, failure: Option<StepFailure>) {
        if let Some(step) = self.taken().iter_mut().rev().find(|step| step.kind == kind) {
            step.ended = Some((step.began_at.elapsed(), failure));
        }
    }

    /// Notes a step that took place elsewhere.
    pub(super) fn took(&self, kind: StepKind, took: Duration, failure: Option<Unsuccessful>) {
        let ended = Some((took, failure.map(StepFailure::Ended)));
        self.taken().push(Taken { kind, began_at: Instant::now(), ended });
    }

    /// Notes what a person would be asked for, and a test takes for given.
    pub(super) fn assume(&self, kind: StepKind) {
        self.took(kind, Duration::ZERO, None);
    }

    /// All of them, in order. What is still under way was cut off by `end`.
    pub(super) fn list(&self, end: Option<Unsuccessful>) -> Vec<Step> {
        let step = |taken: &Taken| {
            let cut_off = || (taken.began_at.elapsed(), end.map(StepFailure::Ended));
            let (took, failure) = taken.ended.unwrap_or_else(cut_off);
            Step { kind: taken.kind, failure, took }
        };
        self.taken().iter().map(step).collect()
    }

    fn taken(&self) -> MutexGuard<'_, Vec<Taken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use latchkey_domain::sign_in::Failure;

    use super::*;

    #[test]
    fn a_step_that_was_cut_off_failed_for_what_cut_it_off() {
        let late = Unsuccessful::Failed(Failure::ProviderUnavailable);
        let steps = Steps::default();
        steps.begin(StepKind::Token);
        steps.end(StepKind::Token, None);
        steps.begin(StepKind::Account);
        steps.begin(StepKind::Emails);
        steps.end(StepKind::Account, None);
        let told = steps.list(Some(late)).into_iter().map(|step| (step.kind, step.failure));
        let expected = [
            (StepKind::Token, None),
            (StepKind::Account, None),
            (StepKind::Emails, Some(StepFailure::Ended(late))),
        ];
        assert_eq!(told.collect::<Vec<_>>(), expected);
    }
}
