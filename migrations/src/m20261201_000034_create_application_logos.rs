//! The logos of applications: what is known of one stands with its application, the bytes apart, so that no list
//! reads them.

use sea_orm_migration::prelude::*;

use crate::column::{
    bytes, optional_bytes, optional_number, optional_text, reference, table, text,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            optional_text("logo_type"),
            optional_bytes("logo_digest"),
            optional_number("logo_size"),
        ];
        for column in columns {
            let mut add = Table::alter();
            manager
                .alter_table(add.table(Alias::new("applications")).add_column(column).take())
                .await?;
        }
        let columns = [text("environment"), text("application"), bytes("bytes")];
        let key = ["environment", "application"];
        let mut logos = table("application_logos", columns, &key);
        logos.foreign_key(&mut reference(&key, "applications", &["environment", "id"]));
        manager.create_table(logos).await
    }
}
