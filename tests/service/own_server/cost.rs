//! What calls cost the database: on a PostgreSQL of the test's own, where nobody else is counted.

use latchkey_proto::v1::{ListConnectionsRequest, ListLoginOptionsRequest};
use latchkey_test_database::TestDatabase;

use crate::harness::{
    TestApp,
    admin::{BITBUCKET, DEV, NOTES},
    own_postgres::OwnPostgres,
    person::login_code,
    wire, with_app,
};

/// Enough that what happens once a minute does not show.
const SIGN_INS: u32 = 100;

/// Enough to see a cost that is not each one's.
const REDEMPTIONS: usize = 20;

/// Statements that are not a sign-in's: how replicas learn of changes, and of keys that they lack.
fn is_background(statement: &str) -> bool {
    statement.contains("config_version") || statement.contains("substr(")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeat_sign_in_is_three_round_trips_and_two_durable_commits() {
    let server = OwnPostgres::start();
    let (port, round_trips) = wire::proxy(server.port).await;
    let direct = format!("postgres://postgres@127.0.0.1:{}/postgres", server.port);
    let database = TestDatabase::at(&direct).await;
    let proxied = database.through(port);
    with_app(proxied, async |app| {
        // The sequencer writes too, for all events at once and later.
        app.sequencer.cancel();
        app.come_back("alice").await;
        app.come_back("alice").await;

        let waits = waits_of_sign_ins(&app, &round_trips).await;
        assert_eq!(u32::try_from(waits.len()).unwrap(), 3 * SIGN_INS, "{waits:#?}");

        let (writes, syncs) = writes_of_sign_ins(&app, &database).await;
        assert_eq!(writes, 2 * i64::from(SIGN_INS), "transactions that write");
        let limit = (i64::from(SIGN_INS) * 21 + 9) / 10;
        assert!(syncs <= limit, "{syncs} WAL syncs for {SIGN_INS} sign-ins, at most {limit}");
    })
    .await;
    drop(server);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redemption_is_three_round_trips_and_signs_from_memory() {
    let server = OwnPostgres::start();
    let (port, round_trips) = wire::proxy(server.port).await;
    let direct = format!("postgres://postgres@127.0.0.1:{}/postgres", server.port);
    let proxied = TestDatabase::at(&direct).await.through(port);
    with_app(proxied, async |app| {
        app.sequencer.cancel();
        app.sign_in("alice").await;
        app.sign_in("alice").await;
        let mut waits = Vec::new();
        for _ in 0..REDEMPTIONS {
            let code = login_code(&app.come_back("alice").await);
            round_trips.take();
            app.redeem(&code).await.unwrap();
            waits.extend(round_trips.take());
        }
        waits.retain(|statement| !is_background(statement));
        assert_eq!(waits.len(), 3 * REDEMPTIONS, "code, user and identities: {waits:#?}");
        assert!(waits.iter().all(|statement| !statement.contains("signing_keys")), "{waits:#?}");
    })
    .await;
    drop(server);
}

/// What the service waited for while people signed in.
async fn waits_of_sign_ins(app: &TestApp, round_trips: &wire::RoundTrips) -> Vec<String> {
    let mut waits = Vec::new();
    for _ in 0..SIGN_INS {
        let begun = app.begin().await;
        let callback = app.consent(&begun, "alice").await;
        round_trips.take();
        app.complete(&begun, &callback).await.unwrap();
        waits.extend(round_trips.take());
    }
    waits.retain(|statement| !is_background(statement));
    waits
}

/// How many transactions wrote, and how often the log was brought to disk for them.
async fn writes_of_sign_ins(app: &TestApp, database: &TestDatabase) -> (i64, i64) {
    const WRITES: &str = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint";
    const SYNCS: &str = "SELECT wal_sync::bigint FROM pg_stat_wal";
    // The counters of a session arrive within a second.
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    let before = (database.number(WRITES).await, database.number(SYNCS).await);
    for _ in 0..SIGN_INS {
        app.come_back("alice").await;
    }
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    (database.number(WRITES).await - before.0, database.number(SYNCS).await - before.1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_of_connections_costs_the_same_however_long_it_is() {
    let server = OwnPostgres::start();
    let (port, round_trips) = wire::proxy(server.port).await;
    let direct = format!("postgres://postgres@127.0.0.1:{}/postgres", server.port);
    let proxied = TestDatabase::at(&direct).await.through(port);
    with_app(proxied, async |app| {
        app.sequencer.cancel();
        reads_of_lists(&app, &round_trips).await;
        let few = reads_of_lists(&app, &round_trips).await;
        for n in 0..10 {
            app.add_connection(&format!("more-{n}")).await;
        }
        let many = reads_of_lists(&app, &round_trips).await;
        assert_eq!(many.len(), few.len(), "{few:#?} {many:#?}");
    })
    .await;
    drop(server);
}

/// What the service read while it listed connections and ways in, after a change: nothing is
/// cached.
async fn reads_of_lists(app: &TestApp, round_trips: &wire::RoundTrips) -> Vec<String> {
    let (parent, application) = (DEV.to_owned(), NOTES.to_owned());
    app.add_credential(BITBUCKET, "a-consumer-key", "a-secret").await;
    round_trips.take();
    let all = ListConnectionsRequest { parent, ..Default::default() };
    let listed = app.connections().list_connections(all).await.unwrap().into_inner();
    let options = ListLoginOptionsRequest { application, ..Default::default() };
    let options = app.login().list_login_options(options).await.unwrap().into_inner();
    assert_eq!(options.options.len(), listed.connections.len());
    let mut waits = round_trips.take();
    waits.retain(|statement| statement.starts_with("SELECT") && !is_background(statement));
    waits
}
