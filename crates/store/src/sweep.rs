//! Removes what has had its time: connections whose deletion can be undone no more, and test logins.

use std::time::Duration;

use latchkey_domain::{
    caller::Caller,
    name::ConnectionName,
    time::{Clock, Timestamp},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, Statement,
};
use tokio_util::sync::CancellationToken;

use crate::{
    Backend, Error, Result, Store, Tx,
    entity::connection::{Column, Entity, Model},
};

/// Days went by; minutes do not matter.
const POLL: Duration = Duration::from_mins(10);
/// Any number, as long as it is always this one, and nobody else's.
const LOCK: i64 = 52_824_541;
/// Two processes that sweep would only wait for each other.
const TRY_LOCK: &str = "SELECT pg_try_advisory_xact_lock($1)";

impl Store {
    /// Removes what is due until told to stop.
    pub async fn sweep(self, stop: CancellationToken) {
        loop {
            match self.purge_due(self.clock.now()).await {
                Ok(0) => {}
                Ok(purged) => tracing::info!(purged, "deleted connections were purged"),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "deleted connections wait to be purged");
                }
            }
            if let Err(error) = self.forget_test_logins(self.clock.now()).await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "old test logins wait to be removed");
            }
            if stop.run_until_cancelled(tokio::time::sleep(POLL)).await.is_none() {
                return;
            }
        }
    }

    /// Purges every connection that is due, each in a transaction of its own, and says how many.
    pub async fn purge_due(&self, now: Timestamp) -> Result<u64> {
        let mut purged = 0;
        // Looking takes no lock: mostly there is nothing to do.
        while due(self.aside(), now).await?.is_some() {
            let tx = self.begin_aside().await?;
            if !tx.purge_next(now).await? {
                break;
            }
            tx.commit().await?;
            purged += 1;
        }
        Ok(purged)
    }
}

impl Tx {
    /// Purges the next connection that is due; `false` if there is none, or another process sweeps.
    async fn purge_next(&self, now: Timestamp) -> Result<bool> {
        if self.store.backend == Backend::Postgres {
            let lock = Statement::from_sql_and_values(DbBackend::Postgres, TRY_LOCK, [LOCK.into()]);
            let row = self.tx.query_one_raw(lock).await?;
            let row = row.ok_or(Error::corrupt("connections", "no answer"))?;
            if !row.try_get_by_index::<bool>(0)? {
                return Ok(false);
            }
        }
        let Some(row) = due(&self.tx, now).await? else { return Ok(false) };
        let corrupt = |what| Error::corrupt("connections", what);
        let name = ConnectionName {
            environment: row.environment.parse().map_err(|_| corrupt("environment"))?,
            connection: row.id.parse().map_err(|_| corrupt("id"))?,
        };
        self.purge_connection(&Caller::of_the_database(), &name, row.version, now).await
    }
}

/// The connection that is due for the longest time.
async fn due(db: &impl ConnectionTrait, now: Timestamp) -> Result<Option<Model>> {
    let due = Entity::find().filter(Column::PurgeAt.lte(now.0)).order_by_asc(Column::PurgeAt);
    Ok(due.one(db).await?)
}
