//! Deleting a connection.

use backon::Retryable;
use latchkey_domain::{access::Principal, event::EventBody, name::ConnectionName};

use crate::{
    Error, Latchkey, Result,
    request::{after_conflict, expect_etag},
};

impl Latchkey {
    /// Deletes a connection. Who came through it keeps their user, and its id is not used again.
    #[tracing::instrument(skip_all, fields(connection = %name), err(level = "debug"))]
    pub async fn delete_connection(
        &self,
        caller: &Principal,
        name: &ConnectionName,
        etag: Option<&str>,
    ) -> Result<()> {
        Self::see(caller, &name.environment)?;
        let delete = || self.try_delete_connection(name, etag);
        delete.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_delete_connection(&self, name: &ConnectionName, etag: Option<&str>) -> Result<()> {
        let tx = self.store.begin().await?;
        let mut connection = tx.connection(name).await?.ok_or(Error::NotFound)?;
        expect_etag(etag, connection.version)?;
        let now = self.clock.now();
        connection.version += 1;
        connection.updated_at = now;
        if !tx.update_connection(&connection).await? {
            return Err(Error::Contention(latchkey_store::Error::changed_meanwhile()));
        }
        tx.emit_about(name, EventBody::ConnectionDeleted(name.clone()), now).await?;
        tx.remove_connection(name, now).await?;
        Ok(tx.commit().await?)
    }
}
