//! Applications.

use backon::Retryable;
use latchkey_domain::{
    Invalid,
    application::{Application, redirect_uris_fit},
    audit::{Change, FieldChange},
    caller::Caller,
    environment::EnvironmentKind,
    event::EventBody,
    id::{ApplicationId, EnvironmentId},
    name::{ApplicationName, ConnectionName},
    page::{Listed, Page},
    redirect_uri::RedirectUri,
    text::DisplayName,
};
use latchkey_store::{RemovedWith, TimeCursor};

use crate::{
    Error, Latchkey, RequestId, Result,
    connections::{names, replace},
    request::{after_conflict, expect_etag},
};

/// How many connections the audit names that a deleted application was granted.
const MOST_CONNECTIONS: u64 = 100;

/// An application to be created.
#[derive(Debug, Clone)]
pub struct NewApplication {
    /// Whose it will be.
    pub environment: EnvironmentId,
    /// Its id, if the caller chose one.
    pub id: Option<ApplicationId>,
    /// What people will read on the sign-in page.
    pub display_name: DisplayName,
    /// Where its people may be sent back to, as the caller writes it.
    pub redirect_uris: Vec<String>,
    /// Makes a repeat return the first one's application.
    pub request: Option<RequestId>,
}

/// What to change of an application; the rest stays.
#[derive(Debug, Clone, Default)]
pub struct ApplicationChanges {
    /// What people read on the sign-in page.
    pub display_name: Option<DisplayName>,
    /// Where its people may be sent back to, as the caller writes it.
    pub redirect_uris: Option<Vec<String>>,
    /// The version that the caller knows.
    pub etag: Option<String>,
}

impl Latchkey {
    /// Creates an application.
    #[tracing::instrument(skip_all, fields(environment = %new.environment), err(level = "debug"))]
    pub async fn create_application(
        &self,
        caller: &Caller,
        new: &NewApplication,
    ) -> Result<Application> {
        Self::see(caller, &new.environment)?;
        let create = || self.try_create_application(caller, new);
        create.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_create_application(
        &self,
        caller: &Caller,
        new: &NewApplication,
    ) -> Result<Application> {
        let tx = self.store.begin().await?;
        let environment = tx.hold_environment(&new.environment).await?.ok_or(Error::NotFound)?;
        let scope = Some(&new.environment);
        if let Some(before) = self.answered_before(&tx, scope, new.request.as_ref()).await? {
            let name = before.parse().map_err(|_| Error::Internal("a remembered name is none"))?;
            return tx.application(&name).await?.ok_or(Error::NotFound);
        }
        let now = self.clock.now();
        let application = Application {
            environment: new.environment.clone(),
            id: new.id.clone().unwrap_or_else(|| ApplicationId::new(now)),
            display_name: new.display_name.clone(),
            redirect_uris: redirect_uris(&new.redirect_uris, environment.kind)?,
            logo: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let name = application.name();
        if tx.application(&name).await?.is_some() {
            return Err(Error::Exists);
        }
        tx.add_application(&application).await?;
        let created = EventBody::ApplicationCreated {
            application: name.clone(),
            display_name: application.display_name.to_string(),
        };
        tx.emit_about_application(&name, created, now).await?;
        let fields = told(&application);
        let change = Change::of(&name.environment, "application.created", &name, fields);
        tx.audit(caller, &change, now).await?;
        self.remember(&tx, scope, new.request.as_ref(), (&name.to_string(), now)).await?;
        tx.commit().await?;
        Ok(application)
    }

    /// Gets an application.
    pub async fn application(
        &self,
        caller: &Caller,
        name: &ApplicationName,
    ) -> Result<Application> {
        Self::see(caller, &name.environment)?;
        self.store.application(name).await?.ok_or(Error::NotFound)
    }

    /// Lists the applications of an environment, or those that may use one of its connections.
    pub async fn list_applications(
        &self,
        caller: &Caller,
        environment: &EnvironmentId,
        connection: Option<&ConnectionName>,
        page: &Page<TimeCursor>,
    ) -> Result<Listed<Application, TimeCursor>> {
        Self::see(caller, environment)?;
        self.environment_of(environment).await?;
        Ok(self.store.list_applications(environment, connection, page).await?)
    }

    /// Changes an application.
    #[tracing::instrument(skip_all, fields(application = %name), err(level = "debug"))]
    pub async fn update_application(
        &self,
        caller: &Caller,
        name: &ApplicationName,
        changes: &ApplicationChanges,
    ) -> Result<Application> {
        Self::see(caller, &name.environment)?;
        let update = || self.try_update_application(caller, name, changes);
        update.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_update_application(
        &self,
        caller: &Caller,
        name: &ApplicationName,
        changes: &ApplicationChanges,
    ) -> Result<Application> {
        let tx = self.store.begin().await?;
        let environment = tx.environment(&name.environment).await?.ok_or(Error::NotFound)?;
        let mut application = tx.application(name).await?.ok_or(Error::NotFound)?;
        expect_etag(changes.etag.as_deref(), application.version)?;
        let uris = changes.redirect_uris.as_deref();
        let uris = uris.map(|uris| redirect_uris(uris, environment.kind)).transpose()?;
        let mut fields = Vec::new();
        let display_name = changes.display_name.as_ref();
        replace(&mut application.display_name, display_name, "display_name", &mut fields);
        replace(&mut application.redirect_uris, uris.as_ref(), "redirect_uris", &mut fields);
        if fields.is_empty() {
            return Ok(application);
        }
        application.version += 1;
        let now = self.clock.now();
        application.updated_at = now;
        if !tx.update_application(&application).await? {
            return Err(Error::Contention(latchkey_store::Error::changed_meanwhile()));
        }
        let changed_fields = names(&fields);
        let updated = EventBody::ApplicationUpdated { application: name.clone(), changed_fields };
        tx.emit_about_application(name, updated, now).await?;
        let change = Change::of(&name.environment, "application.updated", name, fields);
        tx.audit(caller, &change, now).await?;
        tx.commit().await?;
        Ok(application)
    }

    /// Deletes an application, with its keys and grants.
    #[tracing::instrument(skip_all, fields(application = %name), err(level = "debug"))]
    pub async fn delete_application(
        &self,
        caller: &Caller,
        name: &ApplicationName,
        etag: Option<&str>,
    ) -> Result<()> {
        Self::see(caller, &name.environment)?;
        let delete = || self.try_delete_application(caller, name, etag);
        delete.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_delete_application(
        &self,
        caller: &Caller,
        name: &ApplicationName,
        etag: Option<&str>,
    ) -> Result<()> {
        let tx = self.store.begin().await?;
        let application = tx.lock_application(name).await?.ok_or(Error::NotFound)?;
        expect_etag(etag, application.version)?;
        let removed = tx.remove_application(name, MOST_CONNECTIONS).await?;
        let now = self.clock.now();
        let deleted = EventBody::ApplicationDeleted(name.clone());
        tx.emit_about_application(name, deleted, now).await?;
        let fields = told_of_removed(&removed);
        let change = Change::of(&name.environment, "application.deleted", name, fields);
        tx.audit(caller, &change, now).await?;
        Ok(tx.commit().await?)
    }
}

/// Reads redirect URIs, which depend on the kind of environment that they are for.
fn redirect_uris(texts: &[String], kind: EnvironmentKind) -> Result<Vec<RedirectUri>> {
    let refuse = |invalid: Invalid| Error::field("application.redirect_uris", invalid);
    let uris = texts.iter().enumerate().map(|(index, text)| {
        RedirectUri::parse(text, kind).map_err(|Invalid(sentence)| {
            refuse(Invalid(format!("number {index} {sentence}").into()))
        })
    });
    let uris = uris.collect::<Result<Vec<_>>>()?;
    redirect_uris_fit(&uris).map_err(refuse)?;
    Ok(uris)
}

/// What the audit tells of a new application.
fn told(application: &Application) -> Vec<FieldChange> {
    let fields = [
        FieldChange::set("display_name", &application.display_name),
        FieldChange::set("redirect_uris", &application.redirect_uris),
    ];
    fields.into_iter().flatten().collect()
}

/// What the audit tells of what went with an application.
fn told_of_removed(removed: &RemovedWith) -> Vec<FieldChange> {
    let count = |field: &str, count: u64| {
        (count > 0).then(|| FieldChange::replaced(field, &Some(count), &None))
    };
    let connections: Vec<_> = removed.connections.iter().map(ToString::to_string).collect();
    let connections = (!connections.is_empty())
        .then(|| FieldChange::replaced("connections", &Some(connections), &None));
    let fields = [
        count("api_keys", removed.api_keys),
        count("application_grants", removed.grants),
        connections,
    ];
    fields.into_iter().flatten().collect()
}
