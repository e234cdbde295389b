//! People, and the ways that they are known.

use sea_orm_migration::prelude::*;

use crate::column::{
    flag, index, number, optional_number, optional_text, reference, table, text, uuid,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(users()).await?;
        manager.create_table(identities()).await?;
        for index in [
            index("users_by_age", "users", &["environment", "created_at", "id"]),
            index("identities_by_user", "identities", &["user_id"]),
            // One account is one user, for ever. NULLs are distinct on both databases, so these
            // two speak of SOCIAL and of EMAIL identities only.
            index("identities_by_subject", "identities", &["environment", "issuer", "subject"])
                .unique()
                .take(),
            index("identities_by_proven_email", "identities", &["environment", "proven_email"])
                .unique()
                .take(),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn users() -> TableCreateStatement {
    let columns = [
        uuid("id"),
        text("environment"),
        optional_text("display_name"),
        optional_text("email"),
        flag("email_verified"),
        optional_text("picture_url"),
        // Guards every change.
        number("version"),
        // The number of the last event about them.
        number("sequence"),
        number("created_at"),
        number("updated_at"),
        number("last_signed_in_at"),
    ];
    table("users", columns, &["id"])
}

fn identities() -> TableCreateStatement {
    let columns = [
        uuid("id"),
        text("environment"),
        uuid("user_id"),
        // Of a SOCIAL identity.
        optional_text("issuer"),
        optional_text("subject"),
        optional_text("account_id"),
        optional_text("username"),
        optional_text("email"),
        text("connections"),
        // Of an EMAIL identity.
        optional_text("proven_email"),
        number("created_at"),
        optional_number("last_used_at"),
    ];
    let user = reference(&["user_id"], "users", &["id"]);
    table("identities", columns, &["id"]).foreign_key(&mut { user }).take()
}
