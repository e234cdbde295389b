//! The database's clock, set off by as much as a test wants.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use latchkey_domain::time::{Clock, Timestamp};
use latchkey_store::DatabaseClock;

/// A clock that a test can put forward and back.
#[derive(Debug, Clone)]
pub(crate) struct ShiftedClock {
    clock: DatabaseClock,
    by: Arc<AtomicI64>,
}

impl ShiftedClock {
    pub(crate) fn new(clock: DatabaseClock) -> Self {
        Self { clock, by: Arc::default() }
    }

    /// Puts the clock forward.
    pub(crate) fn advance(&self, by: std::time::Duration) {
        self.by.fetch_add(i64::try_from(by.as_micros()).unwrap(), Ordering::Relaxed);
    }

    /// Puts the clock back.
    pub(crate) fn put_back(&self, by: std::time::Duration) {
        self.by.fetch_sub(i64::try_from(by.as_micros()).unwrap(), Ordering::Relaxed);
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.clock.now().0 + self.by.load(Ordering::Relaxed))
    }
}
