//! Environments, what is in them, and who may call.
#![expect(unreachable_pub, reason = "the derive macros write `pub`")]

entity!(environment = "environments" {
    #[sea_orm(primary_key, auto_increment = false)]
    id: String,
    display_name: String,
    kind: String,
    default_domain: String,
    sign_up_policy: String,
    email_required: bool,
    email_code_minutes: i64,
    version: i64,
    created_at: i64,
    updated_at: i64,
    deleted_at: Option<i64>,
});

entity!(application = "applications" {
    #[sea_orm(primary_key, auto_increment = false)]
    environment: String,
    #[sea_orm(primary_key, auto_increment = false)]
    id: String,
    display_name: String,
    redirect_uris: String,
    logo_type: Option<String>,
    logo_digest: Option<Vec<u8>>,
    logo_size: Option<i64>,
    version: i64,
    created_at: i64,
    updated_at: i64,
});

entity!(application_logo = "application_logos" {
    #[sea_orm(primary_key, auto_increment = false)]
    environment: String,
    #[sea_orm(primary_key, auto_increment = false)]
    application: String,
    bytes: Vec<u8>,
});

entity!(organization = "organizations" {
    #[sea_orm(primary_key, auto_increment = false)]
    environment: String,
    #[sea_orm(primary_key, auto_increment = false)]
    id: String,
    display_name: String,
    custom_domain: Option<String>,
    verified_domain: Option<String>,
    token: Option<String>,
    state: Option<String>,
    problem: Option<String>,
    started_at: Option<i64>,
    checked_at: Option<i64>,
    verified_at: Option<i64>,
    missing_since: Option<i64>,
    next_check_at: Option<i64>,
    sign_up_policy: Option<String>,
    version: i64,
    created_at: i64,
    updated_at: i64,
});

entity!(api_key = "api_keys" {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    kind: String,
    environment: String,
    application: Option<String>,
    display_name: String,
    hint: String,
    secret_hash: Vec<u8>,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
});

entity!(request = "requests" {
    #[sea_orm(primary_key, auto_increment = false)]
    scope: String,
    #[sea_orm(primary_key, auto_increment = false)]
    request_id: Uuid,
    fingerprint: Vec<u8>,
    resource: String,
    created_at: i64,
});

entity!(config_version = "config_version" {
    #[sea_orm(primary_key, auto_increment = false)]
    id: bool,
    version: i64,
});
