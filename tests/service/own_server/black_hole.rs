//! A provider that takes connections and never answers: it costs the other connections' sign-ins nothing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use latchkey_proto::v1::StartLoginRequest;
use latchkey_test_database::TestDatabase;
use tokio::net::TcpListener;

use crate::harness::{
    TestApp,
    configuring::CONNECTION,
    ends::outcome,
    person::{Begun, Callback},
    with_app,
};

/// How many may ask one connection's provider at once.
const SEATS: usize = 100;
/// How many sign in through the black hole: more than have a seat.
const LOST: usize = 160;
/// How many sign in beside them.
const OTHERS: usize = 40;
/// Below this, two busy cores make the difference. Behind one who is lost it would be five seconds.
const NOISE: Duration = Duration::from_secs(4);
/// A token request that is not answered is given up after five seconds.
const GIVEN_UP: Duration = Duration::from_secs(8);
/// What all of it may add to the memory of a process that was not built to be small.
const MEMORY: u64 = 64 * 1024 * 1024;

/// Somewhere that connections vanish, and how many did.
async fn black_hole() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let swallowed = Arc::new(AtomicUsize::new(0));
    let count = swallowed.clone();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            kept.push(stream);
        }
    });
    (url, swallowed)
}

/// So many who are back from the provider of a connection, with a callback each.
async fn callbacks(app: &TestApp, connection: &str, count: usize) -> Vec<(Begun, Callback)> {
    let mut all = Vec::new();
    for n in 0..count {
        let request =
            StartLoginRequest { connection: connection.to_owned(), ..app.start_request() };
        let begun = app.begin_with(request).await.unwrap();
        let callback = if connection == CONNECTION {
            app.consent(&begun, ["alice", "bob", "erin", "carol"][n % 4]).await
        } else {
            Callback {
                state: begun.state.clone(),
                code: format!("made-up-{n}"),
                ..Callback::default()
            }
        };
        all.push((begun, callback));
    }
    all
}

/// How each of them ends who all come at once, and how long it takes.
async fn all_at_once(app: &TestApp, them: &[(Begun, Callback)]) -> Vec<(Duration, String)> {
    let began = Instant::now();
    let ends = them.iter().map(async |(begun, callback)| {
        let end = outcome(&app.complete(begun, callback).await.unwrap());
        (began.elapsed(), end)
    });
    join_all(ends).await
}

/// Of so few, the slowest.
fn p99(ends: &[(Duration, String)]) -> Duration {
    assert!(ends.iter().all(|(_, end)| end == "SIGNED_IN"), "{ends:?}");
    ends.iter().map(|(took, _)| *took).max().unwrap()
}

/// The memory of this process, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_black_hole_costs_the_other_connections_nothing() {
    let database = TestDatabase::postgres().await;
    database.run(|database| with_app(database, beside_a_black_hole)).await;
}

async fn beside_a_black_hole(mut app: TestApp) {
    let (url, swallowed) = black_hole().await;
    app.replace_with_another("black-hole", &url).await;
    let hole = app.add_connection_by("black-hole", "hole").await;
    for account in ["alice", "bob", "erin", "carol"] {
        app.come_back(account).await;
    }
    let before = callbacks(&app, CONNECTION, OTHERS).await;
    let alone = p99(&all_at_once(&app, &before).await);
    let lost = callbacks(&app, &hole, LOST).await;
    let others = callbacks(&app, CONNECTION, OTHERS).await;
    let memory = resident();

    let (ends, beside) = tokio::join!(all_at_once(&app, &lost), async {
        while swallowed.load(Ordering::Relaxed) < SEATS {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        all_at_once(&app, &others).await
    });

    let beside = p99(&beside);
    assert!(beside < (alone * 2).max(NOISE), "{alone:?} alone, {beside:?} beside a black hole");
    let grown = resident().saturating_sub(memory);
    assert!(grown < MEMORY, "{grown} bytes");
    lost_in_time(ends, swallowed.load(Ordering::Relaxed));

    // By now nobody is taken there any more but one who tries it, and all others hear at once.
    let late = callbacks(&app, &hole, 10).await;
    let ends = all_at_once(&app, &late).await;
    let at_once = ends.iter().filter(|(took, _)| *took < NOISE).count();
    assert!(at_once >= ends.len() - 1, "{ends:?}");
    assert!(swallowed.load(Ordering::Relaxed) <= SEATS + 1);
}

/// Those with a seat are given up in time, all others hear at once.
fn lost_in_time(mut ends: Vec<(Duration, String)>, swallowed: usize) {
    assert_eq!(swallowed, SEATS);
    assert!(ends.iter().all(|(_, end)| end == "PROVIDER_UNAVAILABLE"), "{ends:?}");
    ends.sort();
    let (turned_away, waited) = ends.split_at(LOST - SEATS);
    assert!(turned_away.iter().all(|(took, _)| *took < NOISE), "{turned_away:?}");
    assert!(waited.iter().all(|(took, _)| *took < GIVEN_UP), "{waited:?}");
}
