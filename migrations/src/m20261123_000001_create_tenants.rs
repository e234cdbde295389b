//! Environments, applications, keys, and what makes a repeated request return the first answer.

use sea_orm_migration::prelude::*;

use crate::column::{
    bytes, flag, index, number, optional_number, optional_text, reference, table, text, uuid,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [environments(), applications(), api_keys(), requests(), config_version()] {
            manager.create_table(table).await?;
        }
        for index in [
            index("environments_by_age", "environments", &["created_at", "id"]),
            index("applications_by_age", "applications", &["environment", "created_at", "id"]),
            index("api_keys_by_secret", "api_keys", &["secret_hash"]).unique().take(),
            index("api_keys_by_age", "api_keys", &["environment", "created_at", "id"]),
        ] {
            manager.create_index(index).await?;
        }
        let first = "INSERT INTO config_version (id, version) VALUES (TRUE, 0)";
        manager.get_connection().execute_unprepared(first).await?;
        Ok(())
    }
}

fn environments() -> TableCreateStatement {
    let columns = [
        text("id"),
        text("display_name"),
        text("kind"),
        text("default_domain"),
        number("version"),
        number("created_at"),
        number("updated_at"),
        // An id is not used again: the log of events is read by it.
        optional_number("deleted_at"),
    ];
    table("environments", columns, &["id"])
}

fn applications() -> TableCreateStatement {
    let columns = [
        text("environment"),
        text("id"),
        text("display_name"),
        text("redirect_uris"),
        number("version"),
        number("created_at"),
        number("updated_at"),
    ];
    table("applications", columns, &["environment", "id"])
}

fn api_keys() -> TableCreateStatement {
    let columns = [
        uuid("id"),
        text("kind"),
        // Empty for operator keys.
        text("environment"),
        optional_text("application"),
        text("display_name"),
        text("hint"),
        bytes("secret_hash"),
        number("created_at"),
        optional_number("expires_at"),
        optional_number("last_used_at"),
    ];
    let application =
        reference(&["environment", "application"], "applications", &["environment", "id"]);
    table("api_keys", columns, &["id"]).foreign_key(&mut { application }).take()
}

fn requests() -> TableCreateStatement {
    let columns = [
        // The environment; empty for what operators create.
        text("scope"),
        uuid("request_id"),
        bytes("fingerprint"),
        text("resource"),
        number("created_at"),
    ];
    table("requests", columns, &["scope", "request_id"])
}

/// One row. A replica that sees another number than before drops what it has cached.
fn config_version() -> TableCreateStatement {
    table("config_version", [flag("id"), number("version")], &["id"])
}
