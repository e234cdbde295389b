//! Custom domains whose records are not there, for the checklist before going live.

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
const UNPROVEN: &str = "CREATE INDEX organizations_unproven ON organizations \
     (environment, created_at, id) WHERE problem IS NOT NULL";
