//! Purging a deleted connection before its time.

use backon::Retryable;
use latchkey_domain::{caller::Caller, name::ConnectionName};

use super::undelete::deleted;
use crate::{
    Error, Latchkey, Result,
    request::{after_conflict, expect_etag},
};

impl Latchkey {
    /// Removes a deleted connection for ever, with its credentials and grants.
    #[tracing::instrument(skip_all, fields(connection = %name), err(level = "debug"))]
    pub async fn purge_connection(
        &self,
        caller: &Caller,
        name: &ConnectionName,
        etag: Option<&str>,
    ) -> Result<()> {
        Self::see(caller, &name.environment)?;
        let purge = || self.try_purge_connection(caller, name, etag);
        purge.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_purge_connection(
        &self,
        caller: &Caller,
        name: &ConnectionName,
        etag: Option<&str>,
    ) -> Result<()> {
        let tx = self.store.begin().await?;
        let now = self.clock.now();
        let connection = deleted(&tx, name, now).await?.ok_or(Error::StillThere)?;
        expect_etag(etag, connection.version)?;
        if !tx.purge_connection(caller, name, connection.version, now).await? {
            return Err(Error::Contention(latchkey_store::Error::changed_meanwhile()));
        }
        Ok(tx.commit().await?)
    }
}
