//! What stands before a connection's provider: so many at once, nobody while it asked to be left alone, and
//! one at a time while it is down. Each process has its own.

mod asking;
mod breaker;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use latchkey_domain::{name::ConnectionName, sign_in::Failure};
use moka::future::Cache;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, timeout},
};

use breaker::{Breaker, Change, Entry, Report};

/// How many may ask through one connection at once: at the half second that a provider takes, two hundred
/// sign-ins a second. It is a tenth of the calls that a process takes (`server/serve.rs`), so that one connection's
/// provider leaves the others' their place.
const SEATS: usize = 100;
/// Over a small rush; a person has not noticed it yet.
const PATIENCE: Duration = Duration::from_millis(250);
/// One for each connection that somebody signs in through, of some hundred bytes.
const MOST: u64 = 10_000;

/// Every connection's gate.
#[derive(Debug, Clone)]
pub(crate) struct Gates(Cache<ConnectionName, Arc<Gate>>);

impl Gates {
    pub(crate) fn new() -> Self {
        Self(Cache::new(MOST))
    }

    /// A connection's.
    async fn of(&self, connection: &ConnectionName) -> Arc<Gate> {
        self.0.get_with_by_ref(connection, async { Arc::new(Gate::new(SEATS)) }).await
    }
}

/// Why somebody does not get through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shut {
    /// The provider asked to be left alone.
    Limited,
    /// It is down.
    Down,
    /// Too many are asking it already.
    Full,
}

impl Shut {
    /// What it counts as.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Limited => "rate_limited",
            Self::Down => "breaker_open",
            Self::Full => "bulkhead_full",
        }
    }

    /// What ends the sign-in: the same as if the provider had been asked.
    const fn failure(self) -> Failure {
        match self {
            Self::Limited => Failure::ProviderRateLimited,
            Self::Down | Self::Full => Failure::ProviderUnavailable,
        }
    }
}

/// One connection's gate.
#[derive(Debug)]
struct Gate {
    seats: Semaphore,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    breaker: Breaker,
    /// When the provider may be asked again, if it told us.
    limited_until: Option<Instant>,
}

impl State {
    fn check(&self, now: Instant) -> Result<(), Shut> {
        if self.limited_until.is_some_and(|until| now < until) {
            return Err(Shut::Limited);
        }
        if self.breaker.is_shut(now) { Err(Shut::Down) } else { Ok(()) }
    }
}

impl Gate {
    fn new(seats: usize) -> Self {
        let state = State { breaker: Breaker::new(), limited_until: None };
        Self { seats: Semaphore::new(seats), state: Mutex::new(state) }
    }

    /// Lets somebody through to ask, who waits a little for a seat.
    async fn enter(&self) -> Result<Pass<'_>, Shut> {
        // Nobody waits for a seat at a table that is not served.
        self.state().check(Instant::now())?;
        let seat = timeout(PATIENCE, self.seats.acquire()).await;
        let seat = seat.ok().and_then(Result::ok).ok_or(Shut::Full)?;
        let now = Instant::now();
        let mut state = self.state();
        state.check(now)?;
        let entry = state.breaker.enter(now).ok_or(Shut::Down)?;
        Ok(Pass { gate: self, entry, _seat: seat })
    }

    /// Keeps everybody out for so long: the provider said so.
    fn leave_alone(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut state = self.state();
        state.limited_until = state.limited_until.max(Some(until));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who got through. Dropped, they had nothing to tell.
#[derive(Debug)]
struct Pass<'a> {
    gate: &'a Gate,
    entry: Entry,
    _seat: SemaphorePermit<'a>,
}

impl Pass<'_> {
    /// Whether they are the one who tries out a provider that was down.
    fn is_probe(&self) -> bool {
        self.entry == Entry::Probe
    }

    /// Tells how the provider is.
    fn report(mut self, report: Report) -> Option<Change> {
        let change = self.gate.state().breaker.report(self.entry, report, Instant::now());
        // Who has told has nothing more to tell: see `drop`.
        self.entry = Entry::Ordinary;
        change
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.gate.state().breaker.report(self.entry, Report::Nothing, Instant::now());
    }
}

#[cfg(test)]
mod tests;
