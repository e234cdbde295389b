//! A corner of the broker for one test.

use std::{collections::BTreeMap, future::Future, time::Duration};

use lapin::{
    BasicProperties, Channel, Connection, ConnectionProperties, ExchangeKind,
    options::{
        BasicGetOptions, ExchangeDeclareOptions, ExchangeDeleteOptions, QueueBindOptions,
        QueueDeclareOptions, QueueDeleteOptions, QueuePurgeOptions,
    },
    types::{AMQPValue, FieldTable, ShortString},
};
use latchkey_relay::Config;
use uuid::Uuid;

/// A queue that a test left behind goes away by itself.
const QUEUE_EXPIRES_MILLIS: i32 = 120_000;

/// A message as a consumer gets it.
pub(crate) struct Arrived {
    pub(crate) routing_key: String,
    pub(crate) properties: BasicProperties,
    pub(crate) body: Vec<u8>,
}

impl Arrived {
    pub(crate) fn id(&self) -> String {
        self.properties.message_id().as_ref().unwrap().to_string()
    }
}

/// Exchanges and queues with names of their own, and the consumer's connection.
pub(crate) struct Rabbit {
    connection: Connection,
    channel: Channel,
    url: String,
    pub(crate) exchange: String,
    pub(crate) unrouted: String,
    pub(crate) queue: String,
}

/// The broker's URL.
pub(crate) fn url() -> String {
    #[expect(clippy::disallowed_methods, reason = "says which broker to test against")]
    let url = std::env::var("LATCHKEY_TEST_AMQP_URL");
    url.expect("LATCHKEY_TEST_AMQP_URL is not set: `scripts/test` sets it, and runs the broker")
}

/// Runs a test in a corner of its own, and clears that away afterwards, also after a failure.
pub(crate) async fn with<T: Future<Output = ()> + Send + 'static>(test: impl FnOnce(Rabbit) -> T) {
    let rabbit = Rabbit::new().await;
    let names = (rabbit.exchange.clone(), rabbit.unrouted.clone(), rabbit.queue.clone());
    let outcome = tokio::spawn(test(rabbit)).await;
    clear(names).await;
    if let Err(failure) = outcome {
        std::panic::resume_unwind(failure.into_panic());
    }
}

async fn clear((exchange, unrouted, queue): (String, String, String)) {
    let (connection, channel) = connect(&url()).await;
    for name in [&exchange, &unrouted] {
        let options = ExchangeDeleteOptions::default();
        channel.exchange_delete(name.as_str().into(), options).await.unwrap();
    }
    for name in [&unrouted, &queue] {
        let options = QueueDeleteOptions::default();
        channel.queue_delete(name.as_str().into(), options).await.unwrap();
    }
    connection.close(200, "bye".into()).await.unwrap();
}

async fn connect(url: &str) -> (Connection, Channel) {
    let connection = Connection::connect(url, ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    (connection, channel)
}

impl Rabbit {
    async fn new() -> Self {
        let url = url();
        let (connection, channel) = connect(&url).await;
        let name = |what: &str| format!("latchkey.test.{}.{what}", Uuid::new_v4());
        let (exchange, unrouted, queue) = (name("events"), name("unrouted"), name("consumer"));
        Self { connection, channel, url, exchange, unrouted, queue }
    }

    /// A relay's configuration for this corner.
    pub(crate) fn config(&self) -> Config {
        self.config_at(&self.url)
    }

    /// The same, with the broker somewhere else.
    pub(crate) fn config_at(&self, url: &str) -> Config {
        Config {
            url: Some(url.into()),
            exchange: self.exchange.clone(),
            unrouted: self.unrouted.clone(),
        }
    }

    /// Declares the consumer's queue, and binds it. The exchange is declared as well, just as the
    /// relay does it.
    pub(crate) async fn bind(&self, pattern: &str, more: &[(&str, AMQPValue)]) {
        let durable = ExchangeDeclareOptions { durable: true, ..Default::default() };
        let alternate = AMQPValue::LongString(self.unrouted.as_str().into());
        let arguments = table(&[("alternate-exchange", alternate)]);
        let exchange: ShortString = self.exchange.as_str().into();
        let topic = ExchangeKind::Topic;
        self.channel.exchange_declare(exchange.clone(), topic, durable, arguments).await.unwrap();

        let queue: ShortString = self.queue.as_str().into();
        let durable = QueueDeclareOptions { durable: true, ..Default::default() };
        let expires = ("x-expires", AMQPValue::LongInt(QUEUE_EXPIRES_MILLIS));
        let arguments = table(&[&[expires], more].concat());
        self.channel.queue_declare(queue.clone(), durable, arguments).await.unwrap();
        let (options, none) = (QueueBindOptions::default(), FieldTable::default());
        self.channel.queue_bind(queue, exchange, pattern.into(), options, none).await.unwrap();
    }

    /// Takes everything that is in a queue.
    pub(crate) async fn drain(&self, queue: &str) -> Vec<Arrived> {
        let mut arrived = Vec::new();
        let options = BasicGetOptions { no_ack: true };
        while let Some(message) = self.channel.basic_get(queue.into(), options).await.unwrap() {
            arrived.push(Arrived {
                routing_key: message.delivery.routing_key.to_string(),
                properties: message.delivery.properties,
                body: message.delivery.data,
            });
        }
        arrived
    }

    pub(crate) async fn purge(&self) {
        let options = QueuePurgeOptions::default();
        self.channel.queue_purge(self.queue.as_str().into(), options).await.unwrap();
    }

    pub(crate) async fn delete_exchange(&self, name: &str) {
        let options = ExchangeDeleteOptions::default();
        self.channel.exchange_delete(name.into(), options).await.unwrap();
    }

    /// The arguments of a queue that refuses what comes after its first message.
    pub(crate) fn of_one() -> Vec<(&'static str, AMQPValue)> {
        vec![
            ("x-max-length", AMQPValue::LongInt(1)),
            ("x-overflow", AMQPValue::LongString("reject-publish".into())),
        ]
    }

    /// The arguments of a queue as a consumer should have it.
    pub(crate) fn quorum() -> Vec<(&'static str, AMQPValue)> {
        vec![("x-queue-type", AMQPValue::LongString("quorum".into()))]
    }

    pub(crate) async fn close(self) {
        self.connection.close(200, "bye".into()).await.unwrap();
    }
}

fn table(entries: &[(&str, AMQPValue)]) -> FieldTable {
    let entries = entries.iter().map(|(name, value)| ((*name).into(), value.clone()));
    entries.collect::<BTreeMap<ShortString, AMQPValue>>().into()
}

/// Lets the broker settle what it was told a moment ago.
pub(crate) async fn a_moment() {
    tokio::time::sleep(Duration::from_millis(200)).await;
}
