//! Measures how much waits, whether or not the broker is there.

use std::time::Duration;

use latchkey_domain::time::Clock;
use latchkey_telemetry::metrics;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::Outbox;

/// Often enough for an alarm, seldom enough for a count.
pub(crate) const MEASURE_EVERY: Duration = Duration::from_secs(10);

/// Measures the outbox until told to stop.
pub(crate) async fn watch<O: Outbox>(outbox: &O, clock: &dyn Clock, stop: &CancellationToken) {
    loop {
        match stop.run_until_cancelled(outbox.outbox_depth()).await {
            None => return,
            Some(Ok((waiting, oldest))) => {
                metrics::outbox_depth(waiting);
                let age = oldest.map(|oldest| clock.now().since(oldest));
                metrics::outbox_oldest_age(age.unwrap_or_default());
            }
            // The loop that sends reports a database that is away; this one keeps quiet.
            Some(Err(error)) => {
                debug!(error = &error as &dyn std::error::Error, "the outbox was not measured");
            }
        }
        if stop.run_until_cancelled(tokio::time::sleep(MEASURE_EVERY)).await.is_none() {
            return;
        }
    }
}
