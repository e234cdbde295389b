//! What is told: events, mail, and the audit.
#![expect(unreachable_pub, reason = "the derive macros write `pub`")]

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

entity!(feed_position = "feed_position" {
    #[sea_orm(primary_key, auto_increment = false)]
    id: bool,
    position: i64,
});

entity!(subject_sequence = "subject_sequences" {
    #[sea_orm(primary_key, auto_increment = false)]
    subject: String,
    sequence: i64,
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
