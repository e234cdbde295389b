//! Link tickets: who adds an account to themselves, by the hash of what their browser carries.

use sea_orm_migration::prelude::*;

use crate::column::{bytes, index, number, table, text, uuid};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A ticket that is used is gone.
        let columns = [
            bytes("ticket_hash"),
            text("environment"),
            text("application"),
            uuid("user_id"),
            bytes("code_challenge"),
            number("expires_at"),
        ];
        manager.create_table(table("link_tickets", columns, &["ticket_hash"])).await?;
        // For retention.
        let by_end = index("link_tickets_by_end", "link_tickets", &["expires_at"]);
        manager.create_index(by_end).await
    }
}
