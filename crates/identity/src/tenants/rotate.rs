//! Rotating a key: the next one is there before the old one goes.

use std::time::Duration;

use backon::Retryable;
use latchkey_domain::{
    Invalid,
    access::ApiKey,
    audit::{Change, FieldChange},
    caller::Caller,
    id::{ApiKeyId, EnvironmentId},
    time::Timestamp,
};
use latchkey_store::Tx;

use super::{
    api_keys::{change, issue, key_made_before, named, owner_exists, rfc_3339},
    may_administer,
};
use crate::{Error, IssuedKey, Latchkey, RequestId, Result, request::after_conflict};

/// The key that makes the call works on for this long at least: its answer may be lost.
const OWN_OVERLAP: Duration = Duration::from_mins(5);

/// A key to be rotated.
#[derive(Debug, Clone)]
pub struct KeyRotation {
    /// Whose it is.
    pub environment: Option<EnvironmentId>,
    /// Which.
    pub id: ApiKeyId,
    /// For how long it works on.
    pub overlap: Duration,
    /// When the next one will stop working.
    pub expires_at: Option<Timestamp>,
    /// Makes a repeat return the first one's next key, without what proves it.
    pub request: Option<RequestId>,
}

/// What became of a rotation.
#[derive(Debug)]
pub struct RotatedKey {
    /// The next key.
    pub next: ApiKey,
    /// What proves it, the first time.
    pub issued: Option<IssuedKey>,
    /// The old key, if it is still there.
    pub old: Option<ApiKey>,
}

impl Latchkey {
    /// Makes the next key in place of one. What proves it is in this answer, and nowhere else.
    #[tracing::instrument(skip_all, fields(api_key = %rotation.id), err(level = "debug"))]
    pub async fn rotate_api_key(
        &self,
        caller: &Caller,
        rotation: &KeyRotation,
    ) -> Result<RotatedKey> {
        may_administer(caller, rotation.environment.as_ref())?;
        if caller.key == Some(rotation.id) && rotation.overlap < OWN_OVERLAP {
            let invalid = Invalid::new("must be 5 minutes or more for the key that makes the call");
            return Err(Error::field("overlap", invalid));
        }
        let rotate = || self.try_rotate_api_key(caller, rotation);
        rotate.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_rotate_api_key(
        &self,
        caller: &Caller,
        rotation: &KeyRotation,
    ) -> Result<RotatedKey> {
        let tx = self.store.begin().await?;
        let scope = rotation.environment.as_ref();
        if let Some(before) = self.answered_before(&tx, scope, rotation.request.as_ref()).await? {
            let next = key_made_before(&tx, &before).await?;
            return Ok(RotatedKey { next, issued: None, old: tx.api_key(rotation.id).await? });
        }
        let now = self.clock.now();
        let old = named(&tx, scope, rotation.id).await?;
        owner_exists(&tx, &old.principal).await?;
        let ended = expire(&tx, &old, rotation, now).await?;
        let new = (old.principal.clone(), old.display_name.clone(), rotation.expires_at);
        let (next, issued) = issue(&tx, new, now).await?;
        tx.audit(caller, &rotated(&old, &ended, &next), now).await?;
        let made = (next.id.to_string(), now);
        self.remember(&tx, scope, rotation.request.as_ref(), (&made.0, made.1)).await?;
        tx.commit().await?;
        Ok(RotatedKey { next, issued: Some(issued), old: Some(ended) })
    }
}

/// Lets the old key stop working after the overlap, if it does not before.
async fn expire(tx: &Tx, old: &ApiKey, rotation: &KeyRotation, now: Timestamp) -> Result<ApiKey> {
    if !old.works(now) {
        return Err(Error::ApiKeyExpired);
    }
    let end = now.plus(rotation.overlap);
    let end = old.expires_at.map_or(end, |before| before.min(end));
    if rotation.expires_at.is_some_and(|at| at <= now || at < end) {
        let invalid =
            Invalid::new("must be in the future, and not before the old key stops working");
        return Err(Error::field("expire_time", invalid));
    }
    if !tx.expire_api_key(old.id, end).await? {
        return Err(Error::Contention(latchkey_store::Error::changed_meanwhile()));
    }
    Ok(ApiKey { expires_at: Some(end), ..old.clone() })
}

/// What the audit tells of a rotation.
fn rotated(old: &ApiKey, ended: &ApiKey, next: &ApiKey) -> Change {
    let time = |key: &ApiKey| key.expires_at.and_then(rfc_3339);
    let sooner = old.expires_at != ended.expires_at;
    let fields = [
        sooner.then(|| FieldChange::replaced("expire_time", &time(old), &time(ended))),
        FieldChange::set("next_api_key", &next.name()),
        Some(FieldChange::secret("key")),
    ];
    change(old, "api_key.rotated", fields.into_iter().flatten().collect())
}
