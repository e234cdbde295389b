//! Gives committed events their positions in the feed.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::{Backend, Result, Store};

/// How soon an event of another process is seen. One of this process wakes us.
const POLL: Duration = Duration::from_millis(200);
/// After a failure: the database is busy or away, and asking faster does not bring it back.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

impl Store {
    /// Gives positions until told to stop. On SQLite the writer did so already, and this only tells
    /// watchers.
    pub async fn sequence(self, stop: CancellationToken) {
        let mut recorded = self.recorded();
        loop {
            let pause = match self.give_positions().await {
                Ok(_) => POLL,
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "events wait for their positions");
                    AFTER_FAILURE
                }
            };
            let wait = tokio::time::timeout(pause, recorded.changed());
            if stop.run_until_cancelled(wait).await.is_none() {
                return;
            }
        }
    }

    /// Gives positions to what has committed, and says how many.
    async fn give_positions(&self) -> Result<u64> {
        let given = match self.backend {
            Backend::Postgres => self.give_positions_postgres().await?,
            Backend::Sqlite => 0,
        };
        if given > 0 || self.backend == Backend::Sqlite {
            self.positioned.send_modify(|rounds| *rounds += 1);
        }
        Ok(given)
    }
}
