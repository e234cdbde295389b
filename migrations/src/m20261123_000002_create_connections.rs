//! Connections, their credentials, and who may use them.

use sea_orm_migration::prelude::*;

use crate::column::{
    bytes, flag, index, number, optional_number, optional_text, reference, table, text, uuid,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [connections(), credentials(), application_grants()] {
            manager.create_table(table).await?;
        }
        for index in [
            index(
                "credentials_by_connection",
                "credentials",
                &["environment", "connection", "created_at", "id"],
            ),
            index(
                "application_grants_by_age",
                "application_grants",
                &["environment", "connection", "created_at", "application"],
            ),
            index(
                "application_grants_by_application",
                "application_grants",
                &["environment", "application", "connection_created_at", "connection"],
            ),
            index(
                "application_grants_by_connection",
                "application_grants",
                &["environment", "connection", "application_created_at", "application"],
            ),
        ] {
            manager.create_index(index).await?;
        }
        for index in [BY_AGE, UNPURGED_BY_AGE, ONE_ACTIVE, TO_PURGE] {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }
}

/// A list passes over no deleted connection, however many there are.
const BY_AGE: &str = "CREATE INDEX connections_by_age ON connections \
    (environment, created_at, id) WHERE deleted_at IS NULL";

/// As above, for a list of those too whose deletion can be undone.
const UNPURGED_BY_AGE: &str = "CREATE INDEX connections_unpurged_by_age ON connections \
    (environment, created_at, id) WHERE deleted_at IS NULL OR purge_at IS NOT NULL";

/// A host has one active credential.
const ONE_ACTIVE: &str = "CREATE UNIQUE INDEX credentials_one_active ON credentials \
    (environment, connection, COALESCE(host, '')) WHERE role = 'ACTIVE' AND deleted_at IS NULL";

/// Deleted connections are few, and those to purge are looked for all the time.
const TO_PURGE: &str =
    "CREATE INDEX connections_to_purge ON connections (purge_at) WHERE purge_at IS NOT NULL";

fn connections() -> TableCreateStatement {
    let columns = [
        text("environment"),
        text("id"),
        text("display_name"),
        text("provider"),
        flag("trusted_provider"),
        text("upstream_params"),
        flag("disabled"),
        number("version"),
        // The number of the last event about it.
        number("sequence"),
        number("created_at"),
        number("updated_at"),
        // An id is not used again: the users that came through it still name it.
        optional_number("deleted_at"),
        // Of a deleted one that is not purged yet.
        optional_number("purge_at"),
    ];
    table("connections", columns, &["environment", "id"])
}

fn credentials() -> TableCreateStatement {
    let columns = [
        uuid("id"),
        text("environment"),
        text("connection"),
        text("client_id"),
        bytes("sealed_secret"),
        text("fingerprint"),
        optional_text("host"),
        text("role"),
        number("created_at"),
        optional_number("last_used_at"),
        optional_number("refused_at"),
        optional_number("deleted_at"),
    ];
    let connection =
        reference(&["environment", "connection"], "connections", &["environment", "id"]);
    table("credentials", columns, &["id"]).foreign_key(&mut { connection }).take()
}

fn application_grants() -> TableCreateStatement {
    let columns = [
        text("environment"),
        text("connection"),
        text("application"),
        flag("may_sign_up"),
        flag("may_sign_in"),
        flag("may_link"),
        number("created_at"),
        // The ages of the two, which never change: what is granted is listed by age.
        number("connection_created_at"),
        number("application_created_at"),
    ];
    let connection =
        reference(&["environment", "connection"], "connections", &["environment", "id"]);
    let application =
        reference(&["environment", "application"], "applications", &["environment", "id"]);
    table("application_grants", columns, &["environment", "connection", "application"])
        .foreign_key(&mut { connection })
        .foreign_key(&mut { application })
        .take()
}
