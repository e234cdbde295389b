//! Removes what has had its time: connections whose deletion can be undone no more, deleted
//! credentials, requests, test logins, link tickets, sign-ins that waited, and mail.

use std::time::Duration;

use latchkey_domain::{
    caller::Caller,
    name::ConnectionName,
    time::{Clock, Timestamp},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    Statement, Value, sea_query::Expr,
};
use tokio_util::sync::CancellationToken;

use crate::{
    Backend, Error, Result, Store, Tx,
    entity::connection::{Column, Entity, Model},
};

/// What is due has waited for minutes at least; some more do not matter.
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
            self.forget_what_is_old(self.clock.now()).await;
            if stop.run_until_cancelled(tokio::time::sleep(POLL)).await.is_none() {
                return;
            }
        }
    }

    /// Removes what is merely old; what cannot be removed now waits for the next round.
    async fn forget_what_is_old(&self, now: Timestamp) {
        for (what, forgotten) in [
            ("deleted credentials", self.forget_credentials(now).await),
            ("old requests", self.forget_requests(now).await),
            ("old test logins", self.forget_test_logins(now).await),
            ("sign-ins that waited in vain", self.forget_waiting(now).await),
            ("link tickets that nobody used", self.forget_link_tickets(now).await),
            ("the counts of codes", self.forget_email_allowances(now).await),
            // Where no mail is sent any more, nobody else removes it.
            ("mail that nobody needs any more", self.forget_mail(now.minus(POLL)).await),
        ] {
            if let Err(error) = forgotten {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, what, "something old waits to be removed");
            }
        }
    }

    /// Purges every connection that is due, each in a transaction of its own, and says how many. One
    /// that cannot be purged holds up no other.
    pub async fn purge_due(&self, now: Timestamp) -> Result<u64> {
        let (mut purged, mut last) = (0, None);
        // Looking takes no lock: mostly there is nothing to do.
        while let Some(row) = due(self.aside(), now, last.as_ref()).await? {
            let tx = self.begin_aside().await?;
            if !tx.sweeps_alone().await? {
                break;
            }
            match tx.purge(&row, now).await {
                Ok(done) => purged += u64::from(done),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    let name = format!("environments/{}/connections/{}", row.environment, row.id);
                    tracing::warn!(error, connection = name, "a connection cannot be purged");
                }
            }
            last = Some(row);
        }
        Ok(purged)
    }
}

impl Tx {
    /// Whether no other process sweeps until this transaction ends.
    async fn sweeps_alone(&self) -> Result<bool> {
        if self.store.backend == Backend::Sqlite {
            return Ok(true);
        }
        let lock = Statement::from_sql_and_values(DbBackend::Postgres, TRY_LOCK, [LOCK.into()]);
        let row = self.tx.query_one_raw(lock).await?;
        let row = row.ok_or(Error::corrupt("connections", "no answer"))?;
        Ok(row.try_get_by_index(0)?)
    }

    /// Purges a connection as it was read; `false` if it is another by now.
    async fn purge(self, row: &Model, now: Timestamp) -> Result<bool> {
        let corrupt = |what| Error::corrupt("connections", what);
        let name = ConnectionName {
            environment: row.environment.parse().map_err(|_| corrupt("environment"))?,
            connection: row.id.parse().map_err(|_| corrupt("id"))?,
        };
        let caller = Caller::of_the_database();
        let purged = self.purge_connection(&caller, &name, row.version, now).await?;
        if purged {
            self.commit().await?;
        }
        Ok(purged)
    }
}

/// The connection that is due for the longest time, of those after one of them.
async fn due(
    db: &impl ConnectionTrait,
    now: Timestamp,
    after: Option<&Model>,
) -> Result<Option<Model>> {
    use Column::{Environment, Id, PurgeAt};
    let mut due = Entity::find().filter(PurgeAt.lte(now.0));
    if let Some(last) = after {
        let place = Expr::tuple([PurgeAt, Environment, Id].map(Expr::col));
        let seen =
            [last.purge_at.into(), last.environment.as_str().into(), last.id.as_str().into()];
        due = due.filter(place.gt(Expr::tuple(seen.map(|value: Value| Expr::val(value)))));
    }
    let due = due.order_by_asc(PurgeAt).order_by_asc(Environment).order_by_asc(Id);
    Ok(due.one(db).await?)
}
