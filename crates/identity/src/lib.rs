//! What Latchkey does: the use cases, a file each.

mod access;
mod connections;
mod error;
mod events;
#[cfg(any(test, fuzzing))]
pub mod fuzzed;
mod keys;
mod login;
mod mail;
mod request;
mod tenants;
mod tokens;
mod users;

use std::{collections::BTreeMap, sync::Arc};

use latchkey_domain::{
    caller::Caller,
    dns::Resolver,
    environment::{Environment, ProviderProblem},
    id::EnvironmentId,
    mail::Mailer,
    provider::{Provider, ProviderName},
    time::Clock,
};
use latchkey_keyring::KeyRing;
use latchkey_store::{ConfigCache, Store};
use tokio_util::task::TaskTracker;

pub use access::IssuedKey;
pub use connections::{
    CallbackUrl, CheckedConnection, ConnectionChanges, ConnectionPolicyChanges, ConnectionView,
    DeletedConnection, NewConnection, NewCredential, WantedGrant, WhatToCheck, WhichConnections,
};
pub use error::{Error, ErrorKind, Result};
pub use events::Watch;
pub use keys::{KeptBecause, KeyUse, Readiness, Resealed};
pub use latchkey_store::{
    Cursor, DomainDependents, FeedPage, Positioned, SealedKind, SignIn, SignInEnd, Through,
    TimeCursor,
};
pub use login::{
    Answer, Callback, CodeProblem, Completed, Continue, LoginOption, LoginOptions, MadeLinkTicket,
    NewLinkTicket, NewTestLogin, Outcome, ProviderAnswer, RedeemTicket, Redeemed, SignedIn,
    StartLogin, Started, StartedTest, TestLoginView, WaitsFor,
};
pub use request::{RequestId, credential_etag, etag, grant_etag};
pub use tenants::{
    ApplicationChanges, EnvironmentChanges, EnvironmentPolicyChanges, KeyRotation, NewApiKey,
    NewApplication, NewEnvironment, NewOrganization, OrganizationChanges, RemovedDomain,
    RotatedKey, ShownLogo,
};
pub use tokens::{IdToken, KeySet, PublishedKey};
pub use users::{Guarded, UserView};

/// Every provider, by its name.
pub type Providers = BTreeMap<ProviderName, Arc<dyn Provider>>;

/// What the use cases stand on.
#[derive(Debug)]
pub struct Parts {
    /// Where everything is kept.
    pub store: Store,
    /// What a sign-in reads of the configuration.
    pub cache: ConfigCache,
    /// What seals secrets and sign-ins under way.
    pub keyring: Arc<KeyRing>,
    /// Who vouches for people.
    pub providers: Providers,
    /// Who looks up the records that prove custom domains.
    pub resolver: Arc<dyn Resolver>,
    /// Who carries mail, where that is configured.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// The database's time.
    pub clock: Arc<dyn Clock>,
}

/// The use cases, with what they need. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Latchkey {
    store: Store,
    cache: ConfigCache,
    keyring: Arc<KeyRing>,
    providers: Arc<Providers>,
    resolver: Arc<dyn Resolver>,
    mailer: Option<Arc<dyn Mailer>>,
    clock: Arc<dyn Clock>,
    signers: tokens::Signers,
    gates: login::Gates,
    /// Work that outlives the call that began it; waited for at the end.
    work: TaskTracker,
}

impl Latchkey {
    /// Puts the use cases together.
    pub fn new(parts: Parts) -> Self {
        let Parts { store, cache, keyring, providers, resolver, mailer, clock } = parts;
        let (providers, work) = (Arc::new(providers), TaskTracker::new());
        let (signers, gates) = (tokens::Signers::new(), login::Gates::new());
        Self { store, cache, keyring, providers, resolver, mailer, clock, signers, gates, work }
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
