//! A broker that is stopped, frozen, or not there yet: sign-ins go on, and every event arrives.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use latchkey_test_database::TestDatabase;

use super::node::Node;
use crate::harness::{
    TestApp,
    broker::{Arrived, Corner, Queue},
    with_app,
};

const PEOPLE: [&str; 4] = ["alice", "bob", "carol", "erin"];
/// How often each of them signs in while it is measured.
const ROUNDS: usize = 5;
/// Below this a machine that is busy with something else makes the difference.
const NOISE: Duration = Duration::from_millis(150);

/// Signs everybody in several times; how long one sign-in took, as a median.
async fn sign_in_all(app: &TestApp) -> Duration {
    let mut took = Vec::new();
    for _ in 0..ROUNDS {
        for person in PEOPLE {
            let begun = Instant::now();
            app.sign_in(person).await;
            took.push(begun.elapsed());
        }
    }
    took.sort();
    took[took.len() / 2]
}

/// Not slower than three times what it was.
fn assert_unharmed(with_broker: Duration, without: Duration) {
    let bound = (with_broker * 3).max(NOISE);
    assert!(without <= bound, "{with_broker:?} with the broker, {without:?} without");
}

/// Reads until every event of the feed about people has arrived. Repeats must be the same, and the
/// order of each user's events must hold once they are left out.
async fn assert_all_arrive(app: &TestApp, queue: &mut Queue) {
    let mut missing: BTreeSet<String> =
        app.events().await.into_iter().map(|event| event.id).collect();
    assert!(missing.len() > ROUNDS, "{missing:?}");
    let (mut bodies, mut last) = (BTreeMap::<String, Vec<u8>>::new(), BTreeMap::new());
    while !missing.is_empty() {
        let message = queue.take(1).await.remove(0);
        if !message.routing_key.starts_with("dev.user.") {
            continue;
        }
        if let Some(before) = bodies.get(&message.id()) {
            assert_eq!(*before, message.body, "a repeat is the same");
            continue;
        }
        assert_next_of_its_user(&message, &mut last);
        missing.remove(&message.id());
        bodies.insert(message.id(), message.body);
    }
}

fn assert_next_of_its_user(message: &Arrived, last: &mut BTreeMap<String, i64>) {
    let envelope = message.envelope();
    let text = |name: &str| envelope[name].as_str().unwrap().to_owned();
    let last = last.entry(text("subject")).or_insert(0);
    assert_eq!(text("sequence").parse(), Ok(*last + 1), "{}", text("subject"));
    *last += 1;
}

/// Everybody signs in with the broker and without it; once it is back, every event arrives.
async fn an_outage(
    app: TestApp,
    begin: impl AsyncFnOnce(&mut Node),
    end: impl AsyncFnOnce(&mut Node),
) {
    let mut node = Node::new();
    node.start().await;
    let corner = Corner::at(&node.url());
    let queue = corner.bind("dev.user.*.v1").await;
    let mut relay = app.relay_to(&corner);
    relay.until_connected(true).await;
    sign_in_all(&app).await;
    let with_broker = sign_in_all(&app).await;
    app.until_all_sent().await;
    queue.close().await;

    begin(&mut node).await;
    let without = sign_in_all(&app).await;
    assert_unharmed(with_broker, without);
    let (waiting, _) = app.store.outbox_depth().await.unwrap();
    assert_eq!(waiting, (PEOPLE.len() * ROUNDS) as u64);
    // The relay gives the batch in flight up, and sends it again: what the broker took is repeated.
    relay.until_connected(false).await;

    end(&mut node).await;
    let mut queue = corner.bind("dev.user.*.v1").await;
    assert_all_arrive(&app, &mut queue).await;
    app.until_all_sent().await;
    queue.close().await;
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_is_stopped_harms_no_sign_in_and_loses_no_event() {
    let outage =
        |app| an_outage(app, async |node| node.stop().await, async |node| node.start().await);
    TestDatabase::postgres().await.run(|database| with_app(database, outage)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_is_frozen_harms_no_sign_in_and_loses_no_event() {
    let outage = |app| an_outage(app, async |node| node.freeze(), async |node| node.thaw());
    TestDatabase::postgres().await.run(|database| with_app(database, outage)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_comes_later_gets_every_event() {
    let database = TestDatabase::sqlite().await;
    database.run(|database| with_app(database, later)).await;
}

async fn later(app: TestApp) {
    let mut node = Node::new();
    let corner = Corner::at(&node.url());
    let mut relay = app.relay_to(&corner);
    sign_in_all(&app).await;
    assert!(!relay.status.borrow().connected);

    node.start().await;
    relay.until_connected(true).await;

    // Nobody bound a queue before the events came, so they are where such events are kept.
    let mut unrouted = corner.read(&corner.unrouted).await;
    assert_all_arrive(&app, &mut unrouted).await;
    app.until_all_sent().await;
    unrouted.close().await;
    relay.stop().await;
}
