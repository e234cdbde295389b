//! Rows, as the tables hold them.
#![expect(unreachable_pub, reason = "the derive macros write `pub`")]

macro_rules! entity {
    ($module:ident = $table:literal { $($(#[$attribute:meta])* $column:ident: $type:ty,)* }) => {
        pub mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model {
                $($(#[$attribute])* pub $column: $type,)*
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

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

entity!(sealing_key = "sealing_keys" {
    #[sea_orm(primary_key, auto_increment = false)]
    id: String,
    last_sealed_at: i64,
});

entity!(signing_key = "signing_keys" {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    environment: String,
    sealed_key: Vec<u8>,
    public_key: Vec<u8>,
    created_at: i64,
    signs_from: i64,
});

entity!(feed_position = "feed_position" {
    #[sea_orm(primary_key, auto_increment = false)]
    id: bool,
    position: i64,
});

entity!(audit_entry = "audit_entries" {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    environment: String,
    time: i64,
    actor_kind: Option<String>,
    actor_key: Option<Uuid>,
    action: String,
    resource: String,
    fields: String,
    request_id: Option<String>,
    address: Option<String>,
    trace_id: Option<String>,
});

entity!(subject_sequence = "subject_sequences" {
    #[sea_orm(primary_key, auto_increment = false)]
    subject: String,
    sequence: i64,
});

entity!(user = "users" {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    environment: String,
    display_name: Option<String>,
    email: Option<String>,
    email_verified: bool,
    picture_url: Option<String>,
    suspended_at: Option<i64>,
    version: i64,
    sequence: i64,
    created_at: i64,
    updated_at: i64,
    last_signed_in_at: i64,
});

entity!(identity = "identities" {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    environment: String,
    user_id: Uuid,
    issuer: Option<String>,
    subject: Option<String>,
    account_id: Option<String>,
    username: Option<String>,
    email: Option<String>,
    connections: String,
    proven_email: Option<String>,
    created_at: i64,
    last_used_at: Option<i64>,
});

entity!(sign_in = "sign_ins" {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    environment: String,
    connection: String,
    application: String,
    organization: Option<String>,
    custom_domain: Option<String>,
    answer_hash: Vec<u8>,
    code_challenge: Vec<u8>,
    claimed_at: i64,
    result: Option<String>,
    reason: Option<String>,
    user_id: Option<Uuid>,
    identity_id: Option<Uuid>,
    finished_at: Option<i64>,
    login_code_hash: Option<Vec<u8>>,
    login_code_expires_at: Option<i64>,
    redeemed_at: Option<i64>,
    waits_until: Option<i64>,
});

entity!(waiting_sign_in = "waiting_sign_ins" {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    environment: String,
    sealed_profile: Option<Vec<u8>>,
    address: Option<String>,
    code_number: i64,
    code_was_sent: bool,
    code_sent_at: i64,
    code_expires_at: i64,
    code_tries: i64,
    proven_at: Option<i64>,
    link_asked_at: Option<i64>,
    expires_at: i64,
});

entity!(link_ticket = "link_tickets" {
    #[sea_orm(primary_key, auto_increment = false)]
    ticket_hash: Vec<u8>,
    environment: String,
    application: String,
    user_id: Uuid,
    code_challenge: Vec<u8>,
    expires_at: i64,
});

entity!(email_allowance = "email_allowances" {
    #[sea_orm(primary_key, auto_increment = false)]
    environment: String,
    #[sea_orm(primary_key, auto_increment = false)]
    address: String,
    hour_began_at: i64,
    codes_in_hour: i64,
    day_began_at: i64,
    codes_in_day: i64,
    wrong_in_day: i64,
    over_at: i64,
});

entity!(outbox = "outbox" {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    position: Option<i64>,
    environment: String,
    #[sea_orm(column_name = "type")]
    event_type: String,
    subject: Option<String>,
    sequence: i64,
    time: i64,
    content_type: String,
    data: Vec<u8>,
    traceparent: Option<String>,
    causation_id: Option<String>,
    test: bool,
    lease: Option<Uuid>,
    leased_until: Option<i64>,
    attempts: i64,
    sent_at: Option<i64>,
});

entity!(test_login = "test_logins" {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    environment: String,
    connection: String,
    host: String,
    credential: Option<Uuid>,
    ticket_hash: Vec<u8>,
    created_at: i64,
    begun_at: Option<i64>,
    answer_hash: Option<Vec<u8>>,
    claimed_at: Option<i64>,
    result: Option<String>,
    reason: Option<String>,
    steps: Option<String>,
    sealed_profile: Option<Vec<u8>>,
    event_id: Option<Uuid>,
    finished_at: Option<i64>,
});

entity!(mail_outbox = "mail_outbox" {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    environment: String,
    sealed_letter: Vec<u8>,
    created_at: i64,
    expires_at: i64,
    due_at: i64,
    lease: Option<Uuid>,
    attempts: i64,
});
