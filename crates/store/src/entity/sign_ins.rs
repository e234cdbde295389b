//! Sign-ins, from the ticket that one begins with to its end.
#![expect(unreachable_pub, reason = "the derive macros write `pub`")]

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
