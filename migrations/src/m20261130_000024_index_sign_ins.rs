//! Finds the sign-ins of an environment and of a user, newest first.

use sea_orm_migration::prelude::*;

use crate::column::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let by_environment = ["environment", "claimed_at", "id"];
        let by_environment = index("sign_ins_by_environment", "sign_ins", &by_environment);
        manager.create_index(by_environment).await?;
        manager.get_connection().execute_unprepared(BY_USER).await?;
        Ok(())
    }
}

/// A claim knows of nobody yet: it pays nothing for this one.
const BY_USER: &str = "CREATE INDEX sign_ins_by_user \
     ON sign_ins (user_id, environment, claimed_at, id) WHERE user_id IS NOT NULL";
