//! A consumer at the broker that the tests share.

use std::time::Duration;

use futures_util::StreamExt;
use lapin::{
    Channel, Connection, ConnectionProperties, Consumer, ExchangeKind,
    options::{
        BasicConsumeOptions, ExchangeDeclareOptions, ExchangeDeleteOptions, QueueBindOptions,
        QueueDeclareOptions, QueueDeleteOptions,
    },
    types::{AMQPValue, FieldTable},
};
use serde_json::Value;
use tokio::time::timeout;

/// How long a test waits for an event that must come.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the broker is.
pub(crate) fn url() -> String {
    #[expect(clippy::disallowed_methods, reason = "says which broker to test against")]
    let url = std::env::var("LATCHKEY_TEST_AMQP_URL");
    url.expect("LATCHKEY_TEST_AMQP_URL is not set: scripts/test sets it")
}

/// Everything that is published to an exchange, from now on.
pub(crate) struct Listener {
    connection: Connection,
    channel: Channel,
    consumer: Consumer,
}

impl Listener {
    /// Reads a queue of its own behind the exchange, which it declares just as the relay does.
    pub(crate) async fn on(exchange: &str, unrouted: &str) -> Self {
        let properties = ConnectionProperties::default();
        let connection = Connection::connect(&url(), properties).await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        let none = FieldTable::default;
        let durable = ExchangeDeclareOptions { durable: true, ..Default::default() };
        let mut arguments = none();
        arguments
            .insert("alternate-exchange".into(), AMQPValue::LongString(unrouted.as_bytes().into()));
        let topic = ExchangeKind::Topic;
        channel.exchange_declare(exchange.into(), topic, durable, arguments).await.unwrap();
        let own = QueueDeclareOptions { exclusive: true, ..Default::default() };
        let queue = channel.queue_declare("".into(), own, none()).await.unwrap();
        let (name, bind) = (queue.name().clone(), QueueBindOptions::default());
        channel.queue_bind(name.clone(), exchange.into(), "#".into(), bind, none()).await.unwrap();
        let options = BasicConsumeOptions { no_ack: true, ..Default::default() };
        let consumer = channel.basic_consume(name, "".into(), options, none()).await.unwrap();
        Self { connection, channel, consumer }
    }

    /// The next event of a type; others are passed over.
    pub(crate) async fn event(&mut self, kind: &str) -> Value {
        let until = async {
            loop {
                let delivery = self.consumer.next().await.unwrap().unwrap();
                let event: Value = serde_json::from_slice(&delivery.data).unwrap();
                if event["type"] == kind {
                    return event;
                }
            }
        };
        timeout(PATIENCE, until).await.unwrap_or_else(|_| panic!("no {kind} arrived"))
    }

    /// Goes, and takes along what the relay declared.
    pub(crate) async fn clear(self, exchange: &str, unrouted: &str) {
        for name in [exchange, unrouted] {
            let options = ExchangeDeleteOptions::default();
            self.channel.exchange_delete(name.into(), options).await.unwrap();
        }
        let options = QueueDeleteOptions::default();
        self.channel.queue_delete(unrouted.into(), options).await.unwrap();
        self.connection.close(200, "bye".into()).await.unwrap();
    }
}
