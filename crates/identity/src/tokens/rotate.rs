//! Making the next signing key when it is time, and removing those whose time is over.

use std::time::Duration;

use backon::Retryable;
use latchkey_domain::{
    id::{EnvironmentId, SigningKeyId},
    signing_key::{Rotation, SigningKey, looked_at_since},
    time::Timestamp,
};
use latchkey_keyring::{PrivateKey, Purpose};
use latchkey_store::{SealedSigningKey, Tx};
use tokio_util::sync::CancellationToken;

use super::keys::{rotation_of, signing_key_place};
use crate::{Error, Latchkey, Result, request::after_conflict};

/// How often it is looked: a fraction of the day that a key is known before it signs.
const POLL: Duration = Duration::from_mins(10);
/// How many environments are read at once.
const PAGE: u64 = 100;

impl Latchkey {
    /// Makes and removes keys when it is time, until told to stop. Any number of processes may.
    pub async fn rotate_signing_keys(self, stop: CancellationToken) {
        loop {
            if let Err(error) = self.rotate_due_keys().await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "signing keys wait for their turn");
            }
            if stop.run_until_cancelled(tokio::time::sleep(POLL)).await.is_none() {
                return;
            }
        }
    }

    /// Makes and removes the keys whose time it is, and says of how many environments. One that cannot
    /// be done holds up no other.
    pub async fn rotate_due_keys(&self) -> Result<usize> {
        let since = looked_at_since(self.clock.now());
        let (mut done, mut last) = (0, None);
        loop {
            let page = (last.as_ref(), PAGE);
            let found = self.store.environments_that_signed_since(since, page).await?;
            for environment in &found {
                match self.rotate_if_due(environment).await {
                    Ok(changed) => done += usize::from(changed),
                    // Somebody deleted it meanwhile.
                    Err(Error::NotFound) => {}
                    Err(error) => {
                        let error = &error as &dyn std::error::Error;
                        tracing::warn!(error, %environment, "its signing keys are not rotated");
                    }
                }
            }
            match found.into_iter().next_back() {
                Some(environment) => last = Some(environment),
                None => return Ok(done),
            }
        }
    }

    /// Looks without a lock first: for a day there is mostly nothing to do.
    async fn rotate_if_due(&self, environment: &EnvironmentId) -> Result<bool> {
        let keys = self.store.signing_keys(environment).await?;
        if !is_due(&rotation_of(&keys, self.clock.now())) {
            return Ok(false);
        }
        self.rotate_keys_of(environment).await
    }

    /// Makes and removes keys of an environment, if it is time: of any number of processes one does.
    pub(super) async fn rotate_keys_of(&self, environment: &EnvironmentId) -> Result<bool> {
        let rotate = || self.rotate_once(environment);
        rotate.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn rotate_once(&self, environment: &EnvironmentId) -> Result<bool> {
        let tx = self.store.begin().await?;
        // Whoever comes second reads what the first one did.
        tx.lock_environment(environment).await?.ok_or(Error::NotFound)?;
        let now = self.clock.now();
        let rotation = rotation_of(&tx.signing_keys(environment).await?, now);
        if !is_due(&rotation) {
            return Ok(false);
        }
        for id in &rotation.over {
            tx.remove_signing_key(*id).await?;
            tracing::info!(%environment, key = %id, "a signing key is removed: its time is over");
        }
        if let Some(signs_from) = rotation.next_signs_from {
            self.add_signing_key(&tx, environment, (now, signs_from)).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn add_signing_key(
        &self,
        tx: &Tx,
        environment: &EnvironmentId,
        (created_at, signs_from): (Timestamp, Timestamp),
    ) -> Result<()> {
        let (id, private) = (SigningKeyId::new(created_at), PrivateKey::generate()?);
        let place = signing_key_place(environment.as_str(), id);
        let sealed_key = self.keyring.seal(Purpose::SigningKey, &place, &private.to_pkcs8()?)?;
        let public_key = private.public().as_bytes().to_vec();
        let key = SigningKey { id, public_key, created_at, signs_from };
        tx.add_signing_key(environment, &SealedSigningKey { key, sealed_key }).await?;
        tracing::info!(%environment, key = %id, "a signing key is made");
        Ok(())
    }
}

fn is_due(rotation: &Rotation) -> bool {
    rotation.next_signs_from.is_some() || !rotation.over.is_empty()
}
