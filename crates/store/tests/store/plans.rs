//! How PostgreSQL finds what is asked for often: by an index, told by its own counters, so that the
//! statements are those that the service sends.

use std::time::Duration;

use latchkey_domain::{
    audit::{ActorId, AuditFilter},
    id::{AttemptId, UserId, uuid_at},
    page::{Page, PageSize},
    time::{Clock, Timestamp},
};
use latchkey_store::{Cursor, Store};

use latchkey_test_database::TestDatabase;
use uuid::Uuid;

use crate::made;

/// Whose every hundredth sign-in is.
const USER: u128 = 0x7000_8000_0000_0000_0001;

/// Twenty thousand rows in each large table, the events unsent.
const FILL: [&str; 7] = [
    "INSERT INTO users (id, environment, email_verified, version, sequence, created_at, \
     updated_at, last_signed_in_at) \
     SELECT gen_random_uuid(), 'dev', false, 1, 0, n / 3, 0, 0 FROM generate_series(1, 20000) n",
    "INSERT INTO identities (id, environment, user_id, issuer, subject, connections, created_at) \
     SELECT gen_random_uuid(), 'dev', id, 'https://bitbucket.org', id::text, '[]', 0 FROM users",
    "INSERT INTO sign_ins (id, environment, connection, application, answer_hash, code_challenge, \
     claimed_at, user_id, identity_id, result) SELECT gen_random_uuid(), 'dev', 'bitbucket', \
     'shop', decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'), n / 3, CASE WHEN n % 100 = 0 THEN \
     '00000000-0000-7000-8000-000000000001'::uuid ELSE gen_random_uuid() END, gen_random_uuid(), \
     'SIGNED_IN' FROM generate_series(1, 20000) n",
    "INSERT INTO outbox (id, environment, type, subject, sequence, time, content_type, data, test, \
     attempts, position) SELECT gen_random_uuid(), 'dev', 'latchkey.user.signed_in.v1', \
     'environments/dev/users/' || n / 2, 1 + n % 2, n, 'application/json', '', false, 0, \
     CASE WHEN n < 20000 THEN n END FROM generate_series(1, 20000) n",
    "INSERT INTO audit_entries (id, environment, time, actor_key, action, resource, fields) \
     SELECT gen_random_uuid(), 'dev', n / 3, CASE WHEN n % 100 > 0 THEN \
     '00000000-0000-7000-8000-000000000001'::uuid END, 'connection.updated', \
     'environments/dev/connections/c' || n / 200, '[]' FROM generate_series(1, 20000) n",
    "UPDATE feed_position SET position = 19999",
    "ANALYZE",
];

async fn filled(db: &TestDatabase) -> Store {
    for statement in FILL {
        db.execute(statement).await;
    }
    db.store().await
}

/// How often a table was read from end to end, once its readers have said so and gone.
async fn whole_reads(db: &TestDatabase, table: &str) -> i64 {
    let sql = format!("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = '{table}'");
    db.number(&sql).await
}

/// Fails if `work` reads one of the large tables from end to end.
async fn uses_indexes(db: TestDatabase, work: impl AsyncFnOnce(&Store)) {
    const LARGE: [&str; 5] = ["users", "identities", "sign_ins", "outbox", "audit_entries"];
    let store = filled(&db).await;
    let mut before = Vec::new();
    for table in LARGE {
        before.push(whole_reads(&db, table).await);
    }
    work(&store).await;
    // A connection tells what it did when it ends.
    store.close().await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    for (table, before) in LARGE.into_iter().zip(before) {
        assert_eq!(whole_reads(&db, table).await, before, "{table} was read from end to end");
    }
}

crate::postgres_only! {
    async fn the_counters_tell_of_a_table_that_is_read_whole(db) {
        let store = filled(&db).await;
        let before = whole_reads(&db, "outbox").await;
        db.execute("SELECT COUNT(*) FROM outbox WHERE data = 'x'").await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(whole_reads(&db, "outbox").await, before + 1);
        store.close().await.unwrap();
    }

    async fn a_sign_in_reads_and_writes_by_index(db) {
        uses_indexes(db, async |store| {
            let user = made::user();
            let identity = made::social(&user, "{1}");
            made::added(store, async |tx| {
                tx.add_user(&user).await?;
                tx.add_identity(&user.environment, &identity).await
            })
            .await;
            let (dev, issuer, subject) = (made::dev(), made::issuer(), made::subject("{1}"));
            // Often enough for the server to settle for a plan that fits all values.
            for n in 1..8 {
                let attempt = AttemptId::new(store.clock().now());
                store.claim(&made::claim(attempt, made::NOW)).await.unwrap();
                let mut known = store.known(&dev, &issuer, &subject).await.unwrap().unwrap();
                known.user.version += 1;
                let repeat = latchkey_store::RepeatSignIn {
                    finish: &made::finish(attempt, &user, &identity),
                    user: &known.user,
                    identity: &known.identity,
                    events: &[made::signed_in(&user, &identity, n)],
                };
                assert!(store.finish_repeat(&repeat).await.unwrap());
                let proof = (&made::CODE_HASH, &made::CHALLENGE);
                let code = store.redeem(attempt, &made::shop(), proof, made::NOW).await.unwrap();
                assert!(code.is_some());
                store.holder_of(&dev, &made::email("ada@example.com")).await.unwrap();
                store.abandon_sign_in(attempt, made::NOW).await.unwrap();
            }
        })
        .await;
    }

    async fn a_relay_finds_its_events_by_index(db) {
        uses_indexes(db, async |store| {
            for _ in 0..8 {
                let lease = uuid_at(store.clock().now());
                let leased = store.lease_events(lease, Duration::from_mins(1), 100).await.unwrap();
                assert_eq!(leased.len(), 100);
                let ids: Vec<_> = leased.iter().map(|event| event.id).collect();
                assert_eq!(store.mark_sent(lease, &ids[..50]).await.unwrap(), 50);
                store.release(lease, &ids[50..], Duration::ZERO).await.unwrap();
            }
        })
        .await;
    }

    async fn the_feed_is_read_and_numbered_by_index(db) {
        uses_indexes(db, async |store| {
            let stop = tokio_util::sync::CancellationToken::new();
            let sequencer = tokio::spawn(store.clone().sequence(stop.clone()));
            for n in 0..8 {
                let page = store.events_after(&made::dev(), n * 2000, 100).await.unwrap();
                assert_eq!(page.events.len(), 100);
            }
            while store.last_position().await.unwrap() < 20_000 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            stop.cancel();
            sequencer.await.unwrap();
        })
        .await;
    }

    async fn the_audit_is_read_by_index(db) {
        let updated = || Some("connection.updated".to_owned());
        let resource = || Some("environments/dev/connections/c42".to_owned());
        let which = [
            AuditFilter::default(),
            AuditFilter { action: updated(), ..AuditFilter::default() },
            AuditFilter { resource: resource(), ..AuditFilter::default() },
            AuditFilter { actor: Some(ActorId::Database), ..AuditFilter::default() },
            AuditFilter { resource: resource(), action: updated(), ..AuditFilter::default() },
            AuditFilter {
                from: Some(Timestamp(9)),
                until: Some(Timestamp(3_000)),
                ..AuditFilter::default()
            },
        ];
        uses_indexes(db, async |store| {
            let dev = made::dev();
            for filter in which {
                let mut after: Option<Cursor<Uuid>> = None;
                for _ in 0..8 {
                    let page = Page { size: PageSize(20), after };
                    let listed = store.list_audit_entries(Some(&dev), &filter, &page).await.unwrap();
                    assert_eq!(listed.items.len(), 20, "{filter:?}");
                    after = listed.next;
                }
            }
        })
        .await;
    }

    async fn sign_ins_are_looked_up_by_index(db) {
        uses_indexes(db, async |store| {
            for user in [None, Some(UserId(Uuid::from_u128(USER)))] {
                let mut after: Option<Cursor<Uuid>> = None;
                for _ in 0..8 {
                    let page = Page { size: PageSize(20), after };
                    let listed = store.list_sign_ins(&made::dev(), user, &page).await.unwrap();
                    assert_eq!(listed.items.len(), 20, "{user:?}");
                    after = listed.next;
                }
            }
        })
        .await;
    }

    async fn a_page_of_a_long_list_is_read_by_index(db) {
        uses_indexes(db, async |store| {
            let mut after: Option<Cursor<Uuid>> = None;
            for _ in 0..8 {
                let page = Page { size: PageSize(100), after };
                let listed = store.list_users(&made::dev(), &page).await.unwrap();
                assert_eq!(listed.items.len(), 100);
                after = listed.next;
            }
        })
        .await;
    }
}
