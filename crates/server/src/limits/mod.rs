//! How often, per address, application and environment: who comes too often is told when to come
//! back. Each process counts for itself, and forgets when it ends.

mod budget;
mod config;
mod person;

use std::{
    collections::HashSet,
    hash::{BuildHasher, Hash, RandomState},
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use governor::clock::MonotonicClock;
use latchkey_domain::{
    access::Principal,
    caller::Caller,
    id::{ApplicationId, EnvironmentId},
};
use latchkey_identity::Error;
use latchkey_telemetry::metrics;
use secrecy::{ExposeSecret, SecretString};
use tokio_util::sync::CancellationToken;
use tonic::Status;

use self::{budget::Budget, person::Network};
use crate::status;

pub use config::LimitsConfig;
pub(crate) use person::Person;

/// How long an address may be remembered that no longer needs to be.
const SWEPT_EVERY: Duration = Duration::from_secs(10);
/// Keys that worked and are remembered for it, of eight bytes each.
const MOST_PROVEN: usize = 10_000;

type OfPerson = Budget<(EnvironmentId, Network)>;
type OfApplication = Budget<(EnvironmentId, ApplicationId)>;

/// What is left to everybody.
pub(crate) struct Limits {
    starts_per_address: OfPerson,
    starts_per_application: OfApplication,
    starts_per_environment: Budget<EnvironmentId>,
    bad_callbacks_per_address: OfPerson,
    email_calls_per_address: OfPerson,
    wrong_login_codes_per_application: OfApplication,
    wrong_keys_per_peer: Budget<Network>,
    /// Hashes of keys that worked here once: whether they still do is asked, however many wrong ones
    /// come from the same address.
    proven: Mutex<HashSet<u64>>,
    hasher: RandomState,
}

impl Limits {
    pub(crate) fn new(config: &LimitsConfig) -> Self {
        Self {
            starts_per_address: budget(config.starts_per_address),
            starts_per_application: budget(config.starts_per_application),
            starts_per_environment: budget(config.starts_per_environment),
            bad_callbacks_per_address: budget(config.bad_callbacks_per_address),
            email_calls_per_address: budget(config.email_calls_per_address),
            wrong_login_codes_per_application: budget(config.wrong_login_codes_per_application),
            wrong_keys_per_peer: budget(config.wrong_keys_per_peer),
            proven: Mutex::default(),
            hasher: RandomState::new(),
        }
    }

    /// Lets a sign-in begin. The person comes first: one who floods uses up nobody else's.
    pub(crate) fn start(
        &self,
        caller: &Caller,
        person: &Person,
        application: &ApplicationId,
    ) -> Result<(), Status> {
        self.begin(person)?;
        let Some(environment) = caller.principal.environment() else { return Ok(()) };
        let key = (environment.clone(), application.clone());
        let taken = self.starts_per_application.take(&key);
        taken.map_err(refused("starts_per_application"))?;
        let taken = self.starts_per_environment.take(environment);
        taken.map_err(refused("starts_per_environment"))
    }

    /// Lets a person begin something.
    pub(crate) fn begin(&self, person: &Person) -> Result<(), Status> {
        let Some(key) = &person.0 else { return Ok(()) };
        self.starts_per_address.take(key).map_err(refused("starts_per_address"))
    }

    /// Lets a callback be looked at.
    pub(crate) fn callback(&self, person: &Person) -> Result<(), Status> {
        let Some(key) = &person.0 else { return Ok(()) };
        self.bad_callbacks_per_address.left(key).map_err(refused("bad_callbacks_per_address"))
    }

    /// Counts a callback that failed, if it belonged to nothing that this browser began.
    pub(crate) fn callback_failed(&self, person: &Person, error: &Error) {
        if let (Some(key), Error::StateInvalid | Error::BrowserMismatch) = (&person.0, error) {
            self.bad_callbacks_per_address.charge(key);
        }
    }

    /// Lets a person do something about their address.
    pub(crate) fn email(&self, person: &Person) -> Result<(), Status> {
        let Some(key) = &person.0 else { return Ok(()) };
        self.email_calls_per_address.take(key).map_err(refused("email_calls_per_address"))
    }

    /// Lets an application bring a login code.
    pub(crate) fn redeem(&self, caller: &Caller) -> Result<(), Status> {
        let Some(key) = application(caller) else { return Ok(()) };
        let left = self.wrong_login_codes_per_application.left(&key);
        left.map_err(refused("wrong_login_codes_per_application"))
    }

    /// Counts a redemption that failed, if its code was wrong.
    pub(crate) fn redeem_failed(&self, caller: &Caller, error: &Error) {
        if let (Some(key), Error::LoginCodeInvalid) = (application(caller), error) {
            self.wrong_login_codes_per_application.charge(&key);
        }
    }

    /// Lets a peer be asked for its key.
    pub(crate) fn ask(
        &self,
        peer: Option<IpAddr>,
        key: Option<&SecretString>,
    ) -> Result<(), Status> {
        let Some(peer) = peer.map(Network::of) else { return Ok(()) };
        let left = self.wrong_keys_per_peer.left(&peer);
        if left.is_err() && key.is_some_and(|key| self.proven().contains(&self.hash(key))) {
            return Ok(());
        }
        left.map_err(refused("wrong_keys_per_peer"))
    }

    /// Counts a call without a key that works.
    pub(crate) fn key_failed(&self, peer: Option<IpAddr>) {
        if let Some(peer) = peer.map(Network::of) {
            self.wrong_keys_per_peer.charge(&peer);
        }
    }

    /// Remembers a key that worked.
    pub(crate) fn key_worked(&self, key: &SecretString) {
        let mut proven = self.proven();
        if proven.len() < MOST_PROVEN {
            proven.insert(self.hash(key));
        }
    }

    /// Forgets who has everything left, again and again until told to stop.
    pub(crate) async fn sweep(&self, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(SWEPT_EVERY)).await.is_some() {
            self.starts_per_address.sweep();
            self.starts_per_application.sweep();
            self.starts_per_environment.sweep();
            self.bad_callbacks_per_address.sweep();
            self.email_calls_per_address.sweep();
            self.wrong_login_codes_per_application.sweep();
            self.wrong_keys_per_peer.sweep();
        }
    }

    fn proven(&self) -> std::sync::MutexGuard<'_, HashSet<u64>> {
        self.proven.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hash(&self, key: &SecretString) -> u64 {
        self.hasher.hash_one(key.expose_secret())
    }
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Limits(..)")
    }
}

/// So many a minute by the time of this machine, which no clock that is set turns back.
fn budget<K: Hash + Eq + Clone>(per_minute: u32) -> Budget<K> {
    Budget::new(per_minute, MonotonicClock)
}

/// The application that calls.
fn application(caller: &Caller) -> Option<(EnvironmentId, ApplicationId)> {
    match &caller.principal {
        Principal::Application(environment, application) => {
            Some((environment.clone(), application.clone()))
        }
        _ => None,
    }
}

fn refused(limit: &'static str) -> impl FnOnce(Duration) -> Status {
    move |wait| {
        metrics::rate_limited(limit);
        status::rate_limited(wait)
    }
}

#[cfg(test)]
mod tests;
