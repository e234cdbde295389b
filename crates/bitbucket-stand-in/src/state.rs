//! Everything that a stand-in knows, shared by all requests.

use std::sync::{Arc, Mutex};

use tokio_util::sync::CancellationToken;

use crate::account::Account;
use crate::accounts::Accounts;
use crate::bounded::lock;
use crate::clock::Clock;
use crate::consumer::{self, Consumer, Consumers};
use crate::control::Control;
use crate::decision::Decisions;
use crate::fault::Faults;
use crate::grants::{Grant, Grants, Holder};
use crate::limit::Limiter;
use crate::log::Log;
use crate::people;
use crate::quirks::Quirks;
use crate::settings::{Mode, Settings};

/// What a stand-in knows; cheap to clone, all clones are one.
///
/// No lock in it is ever held across an await.
#[derive(Debug, Clone)]
pub struct State(pub(crate) Arc<Known>);

/// The parts of a [`State`].
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) mode: Mode,
    /// Where clients reach the stand-in, without a slash at the end.
    pub(crate) base_url: String,
    pub(crate) clock: Clock,
    pub(crate) consumers: Consumers,
    pub(crate) accounts: Accounts,
    pub(crate) decisions: Decisions,
    pub(crate) faults: Faults,
    pub(crate) grants: Grants,
    pub(crate) limiter: Limiter,
    pub(crate) log: Log,
    quirks: Mutex<Quirks>,
    pub(crate) stop: CancellationToken,
}

impl State {
    /// A stand-in with the ready-made consumer and accounts, reached under `base_url`.
    pub fn new(settings: &Settings, base_url: &str) -> Self {
        let known = Known {
            mode: settings.mode,
            base_url: base_url.trim_end_matches('/').to_owned(),
            clock: Clock::default(),
            consumers: Consumers::default(),
            accounts: Accounts::default(),
            decisions: Decisions::default(),
            faults: Faults::default(),
            grants: Grants::default(),
            limiter: Limiter::default(),
            log: Log::default(),
            quirks: Mutex::default(),
            stop: CancellationToken::new(),
        };
        let mut ready = Consumer::new(consumer::KEY, consumer::SECRET, &settings.callback_url);
        "Ready-made application".clone_into(&mut ready.name);
        known.consumers.put(ready);
        for account in people::ready_made() {
            known.accounts.put(account);
        }
        Self(Arc::new(known))
    }

    /// The handle that steers it.
    pub fn control(&self) -> Control {
        Control::new(self.0.clone())
    }

    /// Ends every request under way, and every one to come, with 503.
    pub fn stop(&self) {
        self.0.stop.cancel();
    }
}

impl Known {
    pub(crate) fn quirks(&self) -> Quirks {
        *lock(&self.quirks)
    }

    pub(crate) fn set_quirks(&self, quirks: Quirks) {
        *lock(&self.quirks) = quirks;
    }

    /// The account that a grant acts as: the person's, or the app's own.
    pub(crate) fn holder(&self, grant: &Grant) -> Option<Arc<Account>> {
        match &grant.holder {
            Holder::Account(key) => self.accounts.find(key),
            Holder::App => {
                let consumer = self.consumers.find(&grant.consumer)?;
                Some(Arc::new(people::app_user(&consumer.key, &consumer.name)))
            }
        }
    }
}
