//! A relay that runs, and events for it.

use std::{sync::Arc, time::Duration};

use latchkey_domain::{
    id::{EnvironmentId, EventId},
    time::Timestamp,
};
use latchkey_events::Recorded;
use latchkey_relay::{Config, Relay, Status};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::outbox::{MemoryOutbox, StoppedClock};

/// Beyond the relay's own bounds: 5 s for a batch and 2 s for the connection.
const STOPS_WITHIN: Duration = Duration::from_secs(8);

/// A relay at work.
pub(crate) struct Running {
    pub(crate) outbox: Arc<MemoryOutbox>,
    status: watch::Receiver<Status>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    pub(crate) fn start(config: &Config) -> Self {
        Self::start_with(config, Arc::new(MemoryOutbox::new()))
    }

    pub(crate) fn start_with(config: &Config, outbox: Arc<MemoryOutbox>) -> Self {
        let relay = Relay::new(config, Arc::clone(&outbox), Arc::new(StoppedClock)).unwrap();
        let (status, stop) = (relay.status(), CancellationToken::new());
        let task = tokio::spawn(relay.run(stop.clone()));
        Self { outbox, status, stop, task }
    }

    pub(crate) async fn until(&mut self, what: &str, holds: impl Fn(&Status) -> bool) {
        let waiting = self.status.wait_for(|status| holds(status));
        let found = timeout(Duration::from_secs(30), waiting).await;
        assert!(matches!(found, Ok(Ok(_))), "waited in vain until {what}");
    }

    pub(crate) async fn until_connected(&mut self) {
        self.until("the relay is connected", |status| status.connected).await;
    }

    /// Stops the relay, and returns how long that took.
    pub(crate) async fn stop(self) -> Duration {
        let begun = Instant::now();
        self.stop.cancel();
        timeout(STOPS_WITHIN, self.task).await.expect("the relay stops in time").unwrap();
        begun.elapsed()
    }
}

/// The event with this number about a subject.
pub(crate) fn event(event_type: &str, subject: Option<&str>, sequence: i64) -> Recorded {
    Recorded {
        id: EventId(Uuid::new_v4()),
        environment: EnvironmentId::chosen("dev").unwrap(),
        event_type: event_type.to_owned(),
        subject: subject.map(str::to_owned),
        sequence,
        time: Timestamp(1_700_000_000_123_456),
        content_type: "application/json".to_owned(),
        data: format!("{{\"user\":\"{}\"}}", subject.unwrap_or_default()).into_bytes(),
        traceparent: None,
        causation_id: None,
        test: false,
    }
}

/// Somebody was updated.
pub(crate) fn updated(user: usize, sequence: i64) -> Recorded {
    event("latchkey.user.updated.v1", Some(&format!("user-{user}")), sequence)
}
