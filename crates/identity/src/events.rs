//! Reading the log of events.

use std::time::Duration;

use latchkey_domain::{caller::Caller, id::EnvironmentId};
use latchkey_store::{FeedPage, Positioned, Store};
use tokio::sync::watch;

use crate::{Latchkey, Result};

/// How many events a watcher reads at once.
const BATCH: u32 = 100;
/// How soon an event of another process is seen.
const POLL: Duration = Duration::from_millis(500);

/// A reader that follows the log of an environment.
#[derive(Debug)]
pub struct Watch {
    store: Store,
    environment: EnvironmentId,
    position: i64,
    positioned: watch::Receiver<u64>,
}

impl Latchkey {
    /// Lists events after a position.
    pub async fn list_events(
        &self,
        caller: &Caller,
        environment: &EnvironmentId,
        after: i64,
        limit: u32,
    ) -> Result<FeedPage> {
        Self::see(caller, environment)?;
        self.environment_of(environment).await?;
        let mut page = self.store.events_after(environment, after, limit).await?;
        let mut from = after;
        // An empty page is the end of the log, not a page of rows that cannot be read.
        while page.events.is_empty() && page.next > from {
            from = page.next;
            page = self.store.events_after(environment, from, limit).await?;
        }
        Ok(page)
    }

    /// Follows the log after a position, or from now on.
    pub async fn watch_events(
        &self,
        caller: &Caller,
        environment: &EnvironmentId,
        after: Option<i64>,
    ) -> Result<Watch> {
        Self::see(caller, environment)?;
        self.environment_of(environment).await?;
        let positioned = self.store.positioned();
        let position = match after {
            Some(position) => position,
            None => self.store.last_position().await?,
        };
        let (store, environment) = (self.store.clone(), environment.clone());
        Ok(Watch { store, environment, position, positioned })
    }
}

impl Watch {
    /// Waits for events, and returns those that are there.
    pub async fn next(&mut self) -> Result<Vec<Positioned>> {
        loop {
            // Seen before the read: what comes during it wakes us at once.
            self.positioned.mark_unchanged();
            let page = self.store.events_after(&self.environment, self.position, BATCH).await?;
            self.position = page.next;
            if !page.events.is_empty() {
                return Ok(page.events);
            }
            let _woken_or_timed_out = tokio::time::timeout(POLL, self.positioned.changed()).await;
        }
    }
}
