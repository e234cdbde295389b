//! API keys.

use backon::Retryable;
use latchkey_domain::{
    Invalid,
    access::{ApiKey, Principal},
    audit::{Change, FieldChange},
    caller::Caller,
    id::{ApiKeyId, EnvironmentId},
    name::ApplicationName,
    page::{Listed, Page},
    text::DisplayName,
    time::Timestamp,
};
use latchkey_store::{Cursor, Tx};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use super::may_administer;
use crate::{Error, IssuedKey, Latchkey, RequestId, Result, request::after_conflict};

/// A key to be created.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// What it will belong to.
    pub principal: Principal,
    /// What administrators will read.
    pub display_name: DisplayName,
    /// When it will stop working.
    pub expires_at: Option<Timestamp>,
    /// Makes a repeat return the first one's key, without what proves it.
    pub request: Option<RequestId>,
}

impl Latchkey {
    /// Creates a key. What proves it is in this answer, and nowhere else.
    #[tracing::instrument(skip_all, err(level = "debug"))]
    pub async fn create_api_key(
        &self,
        caller: &Caller,
        new: &NewApiKey,
    ) -> Result<(ApiKey, Option<IssuedKey>)> {
        may_administer(caller, new.principal.environment())?;
        let create = || self.try_create_api_key(caller, new);
        create.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_create_api_key(
        &self,
        caller: &Caller,
        new: &NewApiKey,
    ) -> Result<(ApiKey, Option<IssuedKey>)> {
        let tx = self.store.begin().await?;
        let scope = new.principal.environment();
        if let Some(before) = self.answered_before(&tx, scope, new.request.as_ref()).await? {
            return Ok((key_made_before(&tx, &before).await?, None));
        }
        owner_exists(&tx, &new.principal).await?;
        let now = self.clock.now();
        if new.expires_at.is_some_and(|at| at <= now) {
            let invalid = Invalid::new("must be in the future");
            return Err(Error::field("api_key.expire_time", invalid));
        }
        let new_key = (new.principal.clone(), new.display_name.clone(), new.expires_at);
        let (key, issued) = issue(&tx, new_key, now).await?;
        tx.audit(caller, &change(&key, "api_key.created", told(&key)), now).await?;
        self.remember(&tx, scope, new.request.as_ref(), (&key.id.to_string(), now)).await?;
        tx.commit().await?;
        Ok((key, Some(issued)))
    }

    /// Lists the keys of an environment, or the operator keys.
    pub async fn list_api_keys(
        &self,
        caller: &Caller,
        environment: Option<&EnvironmentId>,
        page: &Page<Cursor<Uuid>>,
    ) -> Result<Listed<ApiKey, Cursor<Uuid>>> {
        may_administer(caller, environment)?;
        if let Some(environment) = environment {
            self.environment_of(environment).await?;
        }
        Ok(self.store.list_api_keys(environment, page).await?)
    }

    /// Revokes a key at once.
    #[tracing::instrument(skip_all, fields(api_key = %id), err(level = "debug"))]
    pub async fn delete_api_key(
        &self,
        caller: &Caller,
        environment: Option<&EnvironmentId>,
        id: ApiKeyId,
    ) -> Result<()> {
        may_administer(caller, environment)?;
        let delete = || self.try_delete_api_key(caller, environment, id);
        delete.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_delete_api_key(
        &self,
        caller: &Caller,
        environment: Option<&EnvironmentId>,
        id: ApiKeyId,
    ) -> Result<()> {
        let tx = self.store.begin().await?;
        let key = named(&tx, environment, id).await?;
        tx.remove_api_key(id).await?;
        let change = change(&key, "api_key.deleted", Vec::new());
        tx.audit(caller, &change, self.clock.now()).await?;
        Ok(tx.commit().await?)
    }
}

/// Adds a key for this owner, of this name and with this end.
pub(super) async fn issue(
    tx: &Tx,
    (principal, display_name, expires_at): (Principal, DisplayName, Option<Timestamp>),
    now: Timestamp,
) -> Result<(ApiKey, IssuedKey)> {
    let issued = IssuedKey::new(principal.kind())?;
    let (id, hint) = (ApiKeyId::new(now), issued.hint.clone());
    let (created_at, last_used_at) = (now, None);
    let key = ApiKey { id, principal, display_name, hint, created_at, expires_at, last_used_at };
    let row = latchkey_store::NewApiKey { key: key.clone(), secret_hash: issued.hash };
    tx.add_api_key(&row).await?;
    Ok((key, issued))
}

/// The key of this id, if it belongs there.
pub(super) async fn named(
    tx: &Tx,
    environment: Option<&EnvironmentId>,
    id: ApiKeyId,
) -> Result<ApiKey> {
    let key = tx.api_key(id).await?;
    let key = key.filter(|key| key.principal.environment() == environment);
    key.ok_or(Error::NotFound)
}

pub(super) async fn owner_exists(tx: &Tx, principal: &Principal) -> Result<()> {
    let Some(environment) = principal.environment() else { return Ok(()) };
    tx.hold_environment(environment).await?.ok_or(Error::NotFound)?;
    if let Principal::Application(environment, application) = principal {
        let (environment, application) = (environment.clone(), application.clone());
        let name = ApplicationName { environment, application };
        tx.hold_application(&name).await?.ok_or(Error::NotFound)?;
    }
    Ok(())
}

pub(super) async fn key_made_before(tx: &Tx, id: &str) -> Result<ApiKey> {
    let id = id.parse().map_err(|_| Error::Internal("a remembered id is none"))?;
    tx.api_key(id).await?.ok_or(Error::NotFound)
}

pub(super) fn change(key: &ApiKey, action: &'static str, fields: Vec<FieldChange>) -> Change {
    let environment = key.principal.environment().cloned();
    Change { environment, action, resource: key.name(), fields }
}

/// What the audit tells of a new key.
fn told(key: &ApiKey) -> Vec<FieldChange> {
    let application = match &key.principal {
        Principal::Application(environment, application) => {
            Some(format!("environments/{environment}/applications/{application}"))
        }
        _ => None,
    };
    let fields = [
        FieldChange::set("kind", &key.principal.kind()),
        FieldChange::set("display_name", &key.display_name),
        FieldChange::set("application", &application),
        FieldChange::set("expire_time", &key.expires_at.and_then(rfc_3339)),
        Some(FieldChange::secret("key")),
    ];
    fields.into_iter().flatten().collect()
}

/// A moment as the API writes it.
pub(super) fn rfc_3339(at: Timestamp) -> Option<String> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000).ok()?.format(&Rfc3339).ok()
}
