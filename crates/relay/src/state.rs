//! What changes while the relay runs.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use latchkey_telemetry::metrics;
use tokio::{
    select,
    sync::watch,
    time::{Instant, sleep},
};

use crate::{Error, broker::Session, depth, verdict::Verdict};

/// How many events are in flight at most: some hundred kilobytes, and one round trip for all.
const BATCH: u32 = 500;
/// How long an event waits at most whose commit did not wake us: one of another replica.
const POLL: Duration = Duration::from_secs(1);
/// The pause after the first failure, and the longest: jitter up to doubles them, so 5 s.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_millis(2_500);

/// What changes while the relay runs.
pub(crate) struct State {
    pub(crate) session: Option<Session>,
    committed: watch::Receiver<u64>,
    backoff: ExponentialBackoff,
    /// How many events to send at once.
    pub(crate) limit: u32,
    measured: Option<Instant>,
}

impl State {
    pub(crate) fn new(committed: watch::Receiver<u64>) -> Self {
        Self { session: None, committed, backoff: backoff(), limit: BATCH, measured: None }
    }

    /// How long to wait before the next try.
    pub(crate) fn pause(&mut self) -> Duration {
        self.backoff.next().unwrap_or(LONGEST_PAUSE)
    }

    /// Waits for a commit, and no longer than [`POLL`].
    pub(crate) async fn wake(&mut self) {
        let committed = async {
            if self.committed.changed().await.is_err() {
                // Nobody is left to wake us.
                std::future::pending::<()>().await;
            }
        };
        select! {
            () = committed => {},
            () = sleep(POLL) => {},
        }
    }

    /// Halves the batch after one that failed whole, so that a single event at fault ends up alone,
    /// and doubles it after one that did not. What was sent also ends the pauses.
    pub(crate) fn adapt(&mut self, size: u32, sent: &Result<Option<Verdict>, Error>) {
        let went_well =
            matches!(sent, Ok(verdict) if verdict.as_ref().is_none_or(Verdict::is_good));
        if went_well {
            self.backoff = backoff();
        }
        self.limit = match sent {
            Err(Error::Outbox(_)) | Ok(None) => self.limit,
            Err(_) => (size / 2).max(1),
            Ok(Some(_)) => (self.limit * 2).min(BATCH),
        };
    }

    /// Counts now and then what no queue was bound for.
    pub(crate) async fn measure(&mut self) -> Result<(), Error> {
        let due = self.measured.is_none_or(|at| at.elapsed() >= depth::MEASURE_EVERY);
        if let (true, Some(session)) = (due, &self.session) {
            metrics::events_unrouted(session.count_unrouted().await?);
            self.measured = Some(Instant::now());
        }
        Ok(())
    }
}

fn backoff() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(FIRST_PAUSE)
        .with_max_delay(LONGEST_PAUSE)
        .without_max_times()
        .build()
}
