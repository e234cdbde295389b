//! Positions in the feed.

use std::{collections::HashMap, time::Duration};

use latchkey_domain::{event::EventBody, time::Timestamp};
use latchkey_store::{Positioned, Store};
use sea_orm::{ConnectionTrait, TransactionTrait};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use latchkey_test_database::TestDatabase;

use crate::made;

/// Far longer than anything here takes.
const LIMIT: Duration = Duration::from_secs(30);

/// Processes, each with a sequencer that its own commits wake.
async fn sequencers(database: &TestDatabase, count: usize) -> (Vec<Store>, CancellationToken) {
    let stop = CancellationToken::new();
    let mut stores = Vec::new();
    for _ in 0..count {
        let store = database.store().await;
        tokio::spawn(store.clone().sequence(stop.clone()));
        stores.push(store);
    }
    (stores, stop)
}

/// Reads on from a position until there are as many.
async fn read(store: &Store, after: i64, count: usize) -> Vec<Positioned> {
    let mut seen: Vec<Positioned> = Vec::new();
    let reading = async {
        while seen.len() < count {
            let last = seen.last().map_or(after, |event| event.position);
            // Pages smaller than what comes at once.
            seen.extend(store.events_after(&made::dev(), last, 7).await.unwrap().events);
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(LIMIT, reading).await.expect("an event was missed");
    seen
}

/// Writes events about its own connection, one commit each.
async fn write(store: Store, writer: usize, commits: usize) {
    let name = made::connection(&format!("conn-{writer}")).name();
    for _ in 0..commits {
        let tx = store.begin().await.unwrap();
        let body = EventBody::ConnectionDeleted(name.clone());
        tx.emit_about(&name, body.clone(), made::NOW).await.unwrap();
        tx.emit_about(&name, body, made::NOW).await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn nothing_is_missed(database: &TestDatabase, count_of_sequencers: usize) {
    const WRITERS: usize = 16;
    const COMMITS: usize = 6;
    let (stores, stop) = sequencers(database, count_of_sequencers).await;
    let store = &stores[0];
    for writer in 0..WRITERS {
        let connection = made::connection(&format!("conn-{writer}"));
        made::added(store, async |tx| tx.add_connection(&connection).await).await;
    }
    for writer in 0..WRITERS {
        tokio::spawn(write(stores[writer % stores.len()].clone(), writer, COMMITS));
    }
    let seen = read(store, 0, WRITERS * COMMITS * 2).await;
    stop.cancel();
    let expected: Vec<_> = (1..).take(seen.len()).collect();
    let positions: Vec<i64> = seen.iter().map(|event| event.position).collect();
    assert_eq!(positions, expected, "each position once, and none below one that was seen");
    let mut last = HashMap::new();
    for Positioned { event, .. } in seen {
        let before = last.insert(event.subject.clone(), event.sequence).unwrap_or(0);
        assert_eq!(event.sequence, before + 1, "{:?}", event.subject);
    }
    assert_eq!(last.len(), WRITERS);
    assert_eq!(store.last_position().await.unwrap(), *positions.last().unwrap());
}

crate::both! {
    async fn a_reader_misses_nothing_while_many_write(db) {
        nothing_is_missed(&db, 1).await;
    }

    async fn sequencers_at_once_give_each_position_once(db) {
        nothing_is_missed(&db, 4).await;
    }

    async fn the_feed_holds_one_environments_events(db) {
        let (stores, stop) = sequencers(&db, 1).await;
        let store = &stores[0];
        let mut elsewhere = made::told(None, made::NOW);
        elsewhere.environment = made::environment_id("other");
        let events: Vec<_> = (0..3).map(|n| made::told(None, Timestamp(made::NOW.0 + n))).collect();
        made::emit(store, &[events[0].clone(), elsewhere, events[1].clone()]).await;
        made::emit(store, &events[2..]).await;
        let seen = read(store, 0, 3).await;
        stop.cancel();
        let recorded = |event| latchkey_events::record(event, None).unwrap();
        let expected: Vec<_> = events.iter().map(recorded).collect();
        assert_eq!(seen.iter().map(|seen| seen.event.clone()).collect::<Vec<_>>(), expected);
        assert_eq!(seen.iter().map(|seen| seen.position).collect::<Vec<_>>(), [1, 3, 4]);
        assert!(store.events_after(&made::dev(), 4, 9).await.unwrap().events.is_empty());
    }

    async fn watchers_of_a_sequencing_process_are_told(db) {
        let store = db.store().await;
        let stop = CancellationToken::new();
        tokio::spawn(store.clone().sequence(stop.clone()));
        let mut positioned = store.positioned();
        let event = made::told(None, made::NOW);
        made::emit(&store, &[event]).await;
        let seen = async {
            while store.events_after(&made::dev(), 0, 1).await.unwrap().events.is_empty() {
                positioned.changed().await.unwrap();
            }
        };
        timeout(LIMIT, seen).await.expect("nobody was told");
        stop.cancel();
    }

    async fn a_position_is_not_given_again_when_the_log_is_cleared(db) {
        let (stores, stop) = sequencers(&db, 1).await;
        let store = &stores[0];
        let events: Vec<_> = (0..3).map(|n| made::told(None, Timestamp(made::NOW.0 + n))).collect();
        made::emit(store, &events[..2]).await;
        read(store, 0, 2).await;
        db.execute("DELETE FROM outbox").await;
        assert_eq!(store.last_position().await.unwrap(), 2);
        made::emit(store, &events[2..]).await;
        assert_eq!(read(store, 0, 1).await[0].position, 3);
        stop.cancel();
    }

    async fn a_sequencer_stops_when_told_to(db) {
        let stop = CancellationToken::new();
        let sequencer = tokio::spawn(db.store().await.sequence(stop.clone()));
        stop.cancel();
        timeout(LIMIT, sequencer).await.expect("it goes on").unwrap();
    }
}

/// PostgreSQL keeps no value of another type than its column's.
#[tokio::test]
async fn a_row_that_cannot_be_read_is_passed_over() {
    TestDatabase::sqlite().await.run(one_is_spoiled).await;
}

async fn one_is_spoiled(db: TestDatabase) {
    let store = db.store().await;
    let events: Vec<_> = (0..3).map(|n| made::told(None, Timestamp(made::NOW.0 + n))).collect();
    made::emit(&store, &events).await;
    db.execute("UPDATE outbox SET sequence = 'nonsense' WHERE position IN (2, 3)").await;
    let page = store.events_after(&made::dev(), 0, 9).await.unwrap();
    assert_eq!(page.events.iter().map(|seen| seen.position).collect::<Vec<_>>(), [1]);
    assert_eq!(page.next, 3);
}

/// What sequencers of every release agree on.
const SEQUENCERS_LOCK: i64 = 52_824_540;

crate::postgres_only! {
    async fn while_one_sequencer_counts_no_other_does(db) {
        let (stores, stop) = sequencers(&db, 1).await;
        let store = &stores[0];
        let counting = db.raw().await.begin().await.unwrap();
        let lock = format!("SELECT pg_advisory_xact_lock({SEQUENCERS_LOCK})");
        counting.execute_unprepared(&lock).await.unwrap();
        made::emit(store, &[made::told(None, made::NOW)]).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(store.last_position().await.unwrap(), 0);
        counting.rollback().await.unwrap();
        assert_eq!(read(store, 0, 1).await[0].position, 1);
        stop.cancel();
    }

    async fn a_transaction_that_commits_late_gets_a_higher_position(db) {
        let (stores, stop) = sequencers(&db, 2).await;
        let store = &stores[0];
        let [early, late] = [1, 0].map(|n| made::told(None, Timestamp(made::NOW.0 + n)));
        let open = store.begin().await.unwrap();
        open.emit(&late).await.unwrap();
        made::emit(store, std::slice::from_ref(&early)).await;
        let first = read(store, 0, 1).await;
        assert_eq!((first[0].event.id, first[0].position), (early.id, 1));
        open.commit().await.unwrap();
        let second = read(store, 1, 1).await;
        assert_eq!((second[0].event.id, second[0].position), (late.id, 2));
        stop.cancel();
    }
}
