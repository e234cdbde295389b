//! Users, and the ways in which they are known.
#![expect(unreachable_pub, reason = "the derive macros write `pub`")]

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
