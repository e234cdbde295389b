//! Sign-ins: claim, result, login code and history in one row.

use sea_orm_migration::prelude::*;

use crate::column::{
    bytes, index, number, optional_bytes, optional_number, optional_text, optional_uuid, table,
    text, uuid,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(sign_ins()).await?;
        // For retention. The login code is found by the id that it carries.
        let by_age = index("sign_ins_by_age", "sign_ins", &["claimed_at"]);
        manager.create_index(by_age).await
    }
}

fn sign_ins() -> TableCreateStatement {
    let columns = [
        uuid("id"),
        text("environment"),
        text("connection"),
        text("application"),
        // Of what the browser brought: a repeat with something else is not a repeat.
        bytes("answer_hash"),
        bytes("code_challenge"),
        number("claimed_at"),
        // NULL while it is at work.
        optional_text("result"),
        optional_text("reason"),
        optional_uuid("user_id"),
        optional_uuid("identity_id"),
        optional_number("finished_at"),
        optional_bytes("login_code_hash"),
        optional_number("login_code_expires_at"),
        optional_number("redeemed_at"),
    ];
    table("sign_ins", columns, &["id"])
}
