//! What environments, organizations and connections ask of whoever signs in.

use sea_orm_migration::prelude::*;

use crate::column::{flag, number, optional_text, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            // One by one: SQLite adds no two columns at once.
            let mut add = Table::alter();
            add.table(Alias::new(table)).add_column(column);
            manager.alter_table(add).await?;
        }
        Ok(())
    }
}

/// With what a row means that was written before.
fn columns() -> [(&'static str, ColumnDef); 7] {
    let open = r#"{"mode":"OPEN"}"#;
    [
        ("environments", text("sign_up_policy").default(open).take()),
        ("environments", flag("email_required").default(false).take()),
        ("environments", number("email_code_minutes").default(10).take()),
        // NULL is the environment's.
        ("organizations", optional_text("sign_up_policy")),
        ("connections", flag("verify_by_code").default(false).take()),
        ("connections", text("allowed_workspaces").default("[]").take()),
        ("connections", text("profile_sync").default("ALWAYS").take()),
    ]
}
