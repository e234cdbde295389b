//! Deleting a connection, in a way that can be undone for a while.

use backon::Retryable;
use latchkey_domain::{
    audit::Change, caller::Caller, connection::Deletion, event::EventBody, name::ConnectionName,
};
use latchkey_store::Through;

use super::ConnectionView;
use crate::{
    Error, Latchkey, Result,
    request::{after_conflict, expect_etag},
};

/// How many identities are looked at for those that came through a connection: a statement's work
/// of a fraction of a second.
const MOST_IDENTITIES: u32 = 100_000;

/// A deleted connection.
#[derive(Debug, Clone)]
pub struct DeletedConnection {
    /// The connection as deleted.
    pub view: ConnectionView,
    /// How many identities ever came through it.
    pub dependent: Through,
}

impl Latchkey {
    /// Deletes a connection, or only says what that would do. Who came through it keeps their user,
    /// its credentials and grants stay until it is purged, and its id is not used again.
    #[tracing::instrument(skip_all, fields(connection = %name), err(level = "debug"))]
    pub async fn delete_connection(
        &self,
        caller: &Caller,
        name: &ConnectionName,
        etag: Option<&str>,
        validate_only: bool,
    ) -> Result<DeletedConnection> {
        Self::see(caller, &name.environment)?;
        self.store.connection(name).await?.ok_or(Error::NotFound)?;
        let dependent = self.count_dependent(name).await;
        let delete = || self.try_delete_connection(caller, name, etag, validate_only);
        let view = delete.retry(after_conflict()).when(Error::is_conflict).await?;
        Ok(DeletedConnection { view, dependent })
    }

    /// Outside the transaction: it may take a while, and sign-ins must not wait for it. A database that
    /// has no time to count does not keep anybody from deleting.
    async fn count_dependent(&self, name: &ConnectionName) -> Through {
        let counted = self.store.identities_through(name, MOST_IDENTITIES).await;
        counted.unwrap_or_else(|error| {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "who depends on a connection is not counted");
            Through::default()
        })
    }

    async fn try_delete_connection(
        &self,
        caller: &Caller,
        name: &ConnectionName,
        etag: Option<&str>,
        validate_only: bool,
    ) -> Result<ConnectionView> {
        let tx = self.store.begin().await?;
        let environment = tx.environment(&name.environment).await?.ok_or(Error::NotFound)?;
        let mut connection = tx.connection(name).await?.ok_or(Error::NotFound)?;
        expect_etag(etag, connection.version)?;
        let credentials = tx.credentials_for(name, Some(&environment.default_domain)).await?;
        let now = self.clock.now();
        let deletion = Deletion::at(now);
        connection.version += 1;
        connection.updated_at = now;
        if !tx.update_connection(&connection).await? {
            return Err(Error::Contention(latchkey_store::Error::changed_meanwhile()));
        }
        tx.emit_about(name, EventBody::ConnectionDeleted(name.clone()), now).await?;
        let change = Change::of(&name.environment, "connection.deleted", name, Vec::new());
        tx.audit(caller, &change, now).await?;
        tx.remove_connection(name, deletion).await?;
        connection.deletion = Some(deletion);
        if !validate_only {
            tx.commit().await?;
        }
        Ok(self.view(connection, &credentials, &environment))
    }
}
