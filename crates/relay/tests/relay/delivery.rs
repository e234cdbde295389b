//! What arrives when all is well, and when nobody is there to take it.

use std::collections::BTreeSet;

use lapin::types::AMQPValue;
use latchkey_events::{CONTENT_TYPE, envelope};

use crate::{
    rabbit::{self, Rabbit},
    running::{Running, event, updated},
};

const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[tokio::test]
async fn an_event_arrives_with_everything_that_the_contract_says() {
    rabbit::with(async |rabbit: Rabbit| {
        rabbit.bind("dev.user.#", &Rabbit::quorum()).await;
        let relay = Running::start(&rabbit.config());
        let mut sent = event("latchkey.user.signed_up.v1", Some("user-1"), 1);
        sent.traceparent = Some(TRACEPARENT.to_owned());
        relay.outbox.commit([sent.clone()]);
        relay.outbox.until_all_sent().await;

        let arrived = rabbit.drain(&rabbit.queue).await.pop().unwrap();
        assert_eq!(arrived.routing_key, "dev.user.signed_up.v1");
        assert_eq!(arrived.body, envelope(&sent).unwrap());
        let properties = &arrived.properties;
        let text = |value: &Option<lapin::types::ShortString>| value.clone().unwrap().to_string();
        assert_eq!(text(properties.message_id()), sent.id.to_string());
        assert_eq!(text(properties.content_type()), CONTENT_TYPE);
        assert_eq!(text(properties.kind()), "latchkey.user.signed_up.v1");
        assert_eq!(text(properties.app_id()), "latchkey");
        assert_eq!(properties.timestamp(), &Some(1_700_000_000));
        assert_eq!(properties.delivery_mode(), &Some(2));
        let headers = properties.headers().as_ref().unwrap().inner();
        let traceparent = AMQPValue::LongString(TRACEPARENT.into());
        assert_eq!(headers.get("traceparent"), Some(&traceparent));
        relay.stop().await;
        rabbit.close().await;
    })
    .await;
}

#[tokio::test]
async fn an_event_that_no_queue_is_bound_for_waits_in_the_unrouted_queue() {
    rabbit::with(async |rabbit: Rabbit| {
        rabbit.bind("dev.user.#", &[]).await;
        let relay = Running::start(&rabbit.config());
        let (user, connection) = (updated(1, 1), event("latchkey.connection.deleted.v1", None, 0));
        let mut trial = updated(2, 1);
        trial.test = true;
        let unrouted = [connection.id.to_string(), trial.id.to_string()];
        relay.outbox.commit([user.clone(), connection, trial]);
        relay.outbox.until_all_sent().await;

        let ids = |arrived: Vec<rabbit::Arrived>| arrived.iter().map(rabbit::Arrived::id).collect();
        let bound: Vec<String> = ids(rabbit.drain(&rabbit.queue).await);
        assert_eq!(bound, [user.id.to_string()]);
        let rest: BTreeSet<String> =
            ids(rabbit.drain(&rabbit.unrouted).await).into_iter().collect();
        assert_eq!(rest, BTreeSet::from(unrouted));
        relay.stop().await;
        rabbit.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_returned_event_is_not_marked_until_what_was_deleted_is_mended() {
    rabbit::with(async |rabbit: Rabbit| {
        rabbit.bind("dev.user.#", &[]).await;
        let mut relay = Running::start(&rabbit.config());
        relay.until_connected().await;
        rabbit.delete_exchange(&rabbit.unrouted).await;
        let lost = event("latchkey.connection.deleted.v1", None, 0);
        relay.outbox.commit([lost.clone(), updated(1, 1)]);

        relay.until("a return shows", |status| status.returned).await;
        relay.outbox.until("it is given back", |rows| rows[0].attempts == 1).await;
        let marked: Vec<bool> = relay.outbox.rows().iter().map(|row| row.sent).collect();
        assert_eq!(marked, [false, true]);

        relay.outbox.until_all_sent().await;
        relay.until("all is well again", |status| status.connected && !status.returned).await;
        let arrived = rabbit.drain(&rabbit.unrouted).await.pop().unwrap();
        assert_eq!(arrived.id(), lost.id.to_string());
        relay.stop().await;
        rabbit.close().await;
    })
    .await;
}

#[tokio::test]
async fn no_event_is_marked_that_is_nowhere_however_many_are_returned() {
    rabbit::with(async |rabbit: Rabbit| {
        rabbit.bind("dev.user.#", &[]).await;
        let mut relay = Running::start(&rabbit.config());
        relay.until_connected().await;
        rabbit.delete_exchange(&rabbit.unrouted).await;
        let events: Vec<_> = (0..400)
            .map(|number| match number % 3 {
                0 => event("latchkey.connection.deleted.v1", None, 0),
                _ => updated(number, 1),
            })
            .collect();
        relay.outbox.commit(events.clone());
        relay.outbox.until_all_sent().await;

        let mut arrived = rabbit.drain(&rabbit.queue).await;
        arrived.extend(rabbit.drain(&rabbit.unrouted).await);
        let arrived: BTreeSet<String> = arrived.iter().map(rabbit::Arrived::id).collect();
        let committed: BTreeSet<String> = events.iter().map(|one| one.id.to_string()).collect();
        assert_eq!(arrived, committed);
        relay.stop().await;
        rabbit.close().await;
    })
    .await;
}

#[tokio::test]
async fn an_event_that_a_queue_refuses_is_sent_again_when_there_is_room() {
    rabbit::with(async |rabbit: Rabbit| {
        rabbit.bind("dev.user.#", &Rabbit::of_one()).await;
        let relay = Running::start(&rabbit.config());
        relay.outbox.commit([updated(1, 1)]);
        relay.outbox.until_all_sent().await;
        let second = updated(2, 1);
        relay.outbox.commit([second.clone()]);
        relay.outbox.until("the queue refuses it", |rows| rows[1].attempts > 0).await;
        assert!(!relay.outbox.rows()[1].sent);

        rabbit.purge().await;
        relay.outbox.until_all_sent().await;
        let arrived = rabbit.drain(&rabbit.queue).await.pop().unwrap();
        assert_eq!(arrived.id(), second.id.to_string());
        relay.stop().await;
        rabbit.close().await;
    })
    .await;
}

#[tokio::test]
async fn an_event_that_cannot_be_written_holds_up_nobody_else() {
    rabbit::with(async |rabbit: Rabbit| {
        rabbit.bind("dev.user.#", &[]).await;
        let relay = Running::start(&rabbit.config());
        let mut broken = updated(1, 1);
        broken.data = b"{".to_vec();
        relay.outbox.commit([broken, updated(1, 2), updated(2, 1)]);
        relay.outbox.until("the others are sent", |rows| rows[2].sent).await;

        let rows: Vec<_> = relay.outbox.rows().iter().map(|row| (row.sent, row.attempts)).collect();
        assert_eq!(rows, [(false, 1), (false, 0), (true, 0)], "what comes after it waits for it");
        relay.stop().await;
        rabbit.close().await;
    })
    .await;
}
