//! What Latchkey does: the use cases, a file each.

mod access;
mod connections;
mod error;
mod events;
mod keys;
mod login;
mod request;
mod tenants;
mod users;

use std::{collections::BTreeMap, sync::Arc};

use latchkey_domain::{
    caller::Caller,
    environment::{Environment, ProviderProblem},
    id::EnvironmentId,
    provider::{Provider, ProviderName},
    time::Clock,
};
use latchkey_keyring::KeyRing;
use latchkey_store::{ConfigCache, Store};
use tokio_util::task::TaskTracker;

pub use access::IssuedKey;
pub use connections::{
    CallbackUrl, CheckedConnection, ConnectionChanges, ConnectionView, DeletedConnection,
    NewConnection, NewCredential, WhatToCheck, WhichConnections,
};
pub use error::{Error, ErrorKind, Result};
pub use events::Watch;
pub use keys::{KeptBecause, KeyUse, Readiness, Resealed};
pub use latchkey_store::{Cursor, FeedPage, Positioned, SealedKind, TimeCursor};
pub use login::{
    Answer, Callback, Completed, LoginOption, LoginOptions, NewTestLogin, Outcome, ProviderAnswer,
    RedeemTicket, Redeemed, StartLogin, Started, StartedTest, TestLoginView,
};
pub use request::{RequestId, etag};
pub use tenants::{
    ApplicationChanges, EnvironmentChanges, KeyRotation, NewApiKey, NewApplication, NewEnvironment,
    RotatedKey,
};
pub use users::UserView;

/// Every provider, by its name.
pub type Providers = BTreeMap<ProviderName, Arc<dyn Provider>>;

/// The use cases, with what they need. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Latchkey {
    store: Store,
    cache: ConfigCache,
    keyring: Arc<KeyRing>,
    providers: Arc<Providers>,
    clock: Arc<dyn Clock>,
    /// Work that outlives the call that began it; waited for at the end.
    work: TaskTracker,
}

impl Latchkey {
    /// Puts the use cases together.
    pub fn new(
        store: Store,
        cache: ConfigCache,
        keyring: Arc<KeyRing>,
        providers: Providers,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (providers, work) = (Arc::new(providers), TaskTracker::new());
        Self { store, cache, keyring, providers, clock, work }
    }

    /// Work that outlives the call that began it: close it, then wait for it.
    pub fn work(&self) -> &TaskTracker {
        &self.work
    }

    /// Lets a caller through who may see an environment. For all others it does not exist.
    fn see(caller: &Caller, environment: &EnvironmentId) -> Result<()> {
        if caller.sees(environment) { Ok(()) } else { Err(Error::NotFound) }
    }

    /// The provider of that name, if it may vouch for people in an environment.
    fn admitted(
        &self,
        provider: &ProviderName,
        environment: &Environment,
    ) -> std::result::Result<Arc<dyn Provider>, ProviderProblem> {
        environment.admit(self.providers.get(provider).cloned())
    }
}
