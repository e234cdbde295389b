//! Finds what a key sealed, remembers when each key last sealed, and counts positions in a row of
//! their own.

use sea_orm_migration::prelude::*;

use crate::column::{flag, number, table, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(sealing_keys()).await?;
        manager.create_table(feed_position()).await?;
        for statement in [CREDENTIALS_BY_KEY, REQUESTS_BY_KEY, FIRST_POSITION] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

/// A sealed value begins with five bytes that name its key.
const CREDENTIALS_BY_KEY: &str = "CREATE INDEX credentials_by_key ON credentials \
    (substr(sealed_secret, 1, 5), environment, id)";

const REQUESTS_BY_KEY: &str =
    "CREATE INDEX requests_by_key ON requests (substr(fingerprint, 1, 5), scope, request_id)";

/// Goes on from the positions that were given before.
const FIRST_POSITION: &str = "INSERT INTO feed_position (id, position) \
    SELECT TRUE, COALESCE(MAX(position), 0) FROM outbox";

fn sealing_keys() -> TableCreateStatement {
    table("sealing_keys", [text("id"), number("last_sealed_at")], &["id"])
}

/// One row: the last position that was given, whatever of the log is still kept.
fn feed_position() -> TableCreateStatement {
    table("feed_position", [flag("id"), number("position")], &["id"])
}
