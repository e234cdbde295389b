//! Mail that is yet to be sent. A row goes when its mail was sent, or is given up.

use sea_orm_migration::prelude::*;

use crate::column::{bytes, index, number, optional_uuid, table, text, uuid};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(mail_outbox()).await?;
        for index in [
            index("mail_outbox_due", "mail_outbox", &["due_at", "id"]),
            index("mail_outbox_by_expiry", "mail_outbox", &["expires_at"]),
        ] {
            manager.create_index(index).await?;
        }
        manager.get_connection().execute_unprepared(BY_KEY).await?;
        Ok(())
    }
}

/// A sealed value begins with five bytes that name its key.
const BY_KEY: &str = "CREATE INDEX mail_outbox_by_key ON mail_outbox \
    (substr(sealed_letter, 1, 5), environment, id)";

fn mail_outbox() -> TableCreateStatement {
    let columns = [
        uuid("id"),
        text("environment"),
        // Whom it is to and what it says.
        bytes("sealed_letter"),
        number("created_at"),
        // From then on nobody needs it any more.
        number("expires_at"),
        // Before then nobody sends it: somebody does, or a try failed a while ago.
        number("due_at"),
        // Of whoever sends it, so that one who lost it marks nothing.
        optional_uuid("lease"),
        number("attempts"),
    ];
    table("mail_outbox", columns, &["id"])
}
