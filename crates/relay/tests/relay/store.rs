//! The relay on the real outbox.

use std::{sync::Arc, time::Duration};

use latchkey_domain::{
    event::{Event, EventBody, EventSubject},
    id::EventId,
    name::ConnectionName,
    time::Clock,
};
use latchkey_events::decode;
use latchkey_relay::{Config, Relay};
use latchkey_store::Store;
use tokio_util::sync::CancellationToken;

use crate::rabbit::{self, Rabbit};

/// An event of the connection with this number.
fn updated(store: &Store, sequence: i64) -> Event {
    let now = store.clock().now();
    let connection: ConnectionName = "environments/dev/connections/bitbucket".parse().unwrap();
    Event {
        id: EventId::new(now),
        environment: connection.environment.clone(),
        time: now,
        subject: Some((EventSubject::Connection(connection.clone()), sequence)),
        causation_id: None,
        body: EventBody::ConnectionUpdated {
            connection,
            changed_fields: vec!["display_name".to_owned()],
        },
    }
}

/// Commits events, in one transaction each.
async fn emit(store: &Store, events: &[Event]) {
    for event in events {
        let tx = store.begin().await.unwrap();
        tx.emit(event).await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn until_sent(store: &Store, event: &Event) {
    let waiting = async {
        while !store.is_sent(event.id).await.unwrap() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(20), waiting).await.is_ok());
}

#[tokio::test]
async fn events_that_were_committed_arrive_in_order_and_are_marked() {
    rabbit::with(async |rabbit: Rabbit| {
        rabbit.bind("#", &[]).await;
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("latchkey.db").display());
        let settings = latchkey_store::Config { url: url.into(), ..Default::default() };
        let store = Store::connect(&settings).await.unwrap();
        store.migrate().await.unwrap();

        let events: Vec<Event> = (1..=6).map(|sequence| updated(&store, sequence)).collect();
        emit(&store, &events[..3]).await;
        let (config, stop) = (rabbit.config(), CancellationToken::new());
        let task = run(&config, &store, stop.clone());
        emit(&store, &events[3..]).await;
        until_sent(&store, &events[5]).await;

        assert_eq!(store.outbox_depth().await.unwrap(), (0, None));
        let arrived = rabbit.drain(&rabbit.queue).await;
        let read = arrived.iter().map(|one| decode(&one.body).unwrap());
        let read: Vec<(EventId, i64)> = read.map(|event| (event.id, event.sequence)).collect();
        let numbered = events.iter().map(|event| event.id).zip(1..);
        assert_eq!(read, numbered.collect::<Vec<_>>());
        stop.cancel();
        task.await.unwrap();
        rabbit.close().await;
    })
    .await;
}

fn run(config: &Config, store: &Store, stop: CancellationToken) -> tokio::task::JoinHandle<()> {
    let clock = Arc::new(store.clock());
    let relay = Relay::new(config, Arc::new(store.clone()), clock).unwrap();
    tokio::spawn(relay.run(stop))
}
