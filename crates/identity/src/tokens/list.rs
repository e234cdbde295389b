//! The keys that others verify an environment's tokens with.

use std::time::Duration;

use latchkey_domain::{
    caller::Caller,
    id::{EnvironmentId, SigningKeyId},
    signing_key::CACHED_FOR,
};
use latchkey_keyring::PublicKey;
use latchkey_store::SealedSigningKey;

use super::{id_token::issuer, keys::rotation_of};
use crate::{Error, Latchkey, Result};

/// The keys to verify an environment's tokens with.
#[derive(Debug)]
pub struct KeySet {
    /// `iss` of its tokens.
    pub issuer: String,
    /// The keys, in the order in which they sign. The one that signs next is here long before.
    pub keys: Vec<PublishedKey>,
    /// How long they may be kept.
    pub kept_for: Duration,
}

/// A key that tokens are verified with.
#[derive(Debug, Clone, Copy)]
pub struct PublishedKey {
    /// `kid` of its tokens.
    pub id: SigningKeyId,
    /// What verifies.
    pub public: PublicKey,
}

impl Latchkey {
    /// The keys to verify an environment's tokens with. Whoever asks before anybody has signed in gets
    /// the key that will sign.
    #[tracing::instrument(skip_all, err(level = "debug"))]
    pub async fn list_signing_keys(
        &self,
        caller: &Caller,
        environment: &EnvironmentId,
    ) -> Result<KeySet> {
        Self::see(caller, environment)?;
        let found = self.cache.environment(environment).await?.ok_or(Error::NotFound)?;
        let keys = self.published_keys(environment).await?;
        Ok(KeySet { issuer: issuer(&found), keys, kept_for: CACHED_FOR })
    }

    pub(super) async fn published_keys(
        &self,
        environment: &EnvironmentId,
    ) -> Result<Vec<PublishedKey>> {
        let keys = self.signing_keys(environment).await?;
        let published = rotation_of(&keys, self.clock.now()).published;
        let published = published.iter().filter_map(|id| keys.iter().find(|it| it.key.id == *id));
        published.map(read).collect()
    }
}

fn read(sealed: &SealedSigningKey) -> Result<PublishedKey> {
    let public = PublicKey::from_bytes(&sealed.key.public_key);
    let public = public.ok_or(Error::Internal("a public key is no point on its curve"))?;
    Ok(PublishedKey { id: sealed.key.id, public })
}
