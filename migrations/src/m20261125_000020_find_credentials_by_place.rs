//! Finds the credentials of a connection for one host, and those of one consumer, among any number.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in [BY_PLACE, BY_CONSUMER] {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }
}

/// One value of all three: by columns of their own a database that knows of one credential for each
/// connection, as most have, goes by the connection alone, and reads all of one that has many.
const BY_PLACE: &str = "CREATE INDEX credentials_by_place ON credentials \
    ((environment || '/' || connection || '/' || COALESCE(host, '')))";

/// The same for environment, connection and consumer.
const BY_CONSUMER: &str = "CREATE INDEX credentials_by_consumer ON credentials \
    ((environment || '/' || connection || '/' || client_id)) WHERE deleted_at IS NULL";
