//! Sign-ins that wait for a proven address, and what was sent to each address.

use sea_orm_migration::prelude::*;

use crate::column::{
    flag, index, number, optional_bytes, optional_number, optional_text, table, text, uuid,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Until then nobody takes it for abandoned.
        let waits = optional_number("waits_until");
        let mut add = Table::alter();
        add.table(Alias::new("sign_ins")).add_column(waits);
        manager.alter_table(add).await?;
        manager.create_table(waiting_sign_ins()).await?;
        manager.create_table(email_allowances()).await?;
        // For retention.
        for index in [
            index("waiting_sign_ins_by_end", "waiting_sign_ins", &["expires_at"]),
            index("email_allowances_by_end", "email_allowances", &["over_at"]),
        ] {
            manager.create_index(index).await?;
        }
        manager.get_connection().execute_unprepared(BY_KEY).await?;
        Ok(())
    }
}

/// A sealed value begins with five bytes that name its key.
const BY_KEY: &str = "CREATE INDEX waiting_sign_ins_by_key ON waiting_sign_ins \
    (substr(sealed_profile, 1, 5), environment, id)";

fn waiting_sign_ins() -> TableCreateStatement {
    let columns = [
        // The sign-in's.
        uuid("id"),
        text("environment"),
        // NULL once it has an end: then nothing of the person is kept here.
        optional_bytes("sealed_profile"),
        // NULL until the person has given one, and once it has an end.
        optional_text("address"),
        // The code that was sent last; the code itself is derived, and nowhere. 0 before the first.
        number("code_number"),
        // An address that had too many gets none.
        flag("code_was_sent"),
        number("code_sent_at"),
        number("code_expires_at"),
        number("code_tries"),
        // When the address was proven.
        optional_number("proven_at"),
        // When they were asked whether they want to be linked to whoever holds it.
        optional_number("link_asked_at"),
        number("expires_at"),
    ];
    table("waiting_sign_ins", columns, &["id"])
}

fn email_allowances() -> TableCreateStatement {
    let columns = [
        text("environment"),
        // Or an account, by its issuer and its subject.
        text("address"),
        number("hour_began_at"),
        number("codes_in_hour"),
        number("day_began_at"),
        number("codes_in_day"),
        number("wrong_in_day"),
        number("over_at"),
    ];
    table("email_allowances", columns, &["environment", "address"])
}
