//! The handle that steers a stand-in.

mod http;

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use crate::account::Account;
use crate::consumer::Consumer;
use crate::decision::Decision;
use crate::fault::{Endpoint, Fault};
use crate::limit::RateLimit;
use crate::log::LoggedRequest;
use crate::quirks::Quirks;
use crate::state::Known;

pub(crate) use http::routes;

/// Steers a stand-in; cheap to clone. The same is to be had as JSON under `/_control`.
#[derive(Debug, Clone)]
pub struct Control {
    state: Arc<Known>,
}

impl Control {
    pub(crate) fn new(state: Arc<Known>) -> Self {
        Self { state }
    }

    /// Registers a consumer, or replaces the one of the same key.
    pub fn add_consumer(&self, consumer: Consumer) {
        self.state.consumers.put(consumer);
    }

    /// Gives a consumer a new secret, beside the ones it has or instead of them; false if there is no such consumer.
    pub fn rotate_secret(&self, key: &str, secret: &str, keep_previous: bool) -> bool {
        self.state.consumers.alter(key, |consumer| {
            if !keep_previous {
                consumer.secrets.clear();
            }
            consumer.secrets.push(SecretString::from(secret));
        })
    }

    /// Adds an account, or replaces the one of the same key.
    pub fn add_account(&self, account: Account) {
        self.state.accounts.put(account);
    }

    /// Changes an account found by key or uuid, except for its key; false if there is none.
    pub fn alter_account(&self, account: &str, change: impl FnOnce(&mut Account)) -> bool {
        self.state.accounts.alter(account, change)
    }

    /// Finds an account by key or uuid; keys `person-1`, `person-2`, … always find one.
    pub fn account(&self, account: &str) -> Option<Arc<Account>> {
        self.state.accounts.find(account)
    }

    /// Decides the next authorize request that nothing earlier in the queue decides.
    pub fn decide_next(&self, decision: Decision) {
        self.state.decisions.push(decision);
    }

    /// Decides every authorize request once the queue is empty; `None` asks a person, as at the start.
    pub fn decide_always(&self, decision: Option<Decision>) {
        self.state.decisions.always(decision);
    }

    /// Shorthand: the next authorize request is approved as this account.
    pub fn approve_next(&self, account: &str) {
        self.decide_next(Decision::Approve { account: account.to_owned() });
    }

    /// Forgets every decision taken in advance.
    pub fn clear_decisions(&self) {
        self.state.decisions.clear();
    }

    /// Lets one request to an endpoint fail, after those already queued.
    pub fn fail_next(&self, endpoint: Endpoint, fault: Fault) {
        self.state.faults.next(endpoint, fault);
    }

    /// Lets every request to an endpoint fail once its queue is empty.
    pub fn fail_always(&self, endpoint: Endpoint, fault: Fault) {
        self.state.faults.always(endpoint, fault);
    }

    /// Lets every answer of an endpoint wait; zero ends it.
    pub fn delay(&self, endpoint: Endpoint, delay: Duration) {
        self.state.faults.delay(endpoint, delay);
    }

    /// Sets or lifts the rate limit of the API; counting begins anew.
    pub fn set_limit(&self, limit: Option<RateLimit>) {
        self.state.limiter.set(limit);
    }

    /// Ends all faults and delays, and lifts the rate limit.
    pub fn heal(&self) {
        self.state.faults.heal();
        self.state.limiter.set(None);
    }

    /// The switches as they stand.
    pub fn quirks(&self) -> Quirks {
        self.state.quirks()
    }

    /// Sets all switches.
    pub fn set_quirks(&self, quirks: Quirks) {
        self.state.set_quirks(quirks);
    }

    /// Lets access tokens run out now: those of an account, by key or uuid, or all.
    pub fn expire_tokens(&self, account: Option<&str>) {
        let key = account.map(|name| self.key_of(name));
        self.state.grants.expire_tokens(key.as_deref(), self.state.clock.now());
    }

    /// Takes back codes and access tokens: those of an account, by key or uuid, or all.
    pub fn revoke_tokens(&self, account: Option<&str>) {
        let key = account.map(|name| self.key_of(name));
        self.state.grants.revoke(key.as_deref());
    }

    /// Every access token that was given out and not taken back, for whoever looks for leaks.
    pub fn access_tokens(&self) -> Vec<String> {
        self.state.grants.tokens()
    }

    /// Moves the stand-in's time, adding to earlier shifts; codes, tokens and limits live by it.
    pub fn shift_clock(&self, seconds: i64) {
        self.state.clock.shift(seconds);
    }

    /// The last 10,000 requests to Bitbucket's paths, oldest first.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.state.log.all()
    }

    /// Forgets these requests.
    pub fn clear_requests(&self) {
        self.state.log.clear();
    }

    fn key_of(&self, account: &str) -> String {
        self.account(account).map_or_else(|| account.to_owned(), |found| found.key.clone())
    }
}
