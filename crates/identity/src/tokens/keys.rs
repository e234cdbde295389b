//! The keys that sign an environment's tokens: from memory, but for the first time.

use std::sync::Arc;

use latchkey_domain::{
    id::{EnvironmentId, SigningKeyId},
    signing_key::{Rotation, rotation},
    time::Timestamp,
};
use latchkey_keyring::{PrivateKey, Purpose};
use latchkey_store::SealedSigningKey;
use moka::future::Cache;
use secrecy::SecretString;

use super::id_token::{Claims, issuer};
use crate::{Error, Latchkey, Result, login::SignedIn};

/// One for each environment that signs somebody in, of some hundred bytes.
const MOST_OPENED: u64 = 10_000;

/// Where the private half of a key is sealed for.
pub(crate) fn signing_key_place(environment: &str, id: SigningKeyId) -> Vec<u8> {
    format!("signing_keys/{environment}/{id}/sealed_key").into_bytes()
}

/// Keys that are open already. A key never changes under its id, so that none here is ever old; which
/// one signs is asked each time.
#[derive(Debug, Clone)]
pub(crate) struct Signers(Cache<SigningKeyId, Arc<PrivateKey>>);

impl Signers {
    pub(crate) fn new() -> Self {
        Self(Cache::new(MOST_OPENED))
    }
}

/// Who signs for an environment at the moment.
#[derive(Debug)]
pub(crate) struct Signer {
    id: SigningKeyId,
    key: Arc<PrivateKey>,
    issuer: String,
}

impl Signer {
    /// The id token of a sign-in.
    pub(crate) fn id_token(&self, signed_in: &SignedIn, now: Timestamp) -> Result<SecretString> {
        let claims = Claims::of(signed_in, self.issuer.clone(), now);
        Ok(self.key.sign(&self.id.to_string(), &claims)?)
    }
}

/// What the keys of an environment are for.
pub(super) fn rotation_of(keys: &[SealedSigningKey], now: Timestamp) -> Rotation {
    let keys: Vec<_> = keys.iter().map(|sealed| sealed.key.clone()).collect();
    rotation(&keys, now)
}

impl Latchkey {
    /// Who signs for an environment at the moment.
    pub(crate) async fn signer(&self, environment: &EnvironmentId) -> Result<Signer> {
        let found = self.cache.environment(environment).await?.ok_or(Error::NotFound)?;
        let keys = self.signing_keys(environment).await?;
        let signs = rotation_of(&keys, self.clock.now()).signs;
        let sealed = keys.iter().find(|sealed| Some(sealed.key.id) == signs);
        let sealed = sealed.ok_or(Error::Internal("an environment has no key that signs"))?;
        let key = self.opened(environment, sealed).await?;
        Ok(Signer { id: sealed.key.id, key, issuer: issuer(&found) })
    }

    /// The keys of an environment. The first time that somebody asks, there is none yet.
    pub(super) async fn signing_keys(
        &self,
        environment: &EnvironmentId,
    ) -> Result<Arc<Vec<SealedSigningKey>>> {
        let keys = self.cache.signing_keys(environment).await?;
        if !keys.is_empty() {
            return Ok(keys);
        }
        self.rotate_keys_of(environment).await?;
        Ok(Arc::new(self.store.signing_keys(environment).await?))
    }

    async fn opened(
        &self,
        environment: &EnvironmentId,
        sealed: &SealedSigningKey,
    ) -> Result<Arc<PrivateKey>> {
        let id = sealed.key.id;
        if let Some(key) = self.signers.0.get(&id).await {
            return Ok(key);
        }
        let place = signing_key_place(environment.as_str(), id);
        let opened = self.keyring.open(Purpose::SigningKey, &place, &sealed.sealed_key)?;
        let key = Arc::new(PrivateKey::from_pkcs8(&opened.text)?);
        if key.public().as_bytes() != sealed.key.public_key {
            return Err(Error::Internal("a signing key is not the one that is published"));
        }
        self.signers.0.insert(id, key.clone()).await;
        Ok(key)
    }
}
