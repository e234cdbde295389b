//! Which applications may use a connection.

use backon::Retryable;
use latchkey_domain::{
    Invalid,
    audit::{Change, FieldChange},
    caller::Caller,
    event::EventBody,
    name::{ApplicationName, ConnectionName},
};

use crate::{Error, Latchkey, Result, request::after_conflict};

impl Latchkey {
    /// Lets an application's people sign in through a connection. Twice is once.
    #[tracing::instrument(skip_all, fields(%connection, %application), err(level = "debug"))]
    pub async fn grant_application(
        &self,
        caller: &Caller,
        connection: &ConnectionName,
        application: &ApplicationName,
    ) -> Result<()> {
        Self::see(caller, &connection.environment)?;
        same_environment(connection, application)?;
        let grant = async || {
            let tx = self.store.begin().await?;
            tx.connection(connection).await?.ok_or(Error::NotFound)?;
            tx.hold_application(application).await?.ok_or(Error::NotFound)?;
            let now = self.clock.now();
            if tx.add_grant(connection, application, now).await? {
                let granted = EventBody::ConnectionApplicationGranted(
                    connection.clone(),
                    application.clone(),
                );
                tx.emit_about(connection, granted, now).await?;
                let action = "connection.application_granted";
                tx.audit(caller, &change(connection, application, action), now).await?;
            }
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
            if tx.remove_grant(connection, application).await? {
                let revoked = EventBody::ConnectionApplicationRevoked(
                    connection.clone(),
                    application.clone(),
                );
                let now = self.clock.now();
                tx.emit_about(connection, revoked, now).await?;
                let action = "connection.application_revoked";
                tx.audit(caller, &change(connection, application, action), now).await?;
            }
            Ok(tx.commit().await?)
        };
        (|| revoke()).retry(after_conflict()).when(Error::is_conflict).await
    }
}

fn change(
    connection: &ConnectionName,
    application: &ApplicationName,
    action: &'static str,
) -> Change {
    let fields = FieldChange::set("application", &application.to_string());
    Change::of(&connection.environment, action, connection, fields.into_iter().collect())
}

fn same_environment(connection: &ConnectionName, application: &ApplicationName) -> Result<()> {
    if connection.environment == application.environment {
        return Ok(());
    }
    let invalid = Invalid::new("must be in the connection's environment");
    Err(Error::field("application", invalid))
}
