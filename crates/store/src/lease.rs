//! What the relay does with the outbox: lease, mark, release, each in one short statement.

use std::time::Duration;

use latchkey_domain::{
    id::EventId,
    time::{Clock, Timestamp},
};
use latchkey_events::Recorded;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, Statement,
    prelude::Uuid, sea_query::Expr,
};

use crate::{
    Backend, Error, Result, Store,
    entity::outbox::{Column, Entity},
    feed::readable,
};

/// Only the first unsent event of a subject is leased, so that whatever fails, the next one of that
/// subject does not overtake it. Looked for once (`MATERIALIZED`): a plan that looked again for each
/// row would lock, and lease, more than the limit.
const LEASABLE: &str = "\
SELECT o.id FROM outbox o WHERE o.sent_at IS NULL \
AND (o.leased_until IS NULL OR o.leased_until <= $1) \
AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.subject = o.subject AND e.sent_at IS NULL \
    AND e.sequence < o.sequence) \
ORDER BY o.time, o.id LIMIT $4";

impl Store {
    /// Leases events for `duration`. Another relay does not get them until then.
    ///
    /// A row that cannot be read is logged and left out: it stays leased, so that it is looked at
    /// again when the lease runs out, and holds up nothing but its own subject.
    pub async fn lease_events(
        &self,
        lease: Uuid,
        duration: Duration,
        limit: u32,
    ) -> Result<Vec<Recorded>> {
        let now = self.clock.now();
        // PostgreSQL skips what another relay is just leasing; SQLite has one writer.
        let skip = match self.backend {
            Backend::Postgres => " FOR UPDATE OF o SKIP LOCKED",
            Backend::Sqlite => "",
        };
        let sql = format!(
            "WITH leasable AS MATERIALIZED ({LEASABLE}{skip}) UPDATE outbox \
             SET lease = $2, leased_until = $3 WHERE id IN (SELECT id FROM leasable) RETURNING *"
        );
        let values: [sea_orm::Value; 4] =
            [now.0.into(), lease.into(), now.plus(duration).0.into(), i64::from(limit).into()];
        let statement = Statement::from_sql_and_values(self.database(), sql, values);
        let rows = self.background.query_all_raw(statement).await?;
        let mut events: Vec<Recorded> = rows.iter().filter_map(readable).collect();
        events.sort_unstable_by_key(|event| (event.time.0, event.id.0));
        Ok(events)
    }

    /// Marks events as sent, those of them that are still under this lease.
    pub async fn mark_sent(&self, lease: Uuid, ids: &[EventId]) -> Result<u64> {
        let marked = Entity::update_many()
            .col_expr(Column::SentAt, Expr::val(self.clock.now().0))
            .col_expr(Column::Lease, Expr::val(None::<Uuid>))
            .filter(Column::Id.is_in(ids.iter().map(|id| id.0)))
            .filter(Column::Lease.eq(lease))
            .exec(&self.background)
            .await?;
        Ok(marked.rows_affected)
    }

    /// Gives events back, to be tried again after a while.
    pub async fn release(&self, lease: Uuid, ids: &[EventId], retry_after: Duration) -> Result<()> {
        let again = self.clock.now().plus(retry_after);
        Entity::update_many()
            .col_expr(Column::LeasedUntil, Expr::val(again.0))
            .col_expr(Column::Lease, Expr::val(None::<Uuid>))
            .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
            .filter(Column::Id.is_in(ids.iter().map(|id| id.0)))
            .filter(Column::Lease.eq(lease))
            .exec(&self.background)
            .await?;
        Ok(())
    }

    /// How many events wait to be sent, and since when the oldest does.
    pub async fn outbox_depth(&self) -> Result<(u64, Option<Timestamp>)> {
        let sql = "SELECT COUNT(*), MIN(time) FROM outbox WHERE sent_at IS NULL";
        let statement = Statement::from_string(self.database(), sql);
        let row = self.aside().query_one_raw(statement).await?;
        let row = row.ok_or(Error::corrupt("outbox", "no answer"))?;
        let depth: i64 = row.try_get_by_index(0)?;
        let oldest: Option<i64> = row.try_get_by_index(1)?;
        Ok((depth.unsigned_abs(), oldest.map(Timestamp)))
    }

    /// Whether an event was sent.
    pub async fn is_sent(&self, id: EventId) -> Result<bool> {
        let sent = Condition::all().add(Column::SentAt.is_not_null());
        Ok(Entity::find_by_id(id.0).filter(sent).one(self.aside()).await?.is_some())
    }
}
