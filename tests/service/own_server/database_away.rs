//! A database that is frozen: its connections stay open, and nothing answers.

use std::time::{Duration, Instant};

use latchkey_test_database::TestDatabase;
use tonic::Code;
use tonic_health::pb::health_check_response::ServingStatus;

use crate::{
    harness::{TestApp, admin::new_connection, own_postgres::OwnPostgres, reason, with_app},
    health::all_become,
};

/// A statement's five seconds, one for the way, one for noticing: before the call's own 20 s.
const NOTICED_WITHIN: Duration = Duration::from_secs(10);

/// How often the version of the configuration is read, and some time to read it.
const KNOWN_AFTER: Duration = Duration::from_millis(300);
/// For how long what was read is trusted without an answer.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_frozen_is_noticed_and_used_again_once_it_answers() {
    let server = OwnPostgres::start();
    let url = format!("postgres://postgres@127.0.0.1:{}/postgres", server.port);
    let database = TestDatabase::at(&url).await;
    with_app(database, async |app| {
        all_become(&app.channel, ServingStatus::Serving).await;
        app.sign_in("alice").await;

        server.freeze();
        all_become(&app.channel, ServingStatus::NotServing).await;
        assert_told_to_come_back(&app).await;

        server.thaw();
        all_become(&app.channel, ServingStatus::Serving).await;
        assert_nothing_was_left_open(&app).await;
        app.sign_in("alice").await;
        let names = app.event_names().await;
        assert_eq!(names, ["user.signed_up", "user.signed_in", "user.signed_in"]);
    })
    .await;
    drop(server);
}

/// What was given up left no connection within a transaction, to swallow what comes next. Work of the
/// background is in one for a moment now and then.
async fn assert_nothing_was_left_open(app: &TestApp) {
    let idle = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' \
        AND application_name = 'latchkey'";
    let begun = Instant::now();
    while app.database.number(idle).await != 0 {
        // Sooner than the server itself ends one that idles.
        assert!(begun.elapsed() < Duration::from_secs(3), "a transaction was left open");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Every call that needs the database, whether it reads or writes, on a connection that was open.
async fn assert_told_to_come_back(app: &TestApp) {
    let begun = Instant::now();
    let read = app.connection("environments/dev/connections/bitbucket").await;
    let written = app.create(new_connection("one-more")).await;
    for refused in [read.unwrap_err(), written.unwrap_err()] {
        assert_eq!(refused.code(), Code::Unavailable, "{refused:?}");
        assert_eq!(reason(&refused), "STORAGE_UNAVAILABLE");
    }
    assert!(begun.elapsed() < NOTICED_WITHIN * 2, "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_lost_its_database_serves_nothing_from_memory_after_a_second() {
    let server = OwnPostgres::start();
    let url = format!("postgres://postgres@127.0.0.1:{}/postgres", server.port);
    let database = TestDatabase::at(&url).await;
    with_app(database, async |app| {
        // It knows by heart what a start reads.
        for _ in 0..3 {
            app.begin().await;
            tokio::time::sleep(KNOWN_AFTER).await;
        }
        server.freeze();
        let frozen = Instant::now();
        app.begin().await;
        assert!(frozen.elapsed() < TRUSTED_FOR, "it was not answered from memory");
        tokio::time::sleep(TRUSTED_FOR.saturating_sub(frozen.elapsed())).await;
        let refused = app.begin_with(app.start_request()).await.unwrap_err();
        assert_eq!(refused.code(), Code::Unavailable, "{refused:?}");
        assert_eq!(reason(&refused), "STORAGE_UNAVAILABLE");
        server.thaw();
        all_become(&app.channel, ServingStatus::Serving).await;
        app.sign_in("alice").await;
    })
    .await;
    drop(server);
}
