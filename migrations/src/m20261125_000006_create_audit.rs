//! Who changed what of the configuration. Written once: the database itself refuses any change.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::column::{index, number, optional_text, optional_uuid, table, text, uuid};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(audit_entries()).await?;
        // Newest first of everything, of one resource, of one kind of change, of one actor.
        for (name, by) in [
            ("audit_entries_by_age", None),
            ("audit_entries_by_resource", Some("resource")),
            ("audit_entries_by_action", Some("action")),
            ("audit_entries_by_actor", Some("actor_key")),
        ] {
            let columns: Vec<_> =
                ["environment"].into_iter().chain(by).chain(["time", "id"]).collect();
            manager.create_index(index(name, "audit_entries", &columns)).await?;
        }
        let connection = manager.get_connection();
        let statements: &[&str] = match manager.get_database_backend() {
            DbBackend::Postgres => &POSTGRES,
            _ => &SQLITE,
        };
        for statement in statements {
            connection.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

const POSTGRES: [&str; 2] = [
    "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
        RAISE EXCEPTION 'the audit is written once'; END $$",
    "CREATE TRIGGER audit_entries_are_written_once BEFORE UPDATE OR DELETE OR TRUNCATE \
        ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
];

const SQLITE: [&str; 2] = [
    "CREATE TRIGGER audit_entries_are_not_updated BEFORE UPDATE ON audit_entries BEGIN \
        SELECT RAISE(ABORT, 'the audit is written once'); END",
    "CREATE TRIGGER audit_entries_are_not_deleted BEFORE DELETE ON audit_entries BEGIN \
        SELECT RAISE(ABORT, 'the audit is written once'); END",
];

fn audit_entries() -> TableCreateStatement {
    let columns = [
        uuid("id"),
        // Empty for what belongs to the installation.
        text("environment"),
        number("time"),
        // The kind of key; NULL for whoever holds the database.
        optional_text("actor_kind"),
        optional_uuid("actor_key"),
        text("action"),
        text("resource"),
        text("fields"),
        optional_text("request_id"),
        optional_text("address"),
        optional_text("trace_id"),
    ];
    table("audit_entries", columns, &["id"])
}
