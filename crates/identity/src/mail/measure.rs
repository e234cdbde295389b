//! Measures how much mail waits, and removes what nobody needs any more.

use std::time::Duration;

use latchkey_telemetry::metrics;
use tokio_util::sync::CancellationToken;

use super::deliver::LEASE;
use crate::{Latchkey, Result};

/// Often enough for an alarm, seldom enough for a count.
const MEASURE_EVERY: Duration = Duration::from_secs(10);

impl Latchkey {
    /// Measures until told to stop.
    pub(super) async fn measure_mail(&self, stop: &CancellationToken) {
        let rounds = async {
            loop {
                if let Err(error) = self.measure().await {
                    // The loop that sends reports a database that is away; this one keeps quiet.
                    let error = &error as &dyn std::error::Error;
                    tracing::debug!(error, "the mail that waits was not measured");
                }
                tokio::time::sleep(MEASURE_EVERY).await;
            }
        };
        let _never: Option<()> = stop.run_until_cancelled(rounds).await;
    }

    async fn measure(&self) -> Result<()> {
        let now = self.clock.now();
        // What is being sent just now has its lease to end.
        let forgotten = self.store.forget_mail(now.minus(LEASE)).await?;
        if forgotten > 0 {
            metrics::mails_expired(forgotten);
            tracing::warn!(forgotten, "mail was not sent in time, and nobody needs it any more");
        }
        let (waiting, oldest) = self.store.mail_depth().await?;
        metrics::mail_waiting(waiting);
        metrics::mail_oldest_age(oldest.map(|oldest| now.since(oldest)).unwrap_or_default());
        Ok(())
    }
}
