//! Test logins: link, claim and end in one row, which is kept for a day.

use sea_orm_migration::prelude::*;

use crate::column::{
    bytes, index, number, optional_bytes, optional_number, optional_text, optional_uuid, table,
    text, uuid,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(test_logins()).await?;
        let by_ticket =
            index("test_logins_by_ticket", "test_logins", &["ticket_hash"]).unique().take();
        manager.create_index(by_ticket).await?;
        // For retention.
        manager.create_index(index("test_logins_by_age", "test_logins", &["created_at"])).await?;
        manager.get_connection().execute_unprepared(BY_KEY).await?;
        Ok(())
    }
}

/// A sealed value begins with five bytes that name its key.
const BY_KEY: &str = "CREATE INDEX test_logins_by_key ON test_logins \
    (substr(sealed_profile, 1, 5), environment, id)";

fn test_logins() -> TableCreateStatement {
    let columns = [
        uuid("id"),
        text("environment"),
        text("connection"),
        text("host"),
        // NULL is the one that serves the host.
        optional_uuid("credential"),
        bytes("ticket_hash"),
        number("created_at"),
        // NULL while the link waits.
        optional_number("begun_at"),
        // Of what the browser brought: a repeat with something else is not a repeat.
        optional_bytes("answer_hash"),
        optional_number("claimed_at"),
        // NULL until it ends.
        optional_text("result"),
        optional_text("reason"),
        optional_text("steps"),
        optional_bytes("sealed_profile"),
        optional_uuid("event_id"),
        optional_number("finished_at"),
    ];
    table("test_logins", columns, &["id"])
}
