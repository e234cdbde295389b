//! A broker that is away, frozen, silent, or not as it was left.

use std::time::Duration;

use crate::{
    outbox::Row,
    proxy::{POISON, Proxy},
    rabbit::{self, Rabbit},
    running::{Running, event, updated},
};

#[tokio::test]
async fn an_event_whose_confirmation_does_not_come_is_sent_again() {
    rabbit::with(async |rabbit: Rabbit| {
        rabbit.bind("#", &[]).await;
        let proxy = Proxy::start(&rabbit::url()).await;
        let mut relay = Running::start(&rabbit.config_at(&proxy.url(&rabbit::url())));
        relay.until_connected().await;
        proxy.swallow_acks(true);
        let event = updated(1, 1);
        relay.outbox.commit([event.clone()]);
        relay.outbox.until("it is given back", |rows| rows[0].attempts == 1).await;
        assert!(!relay.outbox.rows()[0].sent, "nobody confirmed it");

        proxy.swallow_acks(false);
        relay.outbox.until_all_sent().await;
        let arrived = rabbit.drain(&rabbit.queue).await;
        assert!(arrived.len() >= 2, "the broker had it the first time already");
        assert!(arrived.iter().all(|one| one.id() == event.id.to_string()));
        assert!(arrived.iter().all(|one| one.body == arrived[0].body));
        relay.stop().await;
        rabbit.close().await;
    })
    .await;
}

#[tokio::test]
async fn looking_tells_what_is_not_declared_and_declares_nothing() {
    rabbit::with(async |rabbit: Rabbit| {
        let mut relay = Running::start(&rabbit.config());
        relay.until_connected().await;
        relay.stop().await;
        latchkey_relay::look(&rabbit.config()).await.unwrap();

        rabbit.delete_exchange(&rabbit.exchange).await;
        for _ in 0..2 {
            let error = latchkey_relay::look(&rabbit.config()).await.unwrap_err();
            let told = format!("{:?}", std::error::Error::source(&error));
            assert!(told.contains(&rabbit.exchange), "{told}");
        }
        rabbit.close().await;
    })
    .await;
}

#[tokio::test]
async fn an_exchange_that_was_deleted_is_declared_again() {
    rabbit::with(async |rabbit: Rabbit| {
        let mut relay = Running::start(&rabbit.config());
        relay.until_connected().await;
        rabbit.delete_exchange(&rabbit.exchange).await;
        // The broker closes the channel with 404.
        let events: Vec<_> = (0..5).map(|user| updated(user, 1)).collect();
        relay.outbox.commit(events.clone());
        relay.outbox.until_all_sent().await;

        assert!(relay.outbox.rows().iter().all(|row| row.attempts == 1));
        assert_eq!(rabbit.drain(&rabbit.unrouted).await.len(), events.len());
        relay.stop().await;
        rabbit.close().await;
    })
    .await;
}

#[tokio::test]
async fn an_event_that_the_broker_closes_the_channel_over_ends_up_alone() {
    rabbit::with(async |rabbit: Rabbit| {
        rabbit.bind("#", &[]).await;
        let proxy = Proxy::start(&rabbit::url()).await;
        let mut relay = Running::start(&rabbit.config_at(&proxy.url(&rabbit::url())));
        relay.until_connected().await;
        let mut events: Vec<_> = (0..12).map(|user| updated(user, 1)).collect();
        events.insert(5, event("latchkey.user.updated.v1", Some(POISON), 1));
        relay.outbox.commit(events);
        let all_but_one = |rows: &[Row]| rows.iter().filter(|row| !row.sent).count() == 1;
        relay.outbox.until("all but one are sent", all_but_one).await;

        assert!(!relay.outbox.rows()[5].sent);
        relay.outbox.until("it is given back", |rows| rows[5].attempts > 0).await;
        relay.stop().await;
        rabbit.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_commit_is_sent_at_once() {
    rabbit::with(async |rabbit: Rabbit| {
        rabbit.bind("#", &[]).await;
        let mut relay = Running::start(&rabbit.config());
        relay.until_connected().await;
        for user in 0..10 {
            // Now and then in the pause between two looks.
            rabbit::a_moment().await;
            relay.outbox.commit([updated(user, 1)]);
            let sent = relay.outbox.until_all_sent();
            let soon = tokio::time::timeout(Duration::from_millis(500), sent).await;
            assert!(soon.is_ok(), "a commit waited for the next look");
        }
        relay.stop().await;
        rabbit.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_relay_stops_while_the_broker_answers_nothing() {
    rabbit::with(async |rabbit: Rabbit| {
        rabbit.bind("#", &[]).await;
        let proxy = Proxy::start(&rabbit::url()).await;
        let mut relay = Running::start(&rabbit.config_at(&proxy.url(&rabbit::url())));
        relay.until_connected().await;
        proxy.freeze();
        relay.outbox.commit([updated(1, 1)]);
        rabbit::a_moment().await;

        relay.stop().await;
        rabbit.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_relay_whose_broker_is_away_says_so_and_stops_at_once() {
    rabbit::with(async |rabbit: Rabbit| {
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut relay = Running::start(&rabbit.config_at(&format!("amqp://{nobody}")));
        relay.outbox.commit([updated(1, 1)]);
        tokio::time::sleep(Duration::from_secs(1)).await;

        relay.until("it is not connected", |status| !status.connected).await;
        assert_eq!(relay.outbox.rows()[0].attempts, 0, "nothing is leased without a connection");
        assert!(relay.stop().await < Duration::from_secs(1));
        rabbit.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_batch_in_flight_is_finished_before_the_relay_stops() {
    rabbit::with(async |rabbit: Rabbit| {
        rabbit.bind("#", &[]).await;
        let mut relay = Running::start(&rabbit.config());
        relay.until_connected().await;
        relay.outbox.commit((0..300).map(|user| updated(user, 1)));
        relay.outbox.until("a batch is leased", |rows| rows.iter().any(Row::is_leased)).await;
        let outbox = std::sync::Arc::clone(&relay.outbox);
        relay.stop().await;

        assert!(outbox.rows().iter().all(|row| row.sent || !row.is_leased()));
        rabbit.close().await;
    })
    .await;
}
