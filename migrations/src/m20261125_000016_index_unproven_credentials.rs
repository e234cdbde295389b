//! Credentials that no provider ever accepted, for the checklist before going live.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UNPROVEN).await?;
        Ok(())
    }
}

/// The condition is written as the query writes it: each database compares them to find its index.
const UNPROVEN: &str = "CREATE INDEX credentials_unproven ON credentials (environment, id) \
     WHERE role = 'ACTIVE' AND deleted_at IS NULL AND last_used_at IS NULL";
