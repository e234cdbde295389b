//! Organizations.

use backon::Retryable;
use latchkey_domain::{
    Invalid,
    audit::{Change, FieldChange},
    caller::Caller,
    environment::Environment,
    event::EventBody,
    host::Host,
    id::{EnvironmentId, OrganizationId},
    name::OrganizationName,
    organization::{CustomDomain, Organization, custom_domain_fits},
    page::{Listed, Page},
    policy::SignUpPolicy,
    text::DisplayName,
};
use latchkey_store::{TimeCursor, Tx};

use super::dependents::RemovedDomain;
use crate::{
    Error, Latchkey, RequestId, Result,
    connections::{names, replace},
    request::{after_conflict, expect_etag},
};

/// An organization to be created.
#[derive(Debug, Clone)]
pub struct NewOrganization {
    /// Whose it will be.
    pub environment: EnvironmentId,
    /// Its id, if the caller chose one.
    pub id: Option<OrganizationId>,
    /// What administrators will read.
    pub display_name: DisplayName,
    /// The host that its people are to sign in on.
    pub custom_domain: Option<Host>,
    /// Who may sign up for it, if that is not whoever its environment lets.
    pub sign_up_policy: Option<SignUpPolicy>,
    /// Makes a repeat return the first one's organization.
    pub request: Option<RequestId>,
}

/// What to change of an organization; the rest stays.
#[derive(Debug, Clone, Default)]
pub struct OrganizationChanges {
    /// What administrators read.
    pub display_name: Option<DisplayName>,
    /// The host that its people are to sign in on, or none.
    pub custom_domain: Option<Option<Host>>,
    /// Who may sign up for it, or whoever its environment lets.
    pub sign_up_policy: Option<Option<SignUpPolicy>>,
    /// The version that the caller knows.
    pub etag: Option<String>,
    /// Whether only to say what it would do.
    pub validate_only: bool,
}

impl Latchkey {
    /// Creates an organization.
    #[tracing::instrument(skip_all, fields(environment = %new.environment), err(level = "debug"))]
    pub async fn create_organization(
        &self,
        caller: &Caller,
        new: &NewOrganization,
    ) -> Result<Organization> {
        Self::see(caller, &new.environment)?;
        let create = || self.try_create_organization(caller, new);
        create.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_create_organization(
        &self,
        caller: &Caller,
        new: &NewOrganization,
    ) -> Result<Organization> {
        let tx = self.store.begin().await?;
        let environment = tx.hold_environment(&new.environment).await?.ok_or(Error::NotFound)?;
        let scope = Some(&new.environment);
        if let Some(before) = self.answered_before(&tx, scope, new.request.as_ref()).await? {
            let name = before.parse().map_err(|_| Error::Internal("a remembered name is none"))?;
            return tx.organization(&name).await?.ok_or(Error::NotFound);
        }
        may_have(new.custom_domain.as_ref(), &environment)?;
        let now = self.clock.now();
        let organization = Organization {
            environment: new.environment.clone(),
            id: new.id.clone().unwrap_or_else(|| OrganizationId::new(now)),
            display_name: new.display_name.clone(),
            domain: new.custom_domain.clone().map(CustomDomain::unverified),
            sign_up_policy: new.sign_up_policy.clone(),
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let name = organization.name();
        if tx.organization(&name).await?.is_some() {
            return Err(Error::Exists);
        }
        tx.add_organization(&organization).await?;
        let created = EventBody::OrganizationCreated {
            organization: name.clone(),
            display_name: organization.display_name.to_string(),
            custom_domain: new.custom_domain.clone(),
        };
        tx.emit_about_organization(&name, created, now).await?;
        let fields = told(&organization);
        let change = Change::of(&name.environment, "organization.created", &name, fields);
        tx.audit(caller, &change, now).await?;
        self.remember(&tx, scope, new.request.as_ref(), (&name.to_string(), now)).await?;
        tx.commit().await?;
        Ok(organization)
    }

    /// Gets an organization.
    pub async fn organization(
        &self,
        caller: &Caller,
        name: &OrganizationName,
    ) -> Result<Organization> {
        Self::see(caller, &name.environment)?;
        self.store.organization(name).await?.ok_or(Error::NotFound)
    }

    /// Lists the organizations of an environment, or those whose custom domain is to be this one.
    pub async fn list_organizations(
        &self,
        caller: &Caller,
        environment: &EnvironmentId,
        custom_domain: Option<&Host>,
        page: &Page<TimeCursor>,
    ) -> Result<Listed<Organization, TimeCursor>> {
        Self::see(caller, environment)?;
        self.environment_of(environment).await?;
        Ok(self.store.list_organizations(environment, custom_domain, page).await?)
    }

    /// Changes an organization. Another custom domain is one that nobody has proven.
    #[tracing::instrument(skip_all, fields(organization = %name), err(level = "debug"))]
    pub async fn update_organization(
        &self,
        caller: &Caller,
        name: &OrganizationName,
        changes: &OrganizationChanges,
    ) -> Result<(Organization, Option<RemovedDomain>)> {
        Self::see(caller, &name.environment)?;
        let update = || self.try_update_organization(caller, name, changes);
        update.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_update_organization(
        &self,
        caller: &Caller,
        name: &OrganizationName,
        changes: &OrganizationChanges,
    ) -> Result<(Organization, Option<RemovedDomain>)> {
        let tx = self.store.begin().await?;
        let environment = tx.hold_environment(&name.environment).await?.ok_or(Error::NotFound)?;
        let mut organization = tx.lock_organization(name).await?.ok_or(Error::NotFound)?;
        expect_etag(changes.etag.as_deref(), organization.version)?;
        let mut fields = Vec::new();
        let display_name = changes.display_name.as_ref();
        replace(&mut organization.display_name, display_name, "display_name", &mut fields);
        let sign_up = changes.sign_up_policy.as_ref();
        replace(&mut organization.sign_up_policy, sign_up, "sign_up_policy", &mut fields);
        let removed = match &changes.custom_domain {
            Some(host) => {
                may_have(host.as_ref(), &environment)?;
                exchange(&tx, &mut organization, host.as_ref(), &mut fields).await?
            }
            None => None,
        };
        if fields.is_empty() {
            return Ok((organization, None));
        }
        organization.version += 1;
        let now = self.clock.now();
        organization.updated_at = now;
        tx.update_organization(&organization).await?;
        let changed_fields = names(&fields);
        let updated = EventBody::OrganizationUpdated { organization: name.clone(), changed_fields };
        tx.emit_about_organization(name, updated, now).await?;
        let change = Change::of(&name.environment, "organization.updated", name, fields);
        tx.audit(caller, &change, now).await?;
        if !changes.validate_only {
            tx.commit().await?;
        }
        Ok((organization, removed))
    }

    /// Deletes an organization, and says who loses their way in.
    #[tracing::instrument(skip_all, fields(organization = %name), err(level = "debug"))]
    pub async fn delete_organization(
        &self,
        caller: &Caller,
        name: &OrganizationName,
        etag: Option<&str>,
        validate_only: bool,
    ) -> Result<Option<RemovedDomain>> {
        Self::see(caller, &name.environment)?;
        let delete = || self.try_delete_organization(caller, name, etag, validate_only);
        delete.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_delete_organization(
        &self,
        caller: &Caller,
        name: &OrganizationName,
        etag: Option<&str>,
        validate_only: bool,
    ) -> Result<Option<RemovedDomain>> {
        let tx = self.store.begin().await?;
        let organization = tx.lock_organization(name).await?.ok_or(Error::NotFound)?;
        expect_etag(etag, organization.version)?;
        let removed = RemovedDomain::of(&tx, &organization).await?;
        tx.remove_organization(name).await?;
        let now = self.clock.now();
        tx.emit_about_organization(name, EventBody::OrganizationDeleted(name.clone()), now).await?;
        let change = Change::of(&name.environment, "organization.deleted", name, Vec::new());
        tx.audit(caller, &change, now).await?;
        if !validate_only {
            tx.commit().await?;
        }
        Ok(removed)
    }
}

/// Lets a custom domain through that an organization of this environment may have.
fn may_have(host: Option<&Host>, environment: &Environment) -> Result<()> {
    let Some(host) = host else { return Ok(()) };
    let refuse = |invalid| Error::field("organization.custom_domain", invalid);
    custom_domain_fits(host, environment.kind).map_err(refuse)?;
    if *host == environment.default_domain {
        return Err(refuse(Invalid::new("must not be the environment's default domain")));
    }
    Ok(())
}

/// Puts another custom domain in place of the one that was, and says who depends on that one.
async fn exchange(
    tx: &Tx,
    organization: &mut Organization,
    host: Option<&Host>,
    fields: &mut Vec<FieldChange>,
) -> Result<Option<RemovedDomain>> {
    let before = organization.domain.as_ref().map(|domain| domain.host.clone());
    if before.as_ref() == host {
        return Ok(None);
    }
    let removed = RemovedDomain::of(tx, organization).await?;
    fields.push(FieldChange::replaced("custom_domain", &before, &host.cloned()));
    organization.domain = host.cloned().map(CustomDomain::unverified);
    Ok(removed)
}

/// What the audit tells of a new organization.
fn told(organization: &Organization) -> Vec<FieldChange> {
    let host = organization.domain.as_ref().map(|domain| &domain.host);
    let fields = [
        FieldChange::set("display_name", &organization.display_name),
        FieldChange::set("custom_domain", &host),
        FieldChange::set("sign_up_policy", &organization.sign_up_policy),
    ];
    fields.into_iter().flatten().collect()
}
