//! A corner of a broker: an exchange of its own, a relay to it, and a consumer's queue.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use lapin::{
    BasicProperties, Channel, Connection, ConnectionProperties, Consumer, ExchangeKind,
    options::{
        BasicAckOptions, BasicConsumeOptions, ExchangeDeclareOptions, ExchangeDeleteOptions,
        QueueBindOptions, QueueDeclareOptions, QueueDeleteOptions,
    },
    types::{AMQPValue, FieldTable, ShortString},
};
use latchkey_relay::{Relay, Status};
use tokio::{sync::watch, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::TestApp;

/// How long a test waits for a message that must come.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a test waits for one that must not.
const QUIET: Duration = Duration::from_millis(300);

/// Names that no other test has, at a broker.
#[derive(Debug, Clone)]
pub(crate) struct Corner {
    pub(crate) url: String,
    pub(crate) exchange: String,
    pub(crate) unrouted: String,
    pub(crate) queue: String,
}

/// A message as a consumer gets it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Arrived {
    pub(crate) routing_key: String,
    pub(crate) properties: BasicProperties,
    pub(crate) body: Vec<u8>,
}

/// A relay at work.
pub(crate) struct Relaying {
    pub(crate) status: watch::Receiver<Status>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// A consumer's quorum queue, being read.
pub(crate) struct Queue {
    connection: Connection,
    consumer: Consumer,
}

impl Corner {
    /// A corner of the broker that all tests share.
    pub(crate) fn shared() -> Self {
        #[expect(clippy::disallowed_methods, reason = "says which broker to test against")]
        let url = std::env::var("LATCHKEY_TEST_AMQP_URL");
        Self::at(&url.expect("LATCHKEY_TEST_AMQP_URL is not set: scripts/test sets it"))
    }

    /// A corner of the broker at a URL.
    pub(crate) fn at(url: &str) -> Self {
        let id = Uuid::new_v4();
        let name = |what: &str| format!("latchkey.test.{id}.{what}");
        let (exchange, unrouted, queue) = (name("events"), name("unrouted"), name("consumer"));
        Self { url: url.to_owned(), exchange, unrouted, queue }
    }

    /// The exchange and the queue of what the consumer refused.
    pub(crate) fn dead(&self) -> String {
        format!("{}.dead", self.queue)
    }

    /// Declares the exchange, just as the relay does it.
    pub(crate) async fn declare(&self, channel: &Channel) {
        let durable = ExchangeDeclareOptions { durable: true, ..Default::default() };
        let (arguments, topic) = (table("alternate-exchange", &self.unrouted), ExchangeKind::Topic);
        let name = self.exchange.as_str().into();
        channel.exchange_declare(name, topic, durable, arguments).await.unwrap();
    }

    /// Declares the consumer's queue, binds it to what the pattern matches, and reads it.
    pub(crate) async fn bind(&self, pattern: &str) -> Queue {
        let (connection, channel) = self.connect().await;
        self.declare(&channel).await;
        let exchange = || ShortString::from(self.exchange.as_str());
        let queue = || ShortString::from(self.queue.as_str());
        let durable = QueueDeclareOptions { durable: true, ..Default::default() };
        let arguments = table("x-queue-type", "quorum");
        channel.queue_declare(queue(), durable, arguments).await.unwrap();
        let (options, none) = (QueueBindOptions::default(), FieldTable::default());
        channel.queue_bind(queue(), exchange(), pattern.into(), options, none).await.unwrap();
        connection.close(200, "bye".into()).await.unwrap();
        self.read(&self.queue).await
    }

    /// Reads a queue.
    pub(crate) async fn read(&self, queue: &str) -> Queue {
        let (connection, channel) = self.connect().await;
        let (options, none) = (BasicConsumeOptions::default(), FieldTable::default());
        let consuming = channel.basic_consume(queue.into(), "".into(), options, none);
        let consumer = consuming.await.unwrap();
        Queue { connection, consumer }
    }

    /// A connection, and a channel on it.
    pub(crate) async fn connect(&self) -> (Connection, Channel) {
        let properties = ConnectionProperties::default();
        let connection = Connection::connect(&self.url, properties).await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        (connection, channel)
    }

    /// Removes what this corner's names stand for, whether or not it is there.
    pub(crate) async fn clear(&self) {
        let (connection, channel) = self.connect().await;
        let dead = self.dead();
        for name in [&self.exchange, &self.unrouted, &dead] {
            let options = ExchangeDeleteOptions::default();
            channel.exchange_delete(name.as_str().into(), options).await.unwrap();
        }
        for name in [&self.unrouted, &self.queue, &dead] {
            let options = QueueDeleteOptions::default();
            channel.queue_delete(name.as_str().into(), options).await.unwrap();
        }
        connection.close(200, "bye".into()).await.unwrap();
    }
}

fn table(name: &'static str, value: &str) -> FieldTable {
    let mut table = FieldTable::default();
    table.insert(name.into(), AMQPValue::LongString(value.into()));
    table
}

impl Queue {
    /// The next messages, in the order in which they come.
    pub(crate) async fn take(&mut self, count: usize) -> Vec<Arrived> {
        let mut arrived = Vec::new();
        while arrived.len() < count {
            let next = timeout(PATIENCE, self.consumer.next()).await;
            let seen = arrived.len();
            let next = next.unwrap_or_else(|_| panic!("{seen} of {count} events arrived"));
            let delivery = next.unwrap().unwrap();
            delivery.ack(BasicAckOptions::default()).await.unwrap();
            arrived.push(Arrived {
                routing_key: delivery.routing_key.to_string(),
                properties: delivery.properties,
                body: delivery.data,
            });
        }
        arrived
    }

    /// Whether nothing more comes.
    pub(crate) async fn is_quiet(&mut self) -> bool {
        timeout(QUIET, self.consumer.next()).await.is_err()
    }

    /// Stops reading.
    pub(crate) async fn close(self) {
        self.connection.close(200, "bye".into()).await.unwrap();
    }
}

impl Arrived {
    /// AMQP's `message_id`.
    pub(crate) fn id(&self) -> String {
        self.properties.message_id().as_ref().unwrap().to_string()
    }

    /// A header's text; empty if it is not there.
    pub(crate) fn header(&self, name: &str) -> String {
        let headers = self.properties.headers().as_ref();
        match headers.and_then(|headers| headers.inner().get(name)) {
            Some(AMQPValue::LongString(text)) => text.to_string(),
            _ => String::new(),
        }
    }

    /// The envelope.
    pub(crate) fn envelope(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// CloudEvents `type`.
    pub(crate) fn event_type(&self) -> String {
        self.envelope()["type"].as_str().unwrap().to_owned()
    }
}

impl TestApp {
    /// A corner of the shared broker, cleared when the test ends.
    pub(crate) fn corner(&self) -> Corner {
        let corner = Corner::shared();
        self.corners.lock().unwrap().push(corner.clone());
        corner
    }

    /// A relay from this service to a broker.
    pub(crate) fn relay_to(&self, corner: &Corner) -> Relaying {
        let config = latchkey_relay::Config {
            url: Some(corner.url.as_str().into()),
            exchange: corner.exchange.clone(),
            unrouted: corner.unrouted.clone(),
        };
        let (outbox, clock) = (Arc::new(self.store.clone()), Arc::new(self.store.clock()));
        let relay = Relay::new(&config, outbox, clock).unwrap();
        let (status, stop) = (relay.status(), self.stop.child_token());
        let task = tokio::spawn(relay.run(stop.clone()));
        Relaying { status, stop, task }
    }

    /// Waits until every event was sent.
    pub(crate) async fn until_all_sent(&self) {
        let waiting = async {
            while self.store.outbox_depth().await.unwrap().0 > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, waiting).await.expect("every event is sent");
    }
}

impl Relaying {
    /// Waits until the relay is connected, or is not.
    pub(crate) async fn until_connected(&mut self, connected: bool) {
        let waiting = self.status.wait_for(|status| status.connected == connected);
        timeout(PATIENCE, waiting).await.expect("the relay notices").unwrap();
    }

    /// Stops the relay; it says goodbye within its own bounds, 7 s.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        timeout(Duration::from_secs(10), self.task).await.expect("the relay stops").unwrap();
    }
}
