//! The exchanges and the queue that are ours; consumers declare their own queues.

use lapin::{
    Channel, ExchangeKind, Result,
    options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions},
    types::{AMQPValue, FieldTable, ShortString},
};

/// How many events without a queue are kept: what one sees of a wrong binding, not an archive. The
/// feed keeps them all.
const UNROUTED_MAX_LENGTH: i64 = 100_000;
/// How long they are kept: a week's end, and time to notice.
const UNROUTED_TTL_MILLIS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// The names of what is declared.
#[derive(Clone)]
pub(crate) struct Topology {
    pub(crate) exchange: ShortString,
    pub(crate) unrouted: ShortString,
}

impl Topology {
    /// Declares everything; what is there already is left as it is, and refused if it differs.
    ///
    /// Only what both RabbitMQ 3.10 and 4 take: durable, and quorum where there is a queue.
    pub(crate) async fn declare(&self, channel: &Channel) -> Result<()> {
        self.declare_unrouted(channel).await?;
        let alternate = AMQPValue::LongString(self.unrouted.as_str().into());
        let arguments = table([("alternate-exchange", alternate)]);
        let durable = ExchangeDeclareOptions { durable: true, ..Default::default() };
        channel
            .exchange_declare(self.exchange.clone(), ExchangeKind::Topic, durable, arguments)
            .await
    }

    /// Takes in what no queue is bound for, before there can be any.
    async fn declare_unrouted(&self, channel: &Channel) -> Result<()> {
        let name = || self.unrouted.clone();
        let durable = ExchangeDeclareOptions { durable: true, ..Default::default() };
        channel.exchange_declare(name(), ExchangeKind::Fanout, durable, table([])).await?;
        let arguments = table([
            ("x-queue-type", AMQPValue::LongString("quorum".into())),
            ("x-max-length", AMQPValue::LongLongInt(UNROUTED_MAX_LENGTH)),
            ("x-message-ttl", AMQPValue::LongLongInt(UNROUTED_TTL_MILLIS)),
        ]);
        let durable = QueueDeclareOptions { durable: true, ..Default::default() };
        channel.queue_declare(name(), durable, arguments).await?;
        channel.queue_bind(name(), name(), "".into(), QueueBindOptions::default(), table([])).await
    }

    /// Whether everything is there that is declared; it changes nothing.
    pub(crate) async fn look(&self, channel: &Channel) -> Result<()> {
        let passive = ExchangeDeclareOptions { passive: true, ..Default::default() };
        let kinds = [(&self.exchange, ExchangeKind::Topic), (&self.unrouted, ExchangeKind::Fanout)];
        for (name, kind) in kinds {
            channel.exchange_declare(name.clone(), kind, passive, table([])).await?;
        }
        self.count_unrouted(channel).await.map(drop)
    }

    /// How many events wait that no queue was bound for.
    pub(crate) async fn count_unrouted(&self, channel: &Channel) -> Result<u64> {
        let passive = QueueDeclareOptions { passive: true, ..Default::default() };
        let queue = channel.queue_declare(self.unrouted.clone(), passive, table([])).await?;
        Ok(u64::from(queue.message_count()))
    }
}

fn table<const N: usize>(entries: [(&str, AMQPValue); N]) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, value) in entries {
        table.insert(name.into(), value);
    }
    table
}
