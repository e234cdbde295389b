//! So many a minute for each key, and no more memory than for so many keys.

use std::{
    collections::HashMap,
    hash::Hash,
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use governor::{
    NotUntil, Quota, RateLimiter,
    clock::{Clock, MonotonicClock, Reference},
    middleware::NoOpMiddleware,
    state::keyed::DashMapStateStore,
};

/// Keys that are counted at once, of some hundred bytes each: a few megabytes. Where there are more,
/// those that come last are not counted: no single one of them floods.
pub(super) const MOST_KEYS: usize = 50_000;

type Limiter<K, C> = RateLimiter<K, DashMapStateStore<K>, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// So many a minute for each key: what is over comes back one by one.
pub(super) struct Budget<K: Hash + Eq + Clone, C: Clock + Clone = MonotonicClock> {
    /// `None` lets everything through.
    limiter: Option<Limiter<K, C>>,
    /// Who has nothing left, and until when.
    spent: Mutex<HashMap<K, C::Instant>>,
    clock: C,
}

impl<K: Hash + Eq + Clone, C: Clock + Clone> Budget<K, C> {
    /// A budget that is whole; none where it is 0.
    pub(super) fn new(per_minute: u32, clock: C) -> Self {
        let quota = NonZeroU32::new(per_minute).map(Quota::per_minute);
        let limiter = quota.map(|quota| Limiter::dashmap_with_clock(quota, clock.clone()));
        Self { limiter, spent: Mutex::default(), clock }
    }

    /// Takes one; or says how long it is until there is one.
    pub(super) fn take(&self, key: &K) -> Result<(), Duration> {
        self.try_take(key).map_err(|not_until| not_until.wait_time_from(self.clock.now()))
    }

    /// Whether there is one left, which whoever did wrong took ([`Self::charge`]).
    pub(super) fn left(&self, key: &K) -> Result<(), Duration> {
        let now = self.clock.now();
        let spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        match spent.get(key) {
            Some(until) if *until > now => Err(until.duration_since(now).into()),
            _ => Ok(()),
        }
    }

    /// Takes one for something that went wrong, and notes if there is none.
    pub(super) fn charge(&self, key: &K) {
        let Err(not_until) = self.try_take(key) else { return };
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.insert(key.clone(), not_until.earliest_possible());
    }

    /// Forgets the keys whose budget is whole again.
    pub(super) fn sweep(&self) {
        let now = self.clock.now();
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.retain(|_, until| *until > now);
        spent.shrink_to_fit();
        drop(spent);
        if let Some(limiter) = &self.limiter {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }

    fn try_take(&self, key: &K) -> Result<(), NotUntil<C::Instant>> {
        match &self.limiter {
            Some(limiter) if limiter.len() < MOST_KEYS => limiter.check_key(key),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    fn budget(per_minute: u32) -> (Budget<u32, FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        (Budget::new(per_minute, clock.clone()), clock)
    }

    #[test]
    fn what_is_spent_comes_back_one_by_one_after_the_time_that_is_told() {
        let (budget, clock) = budget(3);
        for _ in 0..3 {
            budget.take(&1).unwrap();
        }
        assert_eq!(budget.take(&1), Err(Duration::from_secs(20)));
        clock.advance(Duration::from_secs(15));
        assert_eq!(budget.take(&1), Err(Duration::from_secs(5)));
        clock.advance(Duration::from_secs(5));
        assert_eq!(budget.take(&1), Ok(()));
        assert_eq!(budget.take(&1), Err(Duration::from_secs(20)));
        assert_eq!(budget.take(&2), Ok(()), "another has a budget of its own");
    }

    #[test]
    fn who_does_wrong_too_often_has_nothing_left_for_a_while() {
        let (budget, clock) = budget(2);
        for _ in 0..3 {
            assert_eq!(budget.left(&1), Ok(()));
            budget.charge(&1);
        }
        assert_eq!(budget.left(&1), Err(Duration::from_secs(30)));
        assert_eq!(budget.left(&2), Ok(()));
        clock.advance(Duration::from_secs(30));
        assert_eq!(budget.left(&1), Ok(()));
        budget.charge(&1);
        budget.charge(&1);
        assert_eq!(budget.left(&1), Err(Duration::from_secs(30)));
    }

    #[test]
    fn zero_lets_everything_through() {
        let (budget, _) = budget(0);
        for _ in 0..10_000 {
            budget.take(&1).unwrap();
            budget.charge(&1);
        }
        budget.left(&1).unwrap();
    }

    #[test]
    fn keys_are_forgotten_once_their_budget_is_whole_again() {
        let (budget, clock) = budget(60);
        let held = || budget.limiter.as_ref().unwrap().len();
        for key in 0..1000 {
            budget.take(&key).unwrap();
        }
        for _ in 0..62 {
            budget.charge(&0);
        }
        clock.advance(Duration::from_secs(2));
        budget.sweep();
        assert_eq!(held(), 1);
        clock.advance(Duration::from_mins(1));
        budget.sweep();
        assert_eq!((held(), budget.spent.lock().unwrap().len()), (0, 0));
    }

    #[test]
    fn beyond_so_many_keys_the_last_are_not_counted() {
        let (budget, clock) = budget(1);
        for key in 0..u32::try_from(MOST_KEYS).unwrap() {
            budget.take(&key).unwrap();
        }
        let last = u32::MAX;
        assert_eq!((budget.take(&last), budget.take(&last)), (Ok(()), Ok(())));
        assert_eq!(budget.limiter.as_ref().unwrap().len(), MOST_KEYS);
        clock.advance(Duration::from_mins(2));
        budget.sweep();
        budget.take(&last).unwrap();
        assert_eq!(budget.take(&last), Err(Duration::from_mins(1)));
    }
}
