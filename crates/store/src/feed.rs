//! The feed: the log of events by position.

use latchkey_domain::id::EnvironmentId;
use latchkey_events::Recorded;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use tokio::sync::watch;

use crate::{
    Error, Result, Store,
    entity::outbox::{Column, Entity},
    outbox::read,
};

/// An event and where it stands.
#[derive(Debug, Clone)]
pub struct Positioned {
    /// Where it stands.
    pub position: i64,
    /// The event.
    pub event: Recorded,
}

impl Store {
    /// The events of an environment after a position, in order.
    pub async fn events_after(
        &self,
        environment: &EnvironmentId,
        position: i64,
        limit: u32,
    ) -> Result<Vec<Positioned>> {
        let rows = Entity::find()
            .filter(Column::Environment.eq(environment.as_str()))
            .filter(Column::Position.gt(position))
            .order_by_asc(Column::Position)
            .limit(u64::from(limit))
            .all(&self.reader)
            .await?;
        let positioned = rows.into_iter().map(|row| {
            let position = row.position.ok_or(Error::corrupt("outbox", "position"))?;
            Ok(Positioned { position, event: read(row)? })
        });
        positioned.collect()
    }

    /// The last position that was given.
    pub async fn last_position(&self) -> Result<i64> {
        let sql = "SELECT COALESCE(MAX(position), 0) FROM outbox";
        let statement = Statement::from_string(self.database(), sql);
        let row = self.reader.query_one_raw(statement).await?;
        let row = row.ok_or(Error::corrupt("outbox", "no answer"))?;
        Ok(row.try_get_by_index(0)?)
    }

    /// Tells each round in which this process gave positions.
    pub fn positioned(&self) -> watch::Receiver<u64> {
        self.positioned.subscribe()
    }
}
