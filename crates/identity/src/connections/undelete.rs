//! Bringing a deleted connection back.

use backon::Retryable;
use latchkey_domain::{
    audit::Change, caller::Caller, connection::Connection, event::EventBody, name::ConnectionName,
    time::Timestamp,
};
use latchkey_store::Tx;

use super::ConnectionView;
use crate::{
    Error, Latchkey, Result,
    request::{after_conflict, expect_etag},
};

impl Latchkey {
    /// Brings a deleted connection back as it was, with its credentials and grants.
    #[tracing::instrument(skip_all, fields(connection = %name), err(level = "debug"))]
    pub async fn undelete_connection(
        &self,
        caller: &Caller,
        name: &ConnectionName,
        etag: Option<&str>,
    ) -> Result<ConnectionView> {
        Self::see(caller, &name.environment)?;
        let undelete = || self.try_undelete_connection(caller, name, etag);
        undelete.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_undelete_connection(
        &self,
        caller: &Caller,
        name: &ConnectionName,
        etag: Option<&str>,
    ) -> Result<ConnectionView> {
        let tx = self.store.begin().await?;
        // An environment that holds nothing can be deleted: from now on it holds this.
        let environment = tx.hold_environment(&name.environment).await?.ok_or(Error::NotFound)?;
        let now = self.clock.now();
        let mut connection = deleted(&tx, name, now).await?.ok_or(Error::NotDeleted)?;
        expect_etag(etag, connection.version)?;
        connection.version += 1;
        connection.updated_at = now;
        connection.deletion = None;
        if !tx.restore_connection(&connection).await? {
            return Err(Error::Contention(latchkey_store::Error::changed_meanwhile()));
        }
        tx.emit_about(name, EventBody::ConnectionUndeleted(name.clone()), now).await?;
        let change = Change::of(&name.environment, "connection.undeleted", name, Vec::new());
        tx.audit(caller, &change, now).await?;
        let credentials = tx.credentials_for(name, Some(&environment.default_domain)).await?;
        tx.commit().await?;
        Ok(self.view(connection, &credentials, &environment))
    }
}

/// A connection whose deletion can still be undone; `None` if it is not deleted.
pub(super) async fn deleted(
    tx: &Tx,
    name: &ConnectionName,
    now: Timestamp,
) -> Result<Option<Connection>> {
    let connection = tx.connection_ever(name).await?.ok_or(Error::NotFound)?;
    match connection.deletion {
        None => Ok(None),
        Some(deletion) if deletion.can_be_undone(now) => Ok(Some(connection)),
        Some(_) => Err(Error::NotFound),
    }
}
