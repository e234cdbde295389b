//! The keys that sign an environment's tokens: private halves sealed, public halves as they are.

use sea_orm_migration::prelude::*;

use crate::column::{bytes, index, number, reference, table, text, uuid};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(signing_keys()).await?;
        let of = index("signing_keys_of", "signing_keys", &["environment", "signs_from"]);
        manager.create_index(of).await?;
        // Whose turn is over, or nearly.
        let by_age = index("signing_keys_by_age", "signing_keys", &["signs_from", "environment"]);
        manager.create_index(by_age).await?;
        manager.get_connection().execute_unprepared(BY_KEY).await?;
        Ok(())
    }
}

/// A sealed value begins with five bytes that name its key.
const BY_KEY: &str = "CREATE INDEX signing_keys_by_key ON signing_keys \
    (substr(sealed_key, 1, 5), environment, id)";

fn signing_keys() -> TableCreateStatement {
    let columns = [
        // By which tokens name it.
        uuid("id"),
        text("environment"),
        bytes("sealed_key"),
        // A point on P-256 in full (SEC 1, 2.3.3).
        bytes("public_key"),
        // From then on it is published.
        number("created_at"),
        number("signs_from"),
    ];
    table("signing_keys", columns, &["id"])
        .foreign_key(&mut reference(&["environment"], "environments", &["id"]))
        .take()
}
