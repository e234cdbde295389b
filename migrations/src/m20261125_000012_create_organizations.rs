//! Organizations and their custom domains, and which sign-in was for which.

use sea_orm_migration::prelude::*;

use crate::column::{index, number, optional_number, optional_text, table, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(organizations()).await?;
        let by_age = ["environment", "created_at", "id"];
        manager.create_index(index("organizations_by_age", "organizations", &by_age)).await?;
        let by_domain = ["environment", "custom_domain", "created_at", "id"];
        manager.create_index(index("organizations_by_domain", "organizations", &by_domain)).await?;
        // A domain that is verified is one organization's, whoever else says that they have it.
        let by_verified =
            index("organizations_by_verified_domain", "organizations", &["verified_domain"]);
        manager.create_index(by_verified.clone().unique().take()).await?;
        for column in ["organization", "custom_domain"] {
            let mut add = Table::alter();
            add.table(Alias::new("sign_ins")).add_column(optional_text(column));
            manager.alter_table(add).await?;
        }
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }
}

/// The conditions are written as the queries write them: each database compares them to find its index.
const INDEXES: [&str; 5] = [
    "CREATE INDEX organizations_served ON organizations (environment, created_at, id) \
     WHERE verified_domain IS NOT NULL",
    "CREATE INDEX organizations_to_check ON organizations (next_check_at) \
     WHERE next_check_at IS NOT NULL",
    "CREATE INDEX sign_ins_by_domain ON sign_ins (custom_domain, environment) \
     WHERE custom_domain IS NOT NULL",
    "CREATE INDEX credentials_by_host ON credentials (environment, host, id) \
     WHERE host IS NOT NULL AND deleted_at IS NULL",
    "CREATE INDEX environments_by_domain ON environments (default_domain) \
     WHERE deleted_at IS NULL",
];

fn organizations() -> TableCreateStatement {
    let columns = [
        text("environment"),
        text("id"),
        text("display_name"),
        // NULL is none.
        optional_text("custom_domain"),
        // The same, while it is verified.
        optional_text("verified_domain"),
        // NULL until somebody begins to prove it.
        optional_text("token"),
        optional_text("state"),
        optional_text("problem"),
        optional_number("started_at"),
        optional_number("checked_at"),
        optional_number("verified_at"),
        optional_number("missing_since"),
        optional_number("next_check_at"),
        number("version"),
        number("created_at"),
        number("updated_at"),
    ];
    table("organizations", columns, &["environment", "id"])
}
