//! Events at the broker, from the sign-in to a consumer's queue.

use latchkey_events::decode;
use latchkey_proto::v1::FeedEvent;

use crate::{
    both,
    harness::{
        TestApp,
        broker::{Arrived, Queue},
    },
};

const SIGNED_UP: &str = "latchkey.user.signed_up.v1";
const SIGNED_IN: &str = "latchkey.user.signed_in.v1";

/// Somebody signs up, and in again; what a consumer of `user.*` gets.
async fn sign_in_twice(app: &TestApp, queue: &mut Queue) -> Vec<Arrived> {
    app.sign_in("alice").await;
    app.sign_in("alice").await;
    let arrived = queue.take(3).await;
    assert!(queue.is_quiet().await, "nothing comes twice");
    arrived
}

/// Waits until a sign-in's three events are marked, then has them sent anew.
async fn send_again(app: &TestApp) {
    app.until_all_sent().await;
    let unsent = "UPDATE outbox SET sent_at = NULL, leased_until = NULL WHERE type LIKE '%.user.%'";
    app.database.execute(unsent).await;
}

both! {
    async fn a_sign_up_and_a_sign_in_reach_the_queue_in_order(app) {
        let corner = app.corner();
        let mut queue = corner.bind("dev.user.*.v1").await;
        let relay = app.relay_to(&corner);

        let arrived = sign_in_twice(&app, &mut queue).await;

        let types: Vec<_> = arrived.iter().map(Arrived::event_type).collect();
        assert_eq!(types, [SIGNED_UP, SIGNED_IN, SIGNED_IN]);
        let sequences = arrived.iter().map(|one| one.envelope()["sequence"].clone());
        let numbered: Vec<_> = (1..=3).map(|n| format!("{n:020}")).collect();
        assert_eq!(sequences.collect::<Vec<_>>(), numbered);
        queue.close().await;
        relay.stop().await;
    }

    async fn a_message_is_what_the_contract_says(app) {
        let corner = app.corner();
        let mut queue = corner.bind("dev.user.signed_up.v1").await;
        let relay = app.relay_to(&corner);
        app.sign_in("alice").await;

        let message = queue.take(1).await.remove(0);

        let envelope = message.envelope();
        let properties = &message.properties;
        assert_eq!(message.routing_key, "dev.user.signed_up.v1");
        assert_eq!(properties.delivery_mode(), &Some(2), "persistent");
        let content_type = properties.content_type().as_ref().unwrap().to_string();
        assert_eq!(content_type, "application/cloudevents+json");
        assert_eq!(envelope["id"], message.id());
        assert_eq!(envelope["specversion"], "1.0");
        assert_eq!(envelope["source"], "environments/dev");
        assert_eq!(envelope["datacontenttype"], "application/json");
        assert_eq!(envelope["partitionkey"], envelope["subject"]);
        assert_eq!(envelope["data"]["subject"]["user"], envelope["subject"]);
        assert_eq!(envelope["data"]["subject"]["email"], "alice@mail.example");
        assert_eq!(envelope["data"]["context"]["referenceId"], envelope["causationid"]);
        assert!(properties.headers().as_ref().is_none_or(|all| {
            !all.inner().contains_key("latchkey-redelivered")
        }));
        queue.close().await;
        relay.stop().await;
    }

    async fn what_is_sent_again_is_the_same_byte_for_byte(app) {
        let corner = app.corner();
        let mut queue = corner.bind("dev.user.*.v1").await;
        let relay = app.relay_to(&corner);
        let first = sign_in_twice(&app, &mut queue).await;

        send_again(&app).await;
        let again = queue.take(3).await;

        assert_eq!(again, first);
        app.until_all_sent().await;
        queue.close().await;
        relay.stop().await;
    }

    async fn the_feed_and_the_queue_tell_the_same(app) {
        let corner = app.corner();
        let mut queue = corner.bind("dev.#").await;
        let relay = app.relay_to(&corner);
        app.sign_in("alice").await;
        app.sign_in("bob").await;
        let feed = app.all_events().await;

        let mut queued: Vec<FeedEvent> =
            queue.take(feed.len()).await.iter().map(as_in_the_feed).collect();

        assert!(feed.len() > 4, "the connection's own events too: {}", feed.len());
        let mut expected: Vec<_> =
            feed.into_iter().map(|event| FeedEvent { position: 0, ..event }).collect();
        queued.sort_by(|a, b| a.id.cmp(&b.id));
        expected.sort_by(|a, b| a.id.cmp(&b.id));
        assert_eq!(queued, expected);
        queue.close().await;
        relay.stop().await;
    }

    async fn what_happened_before_there_was_a_broker_arrives_all_the_same(app) {
        app.sign_in("alice").await;
        let corner = app.corner();
        let mut queue = corner.bind("dev.user.*.v1").await;
        let relay = app.relay_to(&corner);

        let types: Vec<_> = queue.take(2).await.iter().map(Arrived::event_type).collect();
        assert_eq!(types, [SIGNED_UP, SIGNED_IN]);
        queue.close().await;
        relay.stop().await;
    }

    async fn two_relays_send_each_event_once(app) {
        let corner = app.corner();
        let mut queue = corner.bind("dev.user.*.v1").await;
        let (first, second) = (app.relay_to(&corner), app.relay_to(&corner));
        for person in ["alice", "bob", "carol", "alice", "bob", "carol"] {
            app.sign_in(person).await;
        }

        let arrived = queue.take(9).await;

        assert!(queue.is_quiet().await, "nothing comes twice");
        let mut last = std::collections::BTreeMap::<String, i64>::new();
        for event in arrived.iter().map(|one| decode(&one.body).unwrap()) {
            let last = last.entry(event.subject.unwrap()).or_default();
            assert_eq!(event.sequence, *last + 1);
            *last = event.sequence;
        }
        assert_eq!(last.into_values().collect::<Vec<_>>(), [3, 3, 3]);
        queue.close().await;
        first.stop().await;
        second.stop().await;
    }
}

/// A message as the feed would tell it, but for its position.
fn as_in_the_feed(message: &Arrived) -> FeedEvent {
    let event = decode(&message.body).unwrap();
    let envelope = message.envelope();
    let text = |name: &str| envelope[name].as_str().unwrap_or_default().to_owned();
    let (seconds, nanos) = event.time.seconds_and_nanos();
    FeedEvent {
        position: 0,
        id: event.id.to_string(),
        r#type: event.event_type,
        source: event.source,
        subject: event.subject.unwrap_or_default(),
        time: Some(latchkey_proto::well_known::Timestamp { seconds, nanos }),
        sequence: event.sequence,
        traceparent: text("traceparent"),
        causation_id: text("causationid"),
        data: Some(event.data),
        test: event.test,
    }
}
