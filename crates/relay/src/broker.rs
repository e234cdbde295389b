//! A connection to the broker, with one channel that confirms.

use std::{future::Future, time::Duration};

use lapin::{
    Channel, Connection, ConnectionProperties, options::ConfirmSelectOptions, uri::AMQPUri,
};
use tokio::time::timeout;

use crate::{Config, Error, config, topology::Topology};

/// Within RabbitMQ's advice of 5 to 20 s: a dead broker is noticed after two of them.
const HEARTBEAT_SECONDS: u16 = 10;
/// Name lookup, TCP, TLS and the handshake; and once more for the declarations.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A look at one queue.
const ASK_TIMEOUT: Duration = Duration::from_secs(5);
/// A broker in alarm does not answer a close at all, and nothing is lost without the answer.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// Where the broker is, and what is declared there.
pub(crate) struct Broker {
    uri: AMQPUri,
    topology: Topology,
}

/// A connection that was made ready to publish.
pub(crate) struct Session {
    connection: Connection,
    topology: Topology,
    channel: Channel,
}

impl Broker {
    pub(crate) fn new(config: &Config) -> Result<Self, Error> {
        if let Some(problem) = config.problems().into_iter().next() {
            return Err(Error::Config(problem));
        }
        let none = || Error::Config("url: is not set".to_owned());
        let url = config.url.as_ref().ok_or_else(none)?;
        let mut uri =
            config::parse(url).map_err(|problem| Error::Config(format!("url: {problem}")))?;
        uri.query.heartbeat = Some(HEARTBEAT_SECONDS);
        let exchange = config.exchange.as_str().into();
        let topology = Topology { exchange, unrouted: config.unrouted.as_str().into() };
        Ok(Self { uri, topology })
    }

    /// Connects, and looks whether what is ours is there; it changes nothing.
    pub(crate) async fn look(&self) -> Result<(), Error> {
        let connection = self.connect().await?;
        let looking = async {
            let channel = connection.create_channel().await?;
            self.topology.look(&channel).await
        };
        let looked = within(ASK_TIMEOUT, "tell what is declared", looking).await;
        close(&connection).await;
        looked
    }

    async fn connect(&self) -> Result<Connection, Error> {
        // Without the driver's own recovery: with it, a publish hangs while the broker is away, and
        // a first connection to a closed port does not return.
        let properties =
            ConnectionProperties::default().with_connection_name("latchkey relay".into());
        let connecting = Connection::connect_uri(self.uri.clone(), properties);
        within(CONNECT_TIMEOUT, "connect", connecting).await
    }

    /// Connects, and declares what is ours.
    pub(crate) async fn open(&self) -> Result<Session, Error> {
        let connection = self.connect().await?;
        match within(CONNECT_TIMEOUT, "declare", self.prepare(&connection)).await {
            Ok(channel) => Ok(Session { connection, topology: self.topology.clone(), channel }),
            Err(error) => {
                close(&connection).await;
                Err(error)
            }
        }
    }

    async fn prepare(&self, connection: &Connection) -> lapin::Result<Channel> {
        let channel = connection.create_channel().await?;
        self.topology.declare(&channel).await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        Ok(channel)
    }
}

impl Session {
    /// Whether it can still be used, as far as is known.
    pub(crate) fn is_open(&self) -> bool {
        self.connection.status().connected() && self.channel.status().connected()
    }

    /// The channel to publish on, and the exchange to publish to.
    pub(crate) fn publishing(&self) -> (&Channel, &str) {
        (&self.channel, self.topology.exchange.as_str())
    }

    /// How many events wait that no queue was bound for.
    pub(crate) async fn count_unrouted(&self) -> Result<u64, Error> {
        within(ASK_TIMEOUT, "count", self.topology.count_unrouted(&self.channel)).await
    }

    /// Takes leave. The connection must not just be dropped: the driver's thread panics if the
    /// runtime ends first.
    pub(crate) async fn close(self) {
        close(&self.connection).await;
    }
}

async fn close(connection: &Connection) {
    // Whether it was closed in good order makes no difference to what the broker keeps.
    let _ = timeout(CLOSE_TIMEOUT, connection.close(200, "bye".into())).await;
}

async fn within<T>(
    limit: Duration,
    what: &'static str,
    asking: impl Future<Output = lapin::Result<T>>,
) -> Result<T, Error> {
    Ok(timeout(limit, asking).await.map_err(|_| Error::Timeout(what))??)
}
