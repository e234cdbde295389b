//! Environments.

use backon::Retryable;
use latchkey_domain::{
    access::Principal,
    audit::{Change, FieldChange},
    caller::Caller,
    environment::{Environment, EnvironmentKind, domain_fits},
    host::Host,
    id::EnvironmentId,
    page::{Listed, Page},
    policy::EnvironmentPolicies,
    text::DisplayName,
};
use latchkey_store::{TimeCursor, Tx};

use super::policies::{self, EnvironmentPolicyChanges};
use crate::{
    Error, Latchkey, RequestId, Result,
    connections::replace,
    request::{after_conflict, expect_etag},
};

/// An environment to be created.
#[derive(Debug, Clone)]
pub struct NewEnvironment {
    /// Its id, if the caller chose one.
    pub id: Option<EnvironmentId>,
    /// What administrators will read.
    pub display_name: DisplayName,
    /// Whether it is for real.
    pub kind: EnvironmentKind,
    /// The host that people will sign in on.
    pub default_domain: Host,
    /// What it will ask of whoever signs in.
    pub policies: EnvironmentPolicies,
    /// Makes a repeat return the first one's environment.
    pub request: Option<RequestId>,
}

/// What to change of an environment; the rest stays.
#[derive(Debug, Clone, Default)]
pub struct EnvironmentChanges {
    /// What administrators read.
    pub display_name: Option<DisplayName>,
    /// The host that people sign in on.
    pub default_domain: Option<Host>,
    /// What it asks of whoever signs in.
    pub policies: EnvironmentPolicyChanges,
    /// The version that the caller knows.
    pub etag: Option<String>,
}

impl Latchkey {
    /// Creates an environment.
    #[tracing::instrument(skip_all, err(level = "debug"))]
    pub async fn create_environment(
        &self,
        caller: &Caller,
        new: &NewEnvironment,
    ) -> Result<Environment> {
        domain_fits(&new.default_domain, new.kind)
            .map_err(|invalid| Error::field("environment.default_domain", invalid))?;
        let create = || self.try_create_environment(caller, new);
        create.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_create_environment(
        &self,
        caller: &Caller,
        new: &NewEnvironment,
    ) -> Result<Environment> {
        let tx = self.store.begin().await?;
        if let Some(before) = self.answered_before(&tx, None, new.request.as_ref()).await? {
            let id = before.parse().map_err(|_| Error::Internal("a remembered id is none"))?;
            return tx.environment(&id).await?.ok_or(Error::NotFound);
        }
        let now = self.clock.now();
        let environment = Environment {
            id: new.id.clone().unwrap_or_else(|| EnvironmentId::new(now)),
            display_name: new.display_name.clone(),
            kind: new.kind,
            default_domain: new.default_domain.clone(),
            policies: new.policies.clone(),
            version: 1,
            created_at: now,
            updated_at: now,
        };
        if new.id.is_some() && tx.environment_id_is_taken(&environment.id).await? {
            return Err(Error::Exists);
        }
        free(&tx, &environment).await?;
        tx.add_environment(&environment).await?;
        let (id, name) = (&environment.id, environment.name());
        let change = Change::of(id, "environment.created", &name, told(&environment));
        tx.audit(caller, &change, now).await?;
        let made = (environment.id.as_str(), now);
        self.remember(&tx, None, new.request.as_ref(), made).await?;
        tx.commit().await?;
        Ok(environment)
    }

    /// Gets an environment.
    pub async fn environment(&self, caller: &Caller, id: &EnvironmentId) -> Result<Environment> {
        Self::see(caller, id)?;
        self.environment_of(id).await
    }

    /// Lists the environments.
    pub async fn list_environments(
        &self,
        page: &Page<TimeCursor>,
    ) -> Result<Listed<Environment, TimeCursor>> {
        Ok(self.store.list_environments(page).await?)
    }

    /// Changes an environment.
    #[tracing::instrument(skip_all, fields(environment = %id), err(level = "debug"))]
    pub async fn update_environment(
        &self,
        caller: &Caller,
        id: &EnvironmentId,
        changes: &EnvironmentChanges,
    ) -> Result<Environment> {
        Self::see(caller, id)?;
        let update = || self.try_update_environment(caller, id, changes);
        update.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_update_environment(
        &self,
        caller: &Caller,
        id: &EnvironmentId,
        changes: &EnvironmentChanges,
    ) -> Result<Environment> {
        let tx = self.store.begin().await?;
        let mut environment = tx.environment(id).await?.ok_or(Error::NotFound)?;
        expect_etag(changes.etag.as_deref(), environment.version)?;
        let mut fields = Vec::new();
        let (name, domain) = (changes.display_name.as_ref(), changes.default_domain.as_ref());
        let moves = domain.is_some_and(|domain| *domain != environment.default_domain);
        replace(&mut environment.display_name, name, "display_name", &mut fields);
        replace(&mut environment.default_domain, domain, "default_domain", &mut fields);
        changes.policies.apply(&mut environment.policies, &mut fields);
        domain_fits(&environment.default_domain, environment.kind)
            .map_err(|invalid| Error::field("environment.default_domain", invalid))?;
        if fields.is_empty() {
            return Ok(environment);
        }
        if moves {
            may_move(caller)?;
            free(&tx, &environment).await?;
        }
        environment.version += 1;
        let now = self.clock.now();
        environment.updated_at = now;
        if !tx.update_environment(&environment).await? {
            return Err(Error::Contention(latchkey_store::Error::changed_meanwhile()));
        }
        let change = Change::of(id, "environment.updated", &environment.name(), fields);
        tx.audit(caller, &change, now).await?;
        tx.commit().await?;
        Ok(environment)
    }

    /// Deletes an environment that holds nothing. Its id is not used again.
    #[tracing::instrument(skip_all, fields(environment = %id), err(level = "debug"))]
    pub async fn delete_environment(
        &self,
        caller: &Caller,
        id: &EnvironmentId,
        etag: Option<&str>,
    ) -> Result<()> {
        let delete = || self.try_delete_environment(caller, id, etag);
        delete.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_delete_environment(
        &self,
        caller: &Caller,
        id: &EnvironmentId,
        etag: Option<&str>,
    ) -> Result<()> {
        let tx = self.store.begin().await?;
        let environment = tx.lock_environment(id).await?.ok_or(Error::NotFound)?;
        expect_etag(etag, environment.version)?;
        if tx.environment_holds_anything(id).await? {
            return Err(Error::InUse);
        }
        let now = self.clock.now();
        tx.remove_environment(id, now).await?;
        let change = Change::of(id, "environment.deleted", &environment.name(), Vec::new());
        tx.audit(caller, &change, now).await?;
        Ok(tx.commit().await?)
    }
}

/// Nothing proves a default domain, so an environment's own administrators could take a host from
/// another tenant by it.
fn may_move(caller: &Caller) -> Result<()> {
    if caller.principal == Principal::Operator { Ok(()) } else { Err(Error::OperatorsOnly) }
}

/// Lets a default domain through that is nobody else's.
async fn free(tx: &Tx, environment: &Environment) -> Result<()> {
    let Environment { id, default_domain, .. } = environment;
    if tx.is_taken_domain(default_domain, id).await? { Err(Error::DomainTaken) } else { Ok(()) }
}

/// What the audit tells of a new environment.
fn told(environment: &Environment) -> Vec<FieldChange> {
    let fields = [
        FieldChange::set("display_name", &environment.display_name),
        FieldChange::set("kind", &environment.kind),
        FieldChange::set("default_domain", &environment.default_domain),
    ];
    let policies = policies::told(&environment.policies);
    fields.into_iter().chain(policies).flatten().collect()
}
