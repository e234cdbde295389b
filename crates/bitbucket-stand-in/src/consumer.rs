//! OAuth consumers: the applications that people sign in to.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

/// Key of the ready-made consumer, as long as Bitbucket's older ones.
pub(crate) const KEY: &str = "standInConsumerKey";
/// Secret of the ready-made consumer: public, as it guards nothing.
pub(crate) const SECRET: &str = "stand-in-consumer-secret-guards-nothing";
/// Callback of the ready-made consumer unless the settings say otherwise.
pub(crate) const CALLBACK_URL: &str = "http://localhost:8080/login/callback";

/// An application registered at Bitbucket.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consumer {
    /// Its OAuth client id.
    pub key: String,
    /// Name that the consent page shows.
    #[serde(default = "default_name")]
    pub name: String,
    /// Every secret that is accepted now; two while one is rotated.
    pub secrets: Vec<SecretString>,
    /// What a `redirect_uri` must start with; without it authorize answers `No callback uri defined`.
    #[serde(default)]
    pub callback_url: Option<String>,
    /// The most that its tokens can do.
    #[serde(default = "default_scopes")]
    pub scopes: Vec<String>,
    /// Whether Bitbucket's "This is a private consumer" is unticked: no `client_credentials` then.
    #[serde(default)]
    pub public: bool,
}

fn default_name() -> String {
    "An application".to_owned()
}

fn default_scopes() -> Vec<String> {
    vec!["account".to_owned(), "email".to_owned()]
}

impl Consumer {
    /// A private consumer with the scopes `account` and `email`.
    pub fn new(key: &str, secret: &str, callback_url: &str) -> Self {
        Self {
            key: key.to_owned(),
            name: default_name(),
            secrets: vec![SecretString::from(secret)],
            callback_url: Some(callback_url.to_owned()),
            scopes: default_scopes(),
            public: false,
        }
    }

    /// Whether one of the secrets is this one.
    pub(crate) fn knows(&self, secret: &str) -> bool {
        self.secrets
            .iter()
            .any(|known| known.expose_secret().as_bytes().ct_eq(secret.as_bytes()).into())
    }
}

/// The registered consumers by key.
#[derive(Debug, Default)]
pub(crate) struct Consumers {
    by_key: RwLock<HashMap<String, Arc<Consumer>>>,
}

impl Consumers {
    pub(crate) fn find(&self, key: &str) -> Option<Arc<Consumer>> {
        self.by_key.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    pub(crate) fn list(&self) -> Vec<Arc<Consumer>> {
        let by_key = self.by_key.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = by_key.values().cloned().collect();
        all.sort_by(|a, b| a.key.cmp(&b.key));
        all
    }

    pub(crate) fn put(&self, consumer: Consumer) {
        let mut by_key = self.by_key.write().unwrap_or_else(PoisonError::into_inner);
        by_key.insert(consumer.key.clone(), Arc::new(consumer));
    }

    /// Changes a consumer, unless there is none of that key.
    pub(crate) fn alter(&self, key: &str, change: impl FnOnce(&mut Consumer)) -> bool {
        let mut by_key = self.by_key.write().unwrap_or_else(PoisonError::into_inner);
        by_key.get_mut(key).map(|consumer| change(Arc::make_mut(consumer))).is_some()
    }
}
