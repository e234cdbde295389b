//! Which applications may use a connection, and for what.

use backon::Retryable;
use latchkey_domain::{
    Invalid,
    audit::{Change, FieldChange},
    caller::Caller,
    event::EventBody,
    grant::{ApplicationGrant, GrantRights},
    name::{ApplicationName, ConnectionName},
    page::{Listed, Page},
};
use latchkey_store::TimeCursor;

use super::replace;
use crate::{Error, Latchkey, Result, request::after_conflict};

impl Latchkey {
    /// Lets an application's people use a connection for this, in place of what they might before.
    /// Twice is once.
    #[tracing::instrument(skip_all, fields(%connection, %application), err(level = "debug"))]
    pub async fn grant_application(
        &self,
        caller: &Caller,
        connection: &ConnectionName,
        application: &ApplicationName,
        rights: GrantRights,
    ) -> Result<()> {
        Self::see(caller, &connection.environment)?;
        same_environment(connection, application)?;
        let grant = async || {
            let tx = self.store.begin().await?;
            tx.lock_connection(connection).await?.ok_or(Error::NotFound)?;
            tx.hold_application(application).await?.ok_or(Error::NotFound)?;
            let now = self.clock.now();
            let before = tx.set_grant(connection, application, rights, now).await?;
            if before == Some(rights) {
                return Ok(());
            }
            let (to, application) = (application.to_string(), application.clone());
            let granted =
                EventBody::ConnectionApplicationGranted(connection.clone(), application, rights);
            tx.emit_about(connection, granted, now).await?;
            let action = "connection.application_granted";
            let fields = told(&to, before, rights);
            let change = Change::of(&connection.environment, action, connection, fields);
            tx.audit(caller, &change, now).await?;
            Ok(tx.commit().await?)
        };
        (|| grant()).retry(after_conflict()).when(Error::is_conflict).await
    }

    /// Takes a connection from an application. What was not granted stays so.
    #[tracing::instrument(skip_all, fields(%connection, %application), err(level = "debug"))]
    pub async fn revoke_application(
        &self,
        caller: &Caller,
        connection: &ConnectionName,
        application: &ApplicationName,
    ) -> Result<()> {
        Self::see(caller, &connection.environment)?;
        same_environment(connection, application)?;
        let revoke = async || {
            let tx = self.store.begin().await?;
            tx.connection(connection).await?.ok_or(Error::NotFound)?;
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
        };
        (|| revoke()).retry(after_conflict()).when(Error::is_conflict).await
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
