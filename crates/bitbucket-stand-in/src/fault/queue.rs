//! Which faults and delays are due at each endpoint.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::{Endpoint, Fault};
use crate::bounded::lock;

/// How many faults may wait at an endpoint: more than any test queues.
const QUEUE: usize = 10_000;

#[derive(Debug, Default)]
struct Due {
    next: VecDeque<Fault>,
    always: Option<Fault>,
}

#[derive(Debug, Default)]
struct Place {
    due: Mutex<Due>,
    delay_micros: AtomicU64,
}

/// The faults and delays of all endpoints.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    authorize: Place,
    token: Place,
    user: Place,
    emails: Place,
    workspaces: Place,
}

impl Faults {
    /// One request will fail; the oldest fault goes if too many wait.
    pub(crate) fn next(&self, endpoint: Endpoint, fault: Fault) {
        let mut due = lock(&self.place(endpoint).due);
        if due.next.len() == QUEUE {
            due.next.pop_front();
        }
        due.next.push_back(fault);
    }

    /// Every request will fail until [`Self::heal`].
    pub(crate) fn always(&self, endpoint: Endpoint, fault: Fault) {
        lock(&self.place(endpoint).due).always = Some(fault);
    }

    /// Every answer waits this long first.
    pub(crate) fn delay(&self, endpoint: Endpoint, delay: Duration) {
        let micros = u64::try_from(delay.as_micros()).unwrap_or(u64::MAX);
        self.place(endpoint).delay_micros.store(micros, Ordering::Relaxed);
    }

    /// Ends all faults and delays.
    pub(crate) fn heal(&self) {
        let api = [&self.user, &self.emails, &self.workspaces];
        for place in [&self.authorize, &self.token].into_iter().chain(api) {
            *lock(&place.due) = Due::default();
            place.delay_micros.store(0, Ordering::Relaxed);
        }
    }

    /// Takes what is due for the request at hand.
    pub(crate) fn take(&self, endpoint: Endpoint) -> (Duration, Option<Fault>) {
        let place = self.place(endpoint);
        let mut due = lock(&place.due);
        let fault = due.next.pop_front().or(due.always);
        (Duration::from_micros(place.delay_micros.load(Ordering::Relaxed)), fault)
    }

    fn place(&self, endpoint: Endpoint) -> &Place {
        match endpoint {
            Endpoint::Authorize => &self.authorize,
            Endpoint::Token => &self.token,
            Endpoint::User => &self.user,
            Endpoint::Emails => &self.emails,
            Endpoint::Workspaces => &self.workspaces,
        }
    }
}
