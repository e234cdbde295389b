//! Users who cannot sign in.

use sea_orm_migration::prelude::*;

use crate::column::optional_number;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Since when; NULL is active.
        let mut add = Table::alter();
        add.table(Alias::new("users")).add_column(optional_number("suspended_at"));
        manager.alter_table(add).await
    }
}
