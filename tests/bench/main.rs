//! What a sign-in costs: `cargo bench -p latchkey-tests`. Prints figures and asserts nothing.
//!
//! It needs PostgreSQL (`LATCHKEY_TEST_POSTGRES_URL`) and, for start and memory, the binary of a release
//! build (`cargo build --release`). Machines are noisy: differences are of two things that were
//! alternated in one run, and the median of all rounds is what to quote.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops where it fails"
)]

mod figures;
#[expect(dead_code, unused_imports, clippy::assigning_clones, reason = "it is the tests' own")]
#[path = "../service/harness/mod.rs"]
mod harness;
mod process;
mod provider_alone;

use std::time::{Duration, Instant};

use bitbucket_stand_in::Endpoint;
use figures::Figures;
use futures_util::{StreamExt, stream};
use harness::{TestApp, with_app};
use latchkey_test_database::TestDatabase;

/// Alternated rounds, and sign-ins in each.
const ROUNDS: usize = 5;
const PER_ROUND: usize = 100;
/// Callers at once, where it is about throughput.
const AT_ONCE: usize = 32;

#[tokio::main]
async fn main() {
    let database = TestDatabase::postgres().await;
    database.run(|database| with_app(database, measure)).await;
    process::measure().await;
}

async fn measure(mut app: TestApp) {
    // More sign-ins in a minute than one application may begin.
    app.without_limits().await;
    for delay in [Duration::ZERO, Duration::from_millis(50)] {
        added_to_the_provider(&app, delay).await;
    }
    start_login(&app).await;
    throughput(&app).await;
}

/// `CompleteLogin` of a known person beside the same requests sent to the provider alone.
async fn added_to_the_provider(app: &TestApp, delay: Duration) {
    for endpoint in [Endpoint::Token, Endpoint::User, Endpoint::Emails] {
        app.bitbucket.delay(endpoint, delay);
    }
    let (mut ours, mut alone) = (Figures::default(), Figures::default());
    app.sign_in("alice").await;
    for _ in 0..ROUNDS {
        for _ in 0..PER_ROUND {
            let begun = app.begin().await;
            let callback = app.consent(&begun, "alice").await;
            let started = Instant::now();
            app.complete(&begun, &callback).await.unwrap();
            ours.add(started.elapsed());

            let begun = app.begin().await;
            let callback = app.consent(&begun, "alice").await;
            let started = Instant::now();
            provider_alone::ask(app, &callback).await;
            alone.add(started.elapsed());
        }
    }
    println!("CompleteLogin, provider delay {delay:?} a request: {ours}");
    println!("  the provider alone:                    {alone}");
    let added = ours.median().saturating_sub(alone.median());
    let ratio = ours.median().as_secs_f64() / alone.median().as_secs_f64();
    println!("  added (median): {added:?}, ratio {ratio:.3}");
    app.bitbucket.heal();
}

/// Starts in a row, and what they wrote.
async fn start_login(app: &TestApp) {
    const STARTS: u32 = 2_000;
    let written = "SELECT sum(n_tup_ins + n_tup_upd)::bigint FROM pg_stat_user_tables";
    let before = app.database.number(written).await;
    let started = Instant::now();
    stream::iter(0..STARTS).for_each_concurrent(AT_ONCE, async |_| drop(app.begin().await)).await;
    let rate = f64::from(STARTS) / started.elapsed().as_secs_f64();
    // The statistics of a session arrive within a second.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let rows = app.database.number(written).await - before;
    println!(
        "StartLogin: {rate:.0}/s with {AT_ONCE} callers, {rows} rows written by {STARTS} starts"
    );
}

/// Repeat sign-ins of many people at once. A remark: everything shares this machine.
async fn throughput(app: &TestApp) {
    const SIGN_INS: u32 = 2_000;
    let person = |n: u32| format!("person-{}", n % 200 + 1);
    stream::iter(0..200)
        .for_each_concurrent(AT_ONCE, async |n| {
            app.come_back(&person(n)).await;
        })
        .await;
    let ready = stream::iter(0..SIGN_INS).map(async |n| {
        let begun = app.begin().await;
        let callback = app.consent(&begun, &person(n)).await;
        (begun, callback)
    });
    let ready: Vec<_> = ready.buffer_unordered(AT_ONCE).collect().await;
    let started = Instant::now();
    stream::iter(ready)
        .for_each_concurrent(AT_ONCE, async |(begun, callback)| {
            app.complete(&begun, &callback).await.unwrap();
        })
        .await;
    let rate = f64::from(SIGN_INS) / started.elapsed().as_secs_f64();
    println!(
        "repeat sign-ins, {AT_ONCE} at once, stand-in and driver on the same machine: {rate:.0}/s"
    );
}
