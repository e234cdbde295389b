//! Which applications may use a connection, and for what.

use backon::Retryable;
use latchkey_domain::{
    Invalid,
    audit::{Change, FieldChange},
    caller::Caller,
    event::EventBody,
    grant::{ApplicationGrant, GrantRights, RightsChange},
    name::{ApplicationName, ConnectionName},
    page::{Listed, Page},
};
use latchkey_store::TimeCursor;

use super::replace;
use crate::{
    Error, Latchkey, Result, grant_etag,
    request::{after_conflict, expect_this_etag},
};

/// A grant to be made, or to be changed.
#[derive(Debug)]
pub struct WantedGrant {
    /// What may be used.
    pub connection: ConnectionName,
    /// By whose people.
    pub application: ApplicationName,
    /// For what: a right that is absent stays as it is, and a new grant has it.
    pub rights: RightsChange,
    /// The etag that the grant must have.
    pub etag: Option<String>,
}

impl Latchkey {
    /// Lets an application's people use a connection, and says for what they may now. Twice is once.
    #[tracing::instrument(
        skip_all,
        fields(connection = %wanted.connection, application = %wanted.application),
        err(level = "debug")
    )]
    pub async fn grant_application(
        &self,
        caller: &Caller,
        wanted: &WantedGrant,
    ) -> Result<ApplicationGrant> {
        Self::see(caller, &wanted.connection.environment)?;
        same_environment(&wanted.connection, &wanted.application)?;
        let grant = || self.try_grant_application(caller, wanted);
        grant.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_grant_application(
        &self,
        caller: &Caller,
        WantedGrant { connection, application, rights, etag }: &WantedGrant,
    ) -> Result<ApplicationGrant> {
        let tx = self.store.begin().await?;
        // What is granted is changed by one after the other.
        tx.lock_connection(connection).await?.ok_or(Error::NotFound)?;
        tx.hold_application(application).await?.ok_or(Error::NotFound)?;
        let before = tx.grant(connection, application).await?;
        expect_this_etag(etag.as_deref(), || before.as_ref().map(grant_etag))?;
        let held = before.as_ref().map(|grant| grant.rights);
        let rights = held.unwrap_or(GrantRights::ALL).with(*rights);
        let rights = rights.fit().map_err(|invalid| Error::field("may_sign_up", invalid))?;
        let now = self.clock.now();
        let after = ApplicationGrant {
            connection: connection.clone(),
            application: application.clone(),
            rights,
            created_at: before.as_ref().map_or(now, |grant| grant.created_at),
        };
        if before.as_ref() == Some(&after) {
            return Ok(after);
        }
        tx.set_grant(connection, application, rights, now).await?;
        let granted = EventBody::ConnectionApplicationGranted(
            connection.clone(),
            application.clone(),
            rights,
        );
        tx.emit_about(connection, granted, now).await?;
        let action = "connection.application_granted";
        let fields = told(&application.to_string(), held, rights);
        let change = Change::of(&connection.environment, action, connection, fields);
        tx.audit(caller, &change, now).await?;
        tx.commit().await?;
        Ok(after)
    }

    /// Takes a connection from an application. What was not granted stays so.
    #[tracing::instrument(skip_all, fields(%connection, %application), err(level = "debug"))]
    pub async fn revoke_application(
        &self,
        caller: &Caller,
        connection: &ConnectionName,
        application: &ApplicationName,
        etag: Option<&str>,
    ) -> Result<()> {
        Self::see(caller, &connection.environment)?;
        same_environment(connection, application)?;
        let revoke = || self.try_revoke_application(caller, connection, application, etag);
        revoke.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_revoke_application(
        &self,
        caller: &Caller,
        connection: &ConnectionName,
        application: &ApplicationName,
        etag: Option<&str>,
    ) -> Result<()> {
        let tx = self.store.begin().await?;
        tx.lock_connection(connection).await?.ok_or(Error::NotFound)?;
        let before = tx.grant(connection, application).await?;
        expect_this_etag(etag, || before.as_ref().map(grant_etag))?;
        if !tx.remove_grant(connection, application).await? {
            return Ok(());
        }
        let now = self.clock.now();
        let revoked =
            EventBody::ConnectionApplicationRevoked(connection.clone(), application.clone());
        tx.emit_about(connection, revoked, now).await?;
        let action = "connection.application_revoked";
        let fields = FieldChange::set("application", &application.to_string());
        let fields = fields.into_iter().collect();
        let change = Change::of(&connection.environment, action, connection, fields);
        tx.audit(caller, &change, now).await?;
        Ok(tx.commit().await?)
    }

    /// Lists the applications that may use a connection, and for what.
    pub async fn list_application_grants(
        &self,
        caller: &Caller,
        connection: &ConnectionName,
        page: &Page<TimeCursor>,
    ) -> Result<Listed<ApplicationGrant, TimeCursor>> {
        Self::see(caller, &connection.environment)?;
        self.store.connection(connection).await?.ok_or(Error::NotFound)?;
        Ok(self.store.list_grants(connection, page).await?)
    }
}

fn same_environment(connection: &ConnectionName, application: &ApplicationName) -> Result<()> {
    if connection.environment == application.environment {
        return Ok(());
    }
    let invalid = Invalid::new("must be in the connection's environment");
    Err(Error::field("application", invalid))
}

/// What the audit tells of a grant: to whom, and the rights that are others now.
fn told(application: &str, before: Option<GrantRights>, now: GrantRights) -> Vec<FieldChange> {
    let mut fields: Vec<_> = FieldChange::set("application", &application).into_iter().collect();
    let held = before.map(|rights| [rights.may_sign_up, rights.may_sign_in, rights.may_link]);
    let holds = [now.may_sign_up, now.may_sign_in, now.may_link];
    for (index, name) in ["may_sign_up", "may_sign_in", "may_link"].into_iter().enumerate() {
        let mut right = held.map(|held| held[index]);
        replace(&mut right, Some(&Some(holds[index])), name, &mut fields);
    }
    fields
}
