//! C0 and C5 on SQLite: a trigger holds a statement, while it has the file to itself, until its process is
//! dead; what the process would have done next, nobody does.

use std::time::Duration;

use latchkey_test_database::TestDatabase;

use super::{Back, at_the_callback, bring, is_abandoned, is_signed_up};
use crate::harness::{TestApp, with_app};

/// A statement on this table takes about a second, and then fails.
fn held(table: &str) -> String {
    format!(
        "CREATE TRIGGER held BEFORE INSERT ON {table} BEGIN \
         SELECT COUNT(*) FROM (WITH RECURSIVE n(x) AS \
         (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000) SELECT x FROM n); \
         SELECT RAISE(ABORT, 'held until its process is dead'); END"
    )
}

async fn on_sqlite<F: Future<Output = ()>>(test: impl FnOnce(TestApp) -> F) {
    let database = TestDatabase::sqlite().await;
    database.run(|database| with_app(database, test)).await;
}

/// Waits until somebody has the file to themselves for longer than any statement takes that is not held.
async fn somebody_is_held(app: &TestApp) {
    let mut looks = 0;
    while looks < 4 {
        looks = if app.database.is_being_written().await { looks + 1 } else { 0 };
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A callback whose process dies within a statement that writes to this table.
async fn dies_within(app: &TestApp, table: &str) -> Back {
    let process = app.doomed_process().await;
    let at = at_the_callback(app, "alice").await;
    app.database.execute(&held(table)).await;
    let call = bring(app, &process, &at.0, &at.1);
    somebody_is_held(app).await;
    process.kill();
    assert!(call.await.unwrap().is_err());
    // It waits until the statement has failed.
    app.database.execute("DROP TRIGGER held").await;
    at
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c0_before_the_claim_nothing_happened_and_the_same_callback_works() {
    on_sqlite(async |app| {
        let at = dies_within(&app, "sign_ins").await;

        assert_eq!(app.rows("sign_ins").await, 0);
        assert_eq!(app.token_requests(), 0);
        is_signed_up(&app, &at).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c5_within_the_transaction_nothing_of_it_stays() {
    on_sqlite(async |app| {
        let at = dies_within(&app, "outbox").await;

        is_abandoned(&app, &at, 1).await;
    })
    .await;
}
