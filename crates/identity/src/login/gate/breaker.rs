//! When a provider that fails is left alone, and who tries it again.

use std::time::Duration;

use tokio::time::Instant;

/// So many failures one after another, with no answer in between, are no accident.
const FAILURES: u32 = 5;
/// The failures of one outage: those that are further apart may have nothing to do with each other.
const WINDOW: Duration = Duration::from_mins(1);
/// How long it is left alone. Whoever comes next tries it, and may have to wait for nothing.
const REST: Duration = Duration::from_secs(5);

/// Counts failures. While it is open, nothing is asked but by one who tries it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breaker {
    /// Everybody gets through.
    Closed {
        /// Failures one after another.
        failures: u32,
        /// When the first of them was.
        since: Option<Instant>,
    },
    /// Nobody gets through.
    Open {
        /// When somebody may try.
        until: Instant,
    },
    /// One gets through, and is waited for.
    HalfOpen,
}

/// How somebody got through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    /// As everybody.
    Ordinary,
    /// To try it out.
    Probe,
}

/// What somebody who got through has to tell of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Report {
    /// It answers, whatever it said.
    Answered,
    /// It is not there.
    Failed,
    /// Nothing: it was not asked, or not to the end.
    Nothing,
}

/// What a report changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// The provider is left alone from now on.
    Opened,
    /// It was tried out, and is asked again.
    Closed,
}

impl Breaker {
    pub(super) const fn new() -> Self {
        Self::Closed { failures: 0, since: None }
    }

    /// Whether nobody would get through now.
    pub(super) fn is_shut(&self, now: Instant) -> bool {
        match self {
            Self::Closed { .. } => false,
            Self::Open { until } => now < *until,
            Self::HalfOpen => true,
        }
    }

    /// Lets somebody through, if anybody. They must [report](Self::report).
    pub(super) fn enter(&mut self, now: Instant) -> Option<Entry> {
        match self {
            shut if shut.is_shut(now) => None,
            Self::Open { .. } => {
                *self = Self::HalfOpen;
                Some(Entry::Probe)
            }
            _ => Some(Entry::Ordinary),
        }
    }

    /// Hears what somebody has to tell who got through. Of those who got through before it opened it
    /// hears nothing more: they tell how it was.
    pub(super) fn report(&mut self, entry: Entry, report: Report, now: Instant) -> Option<Change> {
        match (entry, report, *self) {
            (Entry::Ordinary, Report::Answered, Self::Closed { .. }) => {
                *self = Self::new();
                None
            }
            (Entry::Ordinary, Report::Failed, Self::Closed { failures, since }) => {
                self.count(failures, since, now)
            }
            (Entry::Probe, Report::Answered, _) => {
                *self = Self::new();
                Some(Change::Closed)
            }
            (Entry::Probe, Report::Failed, _) => {
                *self = Self::Open { until: now + REST };
                Some(Change::Opened)
            }
            (Entry::Probe, Report::Nothing, _) => {
                // Whoever is next tries it in their place.
                *self = Self::Open { until: now };
                None
            }
            (Entry::Ordinary, ..) => None,
        }
    }

    fn count(&mut self, failures: u32, since: Option<Instant>, now: Instant) -> Option<Change> {
        let (failures, since) = match since {
            Some(since) if now.duration_since(since) <= WINDOW => (failures + 1, since),
            _ => (1, now),
        };
        if failures < FAILURES {
            *self = Self::Closed { failures, since: Some(since) };
            return None;
        }
        *self = Self::Open { until: now + REST };
        Some(Change::Opened)
    }
}

#[cfg(test)]
mod tests;
