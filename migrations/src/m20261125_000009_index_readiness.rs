//! What the checklist before going live looks for, so that it reads a row of each and not all.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }
}

/// The conditions are written as the queries write them: each database compares them to find its index.
const INDEXES: [&str; 7] = [
    "CREATE INDEX connections_enabled ON connections (environment, created_at, id) \
     WHERE NOT disabled AND deleted_at IS NULL",
    "CREATE INDEX connections_enabled_by_provider ON connections \
     (environment, provider, created_at, id) WHERE NOT disabled AND deleted_at IS NULL",
    "CREATE INDEX connections_trusting ON connections (environment, created_at, id) \
     WHERE trusted_provider AND NOT disabled AND deleted_at IS NULL",
    "CREATE INDEX credentials_refused ON credentials (environment, id) \
     WHERE deleted_at IS NULL AND refused_at > COALESCE(last_used_at, 0)",
    "CREATE INDEX applications_over_tls ON applications (environment, created_at, id) \
     WHERE redirect_uris NOT LIKE '%\"http:%'",
    "CREATE INDEX api_keys_by_kind ON api_keys (environment, kind, expires_at)",
    "CREATE INDEX api_keys_by_expiry ON api_keys (environment, expires_at) \
     WHERE expires_at IS NOT NULL",
];
