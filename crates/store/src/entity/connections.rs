//! Connections, and what belongs to them.
#![expect(unreachable_pub, reason = "the derive macros write `pub`")]

entity!(connection = "connections" {
    #[sea_orm(primary_key, auto_increment = false)]
    environment: String,
    #[sea_orm(primary_key, auto_increment = false)]
    id: String,
    display_name: String,
    provider: String,
    trusted_provider: bool,
    upstream_params: String,
    disabled: bool,
    verify_by_code: bool,
    allowed_workspaces: String,
    profile_sync: String,
    version: i64,
    sequence: i64,
    created_at: i64,
    updated_at: i64,
    deleted_at: Option<i64>,
    purge_at: Option<i64>,
});

entity!(credential = "credentials" {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    environment: String,
    connection: String,
    client_id: String,
    sealed_secret: Vec<u8>,
    fingerprint: String,
    host: Option<String>,
    role: String,
    created_at: i64,
    last_used_at: Option<i64>,
    refused_at: Option<i64>,
    deleted_at: Option<i64>,
});

entity!(application_grant = "application_grants" {
    #[sea_orm(primary_key, auto_increment = false)]
    environment: String,
    #[sea_orm(primary_key, auto_increment = false)]
    connection: String,
    #[sea_orm(primary_key, auto_increment = false)]
    application: String,
    may_sign_up: bool,
    may_sign_in: bool,
    may_link: bool,
    created_at: i64,
    connection_created_at: i64,
    application_created_at: i64,
});
