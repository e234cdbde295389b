//! The feed: the log of events by position.

use latchkey_domain::id::{EnvironmentId, EventId};
use latchkey_events::Recorded;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QueryResult, QuerySelect, QueryTrait, prelude::Uuid,
};
use tokio::sync::watch;

use crate::{
    Error, Result, Store,
    entity::{
        feed_position,
        outbox::{Column, Entity, Model},
    },
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

/// Some of the log.
#[derive(Debug, Clone)]
pub struct FeedPage {
    /// The events.
    pub events: Vec<Positioned>,
    /// The position to go on from.
    pub next: i64,
}

impl Store {
    /// The events of an environment after a position, in order. A row that cannot be read is logged
    /// and passed over: it holds up none of those after it.
    pub async fn events_after(
        &self,
        environment: &EnvironmentId,
        position: i64,
        limit: u32,
    ) -> Result<FeedPage> {
        let select = Entity::find()
            .filter(Column::Environment.eq(environment.as_str()))
            .filter(Column::Position.gt(position))
            .order_by_asc(Column::Position)
            .limit(u64::from(limit));
        let rows = self.reader.query_all_raw(select.build(self.database())).await?;
        let mut page = FeedPage { events: Vec::with_capacity(rows.len()), next: position };
        for row in rows {
            page.next = row.try_get("", "position")?;
            let position = page.next;
            page.events.extend(readable(&row).map(|event| Positioned { position, event }));
        }
        Ok(page)
    }

    /// The last position that was given.
    pub async fn last_position(&self) -> Result<i64> {
        let row = feed_position::Entity::find_by_id(true).one(&self.reader).await?;
        Ok(row.ok_or(Error::corrupt("feed_position", "its row is gone"))?.position)
    }

    /// Tells each round in which this process gave positions.
    pub fn positioned(&self) -> watch::Receiver<u64> {
        self.positioned.subscribe()
    }
}

/// The event in a row, if there is one to be made of it.
pub(crate) fn readable(row: &QueryResult) -> Option<Recorded> {
    let event = Model::from_query_result(row, "").map_err(Error::from).and_then(read);
    let event = event.inspect_err(|error| {
        let id = row.try_get::<Uuid>("", "id").map(|id| EventId(id).to_string());
        let error = error as &dyn std::error::Error;
        tracing::error!(event.id = id.ok(), error, "an event in the outbox cannot be read");
    });
    event.ok()
}
