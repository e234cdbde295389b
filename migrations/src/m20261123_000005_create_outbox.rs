//! The log of events: outbox and feed in one table.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::column::{
    bytes, flag, index, number, optional_number, optional_text, optional_uuid, table, text, uuid,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(outbox()).await?;
        let by_position = index("outbox_by_position", "outbox", &["position"]).unique().take();
        manager.create_index(by_position).await?;
        manager
            .create_index(index("outbox_of_environment", "outbox", &["environment", "position"]))
            .await?;
        let connection = manager.get_connection();
        for statement in [UNSENT, UNSENT_OF_SUBJECT] {
            connection.execute_unprepared(statement).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            for statement in [ORDINAL, UNPOSITIONED] {
                connection.execute_unprepared(statement).await?;
            }
        }
        Ok(())
    }
}

/// What the relay looks for.
const UNSENT: &str = "CREATE INDEX outbox_unsent ON outbox (time, id) WHERE sent_at IS NULL";

/// Whether a subject has an earlier event that is yet to be sent.
const UNSENT_OF_SUBJECT: &str =
    "CREATE INDEX outbox_unsent_of_subject ON outbox (subject, sequence) WHERE sent_at IS NULL";

/// The order of insertion: for events of one subject, the order of their numbers. Nothing reads by
/// it; the sequencer gives positions in this order to what has committed.
const ORDINAL: &str = "ALTER TABLE outbox ADD COLUMN ordinal BIGSERIAL NOT NULL";

/// What the sequencer looks for.
const UNPOSITIONED: &str =
    "CREATE INDEX outbox_unpositioned ON outbox (ordinal) WHERE position IS NULL";

fn outbox() -> TableCreateStatement {
    let columns = [
        uuid("id"),
        // Where it stands in the feed; on PostgreSQL NULL until the sequencer came by.
        optional_number("position"),
        text("environment"),
        text("type"),
        optional_text("subject"),
        number("sequence"),
        number("time"),
        text("content_type"),
        bytes("data"),
        optional_text("traceparent"),
        optional_text("causation_id"),
        flag("test"),
        // The relay's.
        optional_uuid("lease"),
        optional_number("leased_until"),
        number("attempts"),
        optional_number("sent_at"),
    ];
    table("outbox", columns, &["id"])
}
