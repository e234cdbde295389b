//! Which keys are used, and the keys that sign.
#![expect(unreachable_pub, reason = "the derive macros write `pub`")]

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
