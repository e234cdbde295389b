//! Finds what has had its time, and the test logins of a connection.

use sea_orm_migration::prelude::*;

use crate::column::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in [
            index("requests_by_age", "requests", &["created_at"]),
            index("test_logins_by_connection", "test_logins", &["environment", "connection"]),
        ] {
            manager.create_index(index).await?;
        }
        manager.get_connection().execute_unprepared(CREDENTIALS_DELETED).await?;
        Ok(())
    }
}

/// Those are few, and looked for all the time.
const CREDENTIALS_DELETED: &str =
    "CREATE INDEX credentials_deleted ON credentials (deleted_at) WHERE deleted_at IS NOT NULL";
