//! The outbox: an event is written in the transaction of what it tells of, or not at all.

use std::sync::atomic::Ordering;

use latchkey_domain::{event::Event, id::EventId, time::Timestamp};
use latchkey_events::Recorded;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter,
    sea_query::Expr,
};

use crate::{
    Backend, Error, Result, Tx,
    entity::{
        feed_position,
        outbox::{ActiveModel, Model},
    },
    tx::set,
};

/// Fixes an event's bytes, in the trace that it comes from.
pub(crate) fn record(event: &Event) -> Result<Recorded> {
    Ok(latchkey_events::record(event, latchkey_telemetry::current_traceparent())?)
}

impl Tx {
    /// Queues an event that goes out if, and only if, this transaction commits.
    pub async fn emit(&self, event: &Event) -> Result<()> {
        self.queue(record(event)?).await
    }

    /// As [`Self::emit`], of what did not happen: it is marked, and sent under a key that no ordinary
    /// binding matches.
    pub async fn emit_test(&self, event: &Event) -> Result<()> {
        self.queue(Recorded { test: true, ..record(event)? }).await
    }

    async fn queue(&self, recorded: Recorded) -> Result<()> {
        let mut row = write(recorded);
        if self.store.backend == Backend::Sqlite {
            // There is one writer, so what is written first commits first.
            row.position = set(Some(next_position(&self.tx).await?));
        }
        row.insert(&self.tx).await?;
        self.recorded.store(true, Ordering::Relaxed);
        Ok(())
    }
}

async fn next_position(tx: &impl ConnectionTrait) -> Result<i64> {
    use feed_position::{Column, Entity};
    let counted = Entity::update_many()
        .col_expr(Column::Position, Expr::col(Column::Position).add(1))
        .filter(Column::Id.eq(true))
        .exec_with_returning(tx)
        .await?;
    let row = counted.first().ok_or(Error::corrupt("feed_position", "its row is gone"))?;
    Ok(row.position)
}

fn write(recorded: Recorded) -> ActiveModel {
    ActiveModel {
        id: set(recorded.id.0),
        environment: set(recorded.environment.as_str()),
        event_type: set(recorded.event_type),
        subject: set(recorded.subject),
        sequence: set(recorded.sequence),
        time: set(recorded.time.0),
        content_type: set(recorded.content_type),
        data: set(recorded.data),
        traceparent: set(recorded.traceparent),
        causation_id: set(recorded.causation_id),
        test: set(recorded.test),
        attempts: set(0),
        ..Default::default()
    }
}

pub(crate) fn read(row: Model) -> Result<Recorded> {
    Ok(Recorded {
        id: EventId(row.id),
        environment: row
            .environment
            .parse()
            .map_err(|_| Error::corrupt("outbox", "environment"))?,
        event_type: row.event_type,
        subject: row.subject,
        sequence: row.sequence,
        time: Timestamp(row.time),
        content_type: row.content_type,
        data: row.data,
        traceparent: row.traceparent,
        causation_id: row.causation_id,
        test: row.test,
    })
}
