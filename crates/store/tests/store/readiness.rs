//! The checklist of a large environment: every fact is found by an index.

use latchkey_domain::{
    connection::CredentialRole::{self, Active, Standby},
    id::CredentialId,
    name::ConnectionName,
    readiness::Keys,
};
use latchkey_store::Store;
use latchkey_test_database::TestDatabase;

use crate::made;

/// A hundred thousand connections before the one that is looked for.
const FILL: [&str; 7] = [
    "INSERT INTO applications (environment, id, display_name, redirect_uris, version, created_at, updated_at) \
     SELECT 'dev', 'app-' || n, 'A', '[\"http://localhost/\"]', 1, n, n FROM generate_series(1, 10000) n",
    "INSERT INTO connections (environment, id, display_name, provider, trusted_provider, upstream_params, disabled, \
     version, sequence, created_at, updated_at) \
     SELECT 'dev', 'conn-' || n, 'C', CASE WHEN n % 2 = 0 THEN 'bitbucket' ELSE 'other' END, n % 4 = 0, '{}', \
     n % 4 = 0, 1, 0, n, n FROM generate_series(1, 100000) n",
    "INSERT INTO credentials (id, environment, connection, client_id, sealed_secret, fingerprint, role, created_at, \
     last_used_at, refused_at) SELECT gen_random_uuid(), 'dev', 'conn-' || n, 'k', '', 'f', 'ACTIVE', n, \
     CASE WHEN n % 4 > 0 THEN 2 END, CASE WHEN n % 4 > 0 THEN 1 END \
     FROM generate_series(1, 100000) n",
    "INSERT INTO application_grants SELECT copy.* FROM application_grants first, generate_series(1, 100000) n, \
     LATERAL jsonb_populate_record(first, jsonb_build_object('connection', 'conn-' || n, \
     'application', 'app-' || 1 + n % 10000)) copy",
    "INSERT INTO api_keys (id, kind, environment, display_name, hint, secret_hash, created_at, expires_at) \
     SELECT gen_random_uuid(), 'APPLICATION', 'dev', 'K', 'h', int4send(n), n, 1 FROM generate_series(1, 10000) n",
    "INSERT INTO organizations (environment, id, display_name, version, created_at, updated_at) \
     SELECT 'dev', 'org-' || n, 'O', 1, n, n FROM generate_series(1, 100000) n",
    "ANALYZE",
];
/// Of everything that the checklist looks for, what there may be much of.
const LARGE: [&str; 6] = [
    "applications",
    "connections",
    "credentials",
    "application_grants",
    "api_keys",
    "organizations",
];

async fn filled(db: &TestDatabase) -> Store {
    let store = made::with_shop_and_bitbucket(db).await;
    made::added(&store, async |tx| {
        tx.set_grant(&made::bitbucket(), &made::shop(), made::RIGHTS, made::NOW).await
    })
    .await;
    for statement in FILL {
        db.execute(statement).await;
    }
    store
}

/// How often each large table was read from end to end.
async fn whole_reads(db: &TestDatabase) -> Vec<(&'static str, i64)> {
    let mut reads = Vec::new();
    for table in LARGE {
        let sql = format!("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = '{table}'");
        reads.push((table, db.number(&sql).await));
    }
    reads
}

crate::postgres_only! {
    async fn a_hundred_thousand_connections_are_not_read_one_by_one(db) {
        let store = filled(&db).await;
        let before = whole_reads(&db).await;
        let dev = made::environment("dev");
        let mut took = Vec::new();
        // Often enough for the server to settle for a plan that fits all values.
        for _ in 0..8 {
            let started = std::time::Instant::now();
            let facts = store.readiness(&dev, made::NOW).await.unwrap();
            took.push(started.elapsed());
            let providers: Vec<_> = facts.providers.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(providers, ["bitbucket", "other"]);
            assert!(facts.granted.is_some() && facts.served.is_some(), "{facts:?}");
            assert!(facts.unserved.is_none() && facts.refused.is_none(), "{facts:?}");
            assert!(facts.unproven.is_none() && facts.unproven_domain.is_none(), "{facts:?}");
            assert_eq!((facts.trusting, facts.expiring), (Some(made::bitbucket()), None));
            assert_eq!(facts.application_keys, Keys::None);
        }
        println!("the checklist took {took:?}");
        store.close().await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        assert_eq!(whole_reads(&db).await, before);
    }
}

/// The host that the checklist is about, as `dev` has it.
const DOMAIN: &str = "login.example.com";

async fn add(
    store: &Store,
    to: &ConnectionName,
    (host, role): (Option<&str>, CredentialRole),
) -> CredentialId {
    let sealed = made::credential(host, role);
    made::added(store, async |tx| tx.add_credential(to, &sealed).await).await;
    sealed.credential.id
}

async fn unproven(store: &Store) -> Option<CredentialId> {
    let facts = store.readiness(&made::environment("dev"), made::NOW).await.unwrap();
    facts.unproven.map(|name| name.credential)
}

crate::both! {
    async fn a_credential_is_unproven_until_the_provider_accepts_it(db) {
        let store = made::with_shop_and_bitbucket(&db).await;
        assert_eq!(unproven(&store).await, None);
        let id = add(&store, &made::bitbucket(), (None, Active)).await;
        assert_eq!(unproven(&store).await, Some(id));
        store.note_refusal(id, made::NOW).await.unwrap();
        assert_eq!(unproven(&store).await, Some(id));
        store.touch_credential(id, made::NOW).await.unwrap();
        assert_eq!(unproven(&store).await, None);
    }

    async fn only_what_serves_the_default_domain_is_to_be_proven(db) {
        let store = made::with_shop_and_bitbucket(&db).await;
        let bitbucket = made::bitbucket();
        add(&store, &bitbucket, (Some("elsewhere.example.com"), Active)).await;
        add(&store, &bitbucket, (Some(DOMAIN), Standby)).await;
        assert_eq!(unproven(&store).await, None);
        let for_all = add(&store, &bitbucket, (None, Active)).await;
        assert_eq!(unproven(&store).await, Some(for_all));
        let own = add(&store, &bitbucket, (Some(DOMAIN), Active)).await;
        assert_eq!(unproven(&store).await, Some(own), "no sign-in there begins with the other");
        store.touch_credential(own, made::NOW).await.unwrap();
        assert_eq!(unproven(&store).await, None);
        made::added(&store, async |tx| tx.remove_credential(own, made::NOW).await).await;
        assert_eq!(unproven(&store).await, Some(for_all));
        db.execute("UPDATE connections SET disabled = TRUE").await;
        assert_eq!(unproven(&store).await, None);
    }
}
