//! The number of the last event about what has no row of its own to keep it in, or none that stays.

use sea_orm_migration::prelude::*;

use crate::column::{number, table, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [text("subject"), number("sequence")];
        manager.create_table(table("subject_sequences", columns, &["subject"])).await
    }
}
