//! What relays hold.

use std::{collections::HashSet, time::Duration};

use futures_util::future::join_all;
use latchkey_domain::{
    event::Event,
    id::{EventId, uuid_at},
    time::{Clock, Timestamp},
};
use latchkey_store::Store;

use crate::made;

const MINUTE: Duration = Duration::from_mins(1);
/// Short enough to wait for, long enough for a slow machine to look first.
const SHORT: Duration = Duration::from_millis(400);

fn ids(events: &[latchkey_events::Recorded]) -> Vec<EventId> {
    events.iter().map(|event| event.id).collect()
}

async fn lease(store: &Store, duration: Duration) -> (uuid::Uuid, Vec<EventId>) {
    let lease = uuid_at(store.clock().now());
    (lease, ids(&store.lease_events(lease, duration, 100).await.unwrap()))
}

/// `events` of each of `subjects`, recorded a microsecond apart.
fn numbered(subjects: usize, events: i64) -> Vec<Event> {
    let of = |n| (0..subjects).map(move |subject| (format!("conn-{subject}"), n));
    let all = (1..=events).flat_map(of);
    let at = |n: usize| Timestamp(made::NOW.0 + i64::try_from(n).unwrap());
    all.enumerate().map(|(n, (id, number))| made::told(Some((&id, number)), at(n))).collect()
}

crate::both! {
    async fn only_the_first_unsent_event_of_a_subject_is_leased(db) {
        let store = db.store().await;
        let events = numbered(2, 3);
        made::emit(&store, &events).await;
        for round in events.chunks(2) {
            let (held, leased) = lease(&store, MINUTE).await;
            assert_eq!(leased, round.iter().map(|event| event.id).collect::<Vec<_>>());
            assert_eq!(lease(&store, MINUTE).await.1, [], "the next waits for its mark");
            assert_eq!(store.mark_sent(held, &leased).await.unwrap(), 2);
        }
        assert_eq!(lease(&store, MINUTE).await.1, []);
    }

    async fn events_about_nothing_wait_for_nothing(db) {
        let store = db.store().await;
        let events: Vec<_> =
            (0..5).map(|n| made::told(None, Timestamp(made::NOW.0 + n))).collect();
        made::emit(&store, &events).await;
        let expected: Vec<_> = events.iter().map(|event| event.id).collect();
        assert_eq!(lease(&store, MINUTE).await.1, expected);
    }

    async fn a_lease_takes_the_oldest_and_no_more_than_asked_for(db) {
        let store = db.store().await;
        let events = numbered(5, 1);
        made::emit(&store, &events).await;
        let held = uuid_at(made::NOW);
        let leased = store.lease_events(held, MINUTE, 2).await.unwrap();
        assert_eq!(ids(&leased), [events[0].id, events[1].id]);
    }

    async fn two_relays_never_hold_an_event_at_once(db) {
        const EVENTS: usize = 300;
        let store = db.store().await;
        made::emit(&store, &numbered(EVENTS, 1)).await;
        let relays = (0..8).map(|_| {
            let database = db.clone();
            tokio::spawn(async move {
                let store = database.store().await;
                let mut held = Vec::new();
                loop {
                    let lease = uuid_at(store.clock().now());
                    let leased = store.lease_events(lease, MINUTE, 7).await.unwrap();
                    assert!(leased.len() <= 7, "{} of 7 leased", leased.len());
                    if leased.is_empty() {
                        return held;
                    }
                    held.extend(ids(&leased));
                }
            })
        });
        let held: Vec<_> = join_all(relays).await.into_iter().flat_map(Result::unwrap).collect();
        assert_eq!(held.iter().collect::<HashSet<_>>().len(), held.len(), "held by two");
        // A relay gives up once the others lock all that is left, so some may remain.
        let rest = lease(&store, MINUTE).await.1;
        assert_eq!(held.len() + lease_rest(&store, rest).await, EVENTS);
    }

    async fn an_expired_lease_is_anothers(db) {
        let store = db.store().await;
        let event = made::told(Some(("conn-1", 1)), made::NOW);
        made::emit(&store, std::slice::from_ref(&event)).await;
        let (stale, leased) = lease(&store, SHORT).await;
        assert_eq!(leased, [event.id]);
        assert_eq!(lease(&store, MINUTE).await.1, []);
        tokio::time::sleep(SHORT).await;
        let (fresh, leased) = lease(&store, MINUTE).await;
        assert_eq!(leased, [event.id]);
        assert_eq!(store.mark_sent(stale, &leased).await.unwrap(), 0, "by the one before");
        assert!(!store.is_sent(event.id).await.unwrap());
        store.release(stale, &leased, Duration::ZERO).await.unwrap();
        assert_eq!(lease(&store, MINUTE).await.1, [], "nor given back by it");
        assert_eq!(store.mark_sent(fresh, &leased).await.unwrap(), 1);
        assert!(store.is_sent(event.id).await.unwrap());
        assert_eq!(store.mark_sent(fresh, &leased).await.unwrap(), 0, "once");
    }

    async fn a_released_event_comes_back_after_a_while_and_is_not_overtaken(db) {
        let store = db.store().await;
        let events = numbered(1, 2);
        made::emit(&store, &events).await;
        let (held, leased) = lease(&store, MINUTE).await;
        store.release(held, &leased, SHORT).await.unwrap();
        assert_eq!(lease(&store, MINUTE).await.1, [], "neither it nor the next");
        tokio::time::sleep(SHORT).await;
        assert_eq!(lease(&store, MINUTE).await.1, [events[0].id]);
        let attempts = "SELECT MAX(attempts) FROM outbox";
        assert_eq!(db.number(attempts).await, 1);
    }

    async fn a_row_that_cannot_be_read_holds_up_only_its_own_subject(db) {
        let store = db.store().await;
        let events = numbered(3, 2);
        made::emit(&store, &events).await;
        // What no version of this program writes.
        let spoil = "UPDATE outbox SET environment = 'Not An Environment' \
             WHERE subject LIKE '%/conn-1' AND sequence = 1";
        db.execute(spoil).await;

        let (held, leased) = lease(&store, SHORT).await;
        assert_eq!(leased, [events[0].id, events[2].id]);
        store.mark_sent(held, &leased).await.unwrap();
        let (held, leased) = lease(&store, SHORT).await;
        assert_eq!(leased, [events[3].id, events[5].id]);
        store.mark_sent(held, &leased).await.unwrap();

        db.execute("UPDATE outbox SET environment = 'dev'").await;
        tokio::time::sleep(SHORT).await;
        assert_eq!(lease(&store, MINUTE).await.1, [events[1].id], "once it can be read");
    }
}

/// How many there are, counted with those that are leased round by round.
async fn lease_rest(store: &Store, mut rest: Vec<EventId>) -> usize {
    let mut count = 0;
    while !rest.is_empty() {
        count += rest.len();
        rest = lease(store, MINUTE).await.1;
    }
    count
}
