//! What a person decides on the consent page, taken in advance so that no person is needed.

use std::collections::VecDeque;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use crate::bounded::lock;

/// How many decisions may wait: more than any test queues.
const QUEUE: usize = 10_000;

/// The answer to an authorize request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Grants access.
    Approve {
        /// Key or uuid of the account that is signed in.
        account: String,
    },
    /// Refuses: `error=access_denied`.
    Deny,
    /// Bitbucket itself goes wrong on the way back.
    Fault(RedirectFault),
}

/// A redirect to the callback that a client must refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedirectFault {
    /// `error=server_error` (RFC 6749, 4.1.2.1).
    ServerError,
    /// `error=temporarily_unavailable` (RFC 6749, 4.1.2.1).
    TemporarilyUnavailable,
    /// An error code that no document names.
    UnknownError,
    /// The state alone.
    NeitherCodeNorError,
    /// A good code of the first account with a state that nobody sent.
    WrongState,
    /// A good code of the first account without a state.
    MissingState,
    /// The very redirect that was answered last, code and state included.
    Replay,
}

/// The decisions that wait for authorize requests.
#[derive(Debug, Default)]
pub(crate) struct Decisions {
    queue: Mutex<Queue>,
    last_redirect: Mutex<Option<String>>,
}

#[derive(Debug, Default)]
struct Queue {
    next: VecDeque<Decision>,
    always: Option<Decision>,
}

impl Decisions {
    /// Adds a decision for one request; the oldest goes if too many wait.
    pub(crate) fn push(&self, decision: Decision) {
        let mut queue = lock(&self.queue);
        if queue.next.len() == QUEUE {
            queue.next.pop_front();
        }
        queue.next.push_back(decision);
    }

    /// Decides every request for which nothing is queued; `None` asks a person.
    pub(crate) fn always(&self, decision: Option<Decision>) {
        lock(&self.queue).always = decision;
    }

    /// Forgets all decisions: a person is asked again.
    pub(crate) fn clear(&self) {
        *lock(&self.queue) = Queue::default();
    }

    /// Takes the decision for the request at hand.
    pub(crate) fn take(&self) -> Option<Decision> {
        let mut queue = lock(&self.queue);
        queue.next.pop_front().or_else(|| queue.always.clone())
    }

    /// Remembers a redirect for [`RedirectFault::Replay`].
    pub(crate) fn remember(&self, location: &str) {
        *lock(&self.last_redirect) = Some(location.to_owned());
    }

    pub(crate) fn last_redirect(&self) -> Option<String> {
        lock(&self.last_redirect).clone()
    }
}
