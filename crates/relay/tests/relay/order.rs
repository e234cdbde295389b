//! Everything arrives, and in order within a subject, whatever happens to the connection.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use latchkey_events::{Recorded, decode};

use crate::{
    outbox::MemoryOutbox,
    proxy::Proxy,
    rabbit::{self, Arrived, Rabbit},
    running::{Running, updated},
};

const USERS: usize = 20;
const EVENTS_EACH: i64 = 25;
const CUTS: u32 = 6;
/// Few enough that there is always something left to send.
const ACKS_BETWEEN: u32 = 3;

fn everybodys_events() -> Vec<Recorded> {
    let of = |sequence| (0..USERS).map(move |user| updated(user, sequence));
    (1..=EVENTS_EACH).flat_map(of).collect()
}

/// Everything arrived at least once, repeats are the same bytes, and each subject's events came in
/// order, repeats aside.
fn assert_complete_and_in_order(events: &[Recorded], arrived: &[Arrived]) {
    let mut bodies = HashMap::new();
    let mut sequences: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for message in arrived {
        let first = bodies.insert(message.id(), &message.body);
        if let Some(first) = first {
            assert_eq!(first, &message.body, "a repeat differs");
            continue;
        }
        let event = decode(&message.body).unwrap();
        sequences.entry(event.subject.unwrap()).or_default().push(event.sequence);
    }
    let committed: BTreeSet<_> = events.iter().map(|event| event.id.to_string()).collect();
    assert_eq!(bodies.into_keys().collect::<BTreeSet<_>>(), committed);
    for (subject, sequence) in sequences {
        assert!(sequence.is_sorted(), "{subject} came as {sequence:?}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_again_and_again_loses_nothing_and_keeps_the_order() {
    rabbit::with(async |rabbit: Rabbit| {
        rabbit.bind("#", &Rabbit::quorum()).await;
        let proxy = Proxy::start(&rabbit::url()).await;
        let relay = Running::start(&rabbit.config_at(&proxy.url(&rabbit::url())));
        let events = everybodys_events();
        relay.outbox.commit(events.clone());
        for _ in 0..CUTS {
            proxy.cut_at_ack(ACKS_BETWEEN).await;
        }
        relay.outbox.until_all_sent().await;

        let given_back: u32 = relay.outbox.rows().iter().map(|row| row.attempts).sum();
        assert!(given_back >= CUTS, "a cut hit no batch in flight");
        assert_complete_and_in_order(&events, &rabbit.drain(&rabbit.queue).await);
        relay.stop().await;
        rabbit.close().await;
    })
    .await;
}

#[tokio::test]
async fn two_relays_share_the_work_and_keep_the_order() {
    rabbit::with(async |rabbit: Rabbit| {
        rabbit.bind("#", &Rabbit::quorum()).await;
        let outbox = Arc::new(MemoryOutbox::new());
        let one = Running::start_with(&rabbit.config(), Arc::clone(&outbox));
        let other = Running::start_with(&rabbit.config(), Arc::clone(&outbox));
        let events = everybodys_events();
        outbox.commit(events.clone());
        outbox.until_all_sent().await;

        let arrived = rabbit.drain(&rabbit.queue).await;
        assert_eq!(arrived.len(), events.len(), "nothing is sent twice when all is well");
        assert_complete_and_in_order(&events, &arrived);
        one.stop().await;
        other.stop().await;
        rabbit.close().await;
    })
    .await;
}
