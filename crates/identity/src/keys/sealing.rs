//! Noting which key seals, for whoever wants to retire it.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::{Latchkey, Result};

/// How often it is noted that a key seals.
pub(super) const NOTED_EVERY: Duration = Duration::from_mins(1);
/// After a failure: what seals meanwhile is to be noted soon.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

impl Latchkey {
    /// Notes that the primary key seals, until told to stop.
    pub async fn note_sealing(self, stop: CancellationToken) {
        loop {
            let pause = match self.note_primary().await {
                Ok(()) => NOTED_EVERY,
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "it is not noted that the primary key seals");
                    AFTER_FAILURE
                }
            };
            if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                return;
            }
        }
    }

    /// Notes that the primary key seals now.
    pub async fn note_primary(&self) -> Result<()> {
        let key = self.keyring.primary().to_string();
        Ok(self.store.note_sealing(&key, self.clock.now()).await?)
    }
}
