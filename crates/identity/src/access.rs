//! Keys: who calls, and how keys are made.

use std::sync::Arc;

use latchkey_domain::access::{ApiKey, ApiKeyKind};
use latchkey_keyring::{random_token, sha256};
use secrecy::{ExposeSecret, SecretString};

use crate::{Error, Latchkey, Result};

/// A key is not longer than this: prefix and 43 characters.
const MAX_KEY_LENGTH: usize = 64;
/// How much of a key its hint shows: enough to recognise it, far too little to guess the rest.
const HINT_CHARS: usize = 4;

/// What proves a key, at the one moment when it can be read.
#[derive(Debug)]
pub struct IssuedKey {
    /// The key, as its holder sends it.
    pub secret: SecretString,
    /// How it is kept.
    pub(crate) hash: [u8; 32],
    /// How it is recognised.
    pub(crate) hint: String,
}

impl IssuedKey {
    /// Makes a key of a kind.
    pub(crate) fn new(kind: ApiKeyKind) -> Result<Self> {
        let token = random_token()?;
        let key = format!("{}{}", kind.prefix(), token.expose_secret());
        let hint = key[..kind.prefix().len() + HINT_CHARS].to_owned();
        Ok(Self { hash: sha256(key.as_bytes()), hint, secret: key.into() })
    }
}

impl Latchkey {
    /// Finds whose key this is.
    pub async fn authenticate(&self, key: &SecretString) -> Result<Arc<ApiKey>> {
        let text = key.expose_secret();
        let kind = ApiKeyKind::of(text).filter(|_| text.len() <= MAX_KEY_LENGTH);
        let kind = kind.ok_or(Error::Unauthenticated)?;
        let found = self.cache.api_key(sha256(text.as_bytes())).await?;
        let now = self.clock.now();
        let works = found.filter(|key| key.works(now) && key.principal.kind() == kind);
        let key = works.ok_or(Error::Unauthenticated)?;
        self.note_use(&key).await;
        Ok(key)
    }

    /// Notes that a key was used, to within a minute and out of the caller's way.
    async fn note_use(&self, key: &ApiKey) {
        let now = self.clock.now();
        if !self.cache.first_use_in_a_while(key.id.0).await {
            return;
        }
        let (store, id) = (self.store.clone(), key.id);
        self.work.spawn(async move {
            if let Err(error) = store.touch_api_key(id, now).await {
                let error = &error as &dyn std::error::Error;
                tracing::debug!(error, "the use of a key was not noted");
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_shows_the_kind_and_next_to_nothing_else() {
        let key = IssuedKey::new(ApiKeyKind::Gateway).unwrap();
        assert_eq!(key.hint.len(), "lk_gateway_".len() + 4);
        assert_eq!(key.secret.expose_secret().len(), "lk_gateway_".len() + 43);
        assert!(key.secret.expose_secret().len() <= MAX_KEY_LENGTH);
    }
}
