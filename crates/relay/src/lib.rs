//! From the outbox to RabbitMQ: at least once, in order within a subject.
//!
//! An event is marked as sent when the broker has confirmed it and did not give it back. Whatever
//! is not known is sent again, byte for byte the same.

mod batch;
mod broker;
mod config;
mod depth;
mod error;
mod message;
mod outbox;
mod publish;
mod state;
mod status;
mod topology;
mod verdict;

use std::{sync::Arc, time::Duration};

use latchkey_domain::time::Clock;
use tokio::{select, sync::watch, time::sleep};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use batch::Batch;
use broker::Broker;
use state::State;
use status::Reporter;

pub use config::Config;
pub use error::Error;
pub use outbox::Outbox;
pub use status::Status;

/// How long a batch in flight may still take when the process stops.
const FINISH_WITHIN: Duration = Duration::from_secs(5);

/// Whether the broker can be reached and has what the relay declares. It changes nothing there.
pub async fn look(config: &Config) -> Result<(), Error> {
    Broker::new(config)?.look().await
}

/// Publishes events until told to stop.
pub struct Relay<O> {
    outbox: Arc<O>,
    clock: Arc<dyn Clock>,
    broker: Broker,
    reporter: Reporter,
}

impl<O: Outbox> Relay<O> {
    /// A relay to the broker of this configuration; it connects when it runs.
    pub fn new(config: &Config, outbox: Arc<O>, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        Ok(Self { outbox, clock, broker: Broker::new(config)?, reporter: Reporter::new() })
    }

    /// How the relay is doing, now and later.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.reporter.watch()
    }

    /// Publishes until told to stop; then it finishes the batch in flight, within 5 s, and closes
    /// the connection, within 2 s.
    pub async fn run(self, stop: CancellationToken) {
        let measuring = depth::watch(&*self.outbox, &*self.clock, &stop);
        tokio::join!(measuring, self.relay(&stop));
    }

    async fn relay(&self, stop: &CancellationToken) {
        let mut state = State::new(self.outbox.committed());
        while !stop.is_cancelled() {
            match self.round(&mut state, stop).await {
                Ok(()) => {
                    stop.run_until_cancelled(state.wake()).await;
                }
                Err(error) => {
                    warn!(error = &error as &dyn std::error::Error, "events wait");
                    if !matches!(error, Error::Outbox(_)) {
                        self.disconnect(&mut state).await;
                    }
                    let pause = state.pause();
                    stop.run_until_cancelled(sleep(pause)).await;
                }
            }
        }
        self.disconnect(&mut state).await;
    }

    /// Sends everything that waits. After an error, but for one of the outbox, the connection is
    /// not to be trusted.
    async fn round(&self, state: &mut State, stop: &CancellationToken) -> Result<(), Error> {
        if state.session.as_ref().is_some_and(|session| !session.is_open()) {
            self.disconnect(state).await;
        }
        if state.session.is_none() {
            let Some(opened) = stop.run_until_cancelled(self.broker.open()).await else {
                return Ok(());
            };
            state.session = Some(opened?);
            self.reporter.connected(true);
            info!("connected to the broker");
        }
        while !stop.is_cancelled() && self.batch(state, stop).await? {
            state.measure().await?;
        }
        state.measure().await
    }

    /// Sends one batch; tells whether more may wait.
    async fn batch(&self, state: &mut State, stop: &CancellationToken) -> Result<bool, Error> {
        let Some(session) = &state.session else { return Ok(false) };
        let mut batch = Batch::new(&*self.outbox, session, &*self.clock, state.limit);
        let overdue = async {
            stop.cancelled().await;
            sleep(FINISH_WITHIN).await;
        };
        let sent = select! {
            sent = batch.send() => sent,
            () = overdue => Err(Error::Stopped),
        };
        let size = batch.size;
        state.adapt(size, &sent);
        let Some(verdict) = sent? else { return Ok(false) };
        self.reporter.returned(!verdict.is_good());
        if verdict.is_good() {
            return Ok(true);
        }
        // A new connection declares everything anew, which mends what was deleted.
        Err(Error::Returned(verdict.returned.len()))
    }

    async fn disconnect(&self, state: &mut State) {
        if let Some(session) = state.session.take() {
            self.reporter.connected(false);
            session.close().await;
        }
    }
}
