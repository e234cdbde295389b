//! What is done to a ring is in the audit, where there is a database.

use latchkey_domain::{
    audit::AuditFilter,
    id::uuid_at,
    page::{Page, PageSize},
    time::Clock,
};
use latchkey_keyring::Purpose;
use latchkey_store::{AnsweredRequest, Request};
use latchkey_test_database::TestDatabase;

use super::Ring;
use crate::process::{ended, latchkey};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_step_of_a_rotation_is_in_the_audit_on_postgres() {
    TestDatabase::postgres().await.run(audited).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_step_of_a_rotation_is_in_the_audit_on_sqlite() {
    TestDatabase::sqlite().await.run(audited).await;
}

async fn audited(db: TestDatabase) {
    let ring = Ring::rotated(&db);
    let store = db.store().await;
    let (old, now) = (ring.with_primary(ring.old), store.clock().now());
    let request = Request { scope: "dev".to_owned(), id: uuid_at(now) };
    let place = format!("requests/dev/{}/fingerprint", request.id);
    let sealed = old.seal(Purpose::RequestFingerprint, place.as_bytes(), b"what was asked for");
    let answered = AnsweredRequest { fingerprint: sealed.unwrap(), resource: "a".to_owned() };
    let tx = store.begin().await.unwrap();
    tx.add_request(&request, &answered, now).await.unwrap();
    tx.commit().await.unwrap();

    ring.run(&format!("keyring promote {}", ring.new)).ok();
    for _twice in 0..2 {
        ring.run("keyring re-encrypt").ok();
    }
    db.execute("UPDATE sealing_keys SET last_sealed_at = 0").await;
    ring.run(&format!("keyring retire {}", ring.old)).ok();

    let page = Page { size: PageSize(20), after: None };
    let listed = store.list_audit_entries(None, &AuditFilter::default(), &page).await.unwrap();
    let told: Vec<_> =
        listed.items.iter().rev().map(|line| (&*line.action, &line.resource)).collect();
    let (old, new) = (format!("keyring/{}", ring.old), format!("keyring/{}", ring.new));
    let expected = [
        ("keyring.key_added", &old),
        ("keyring.key_added", &new),
        ("keyring.key_promoted", &new),
        ("keyring.re_encryption_started", &new),
        ("keyring.re_encrypted", &new),
        ("keyring.key_retired", &old),
    ];
    assert_eq!(told, expected);
    store.close().await.unwrap();
}

#[test]
fn a_ring_is_changed_where_no_database_is_to_be_asked() {
    let folder = tempfile::tempdir().unwrap();
    let keyring = |line: &str| {
        let mut command = latchkey(folder.path(), &format!("keyring {line}"));
        command.env("LATCHKEY__KEYRING__FILE", "ring.toml");
        ended(command.env("LATCHKEY__STORE__URL", "sqlite:nowhere.db"))
    };
    keyring("add").ok();
    let added = keyring("add");
    assert!(added.stderr.contains("the database was not asked"), "{added:?}");
    let added = added.ok();
    let promoted = keyring(&format!("promote {}", added.split_whitespace().next().unwrap()));
    assert!(promoted.stderr.contains("the database was not asked"), "{promoted:?}");
    assert!(promoted.ok().contains("it seals"));
}
