//! The port to the outbox: what the relay asks of the database.

use std::{future::Future, time::Duration};

use latchkey_domain::{id::EventId, time::Timestamp};
use latchkey_events::Recorded;
use latchkey_store::Store;
use tokio::sync::watch;
use uuid::Uuid;

/// Where events wait until the broker has them.
pub trait Outbox: Send + Sync + 'static {
    /// Why it did not do what it was asked.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Leases up to `limit` events that nobody holds. Of each subject it is the first unsent one at
    /// most, so that the order within a subject holds whatever fails.
    fn lease_events(
        &self,
        lease: Uuid,
        duration: Duration,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Recorded>, Self::Error>> + Send;

    /// Marks those of the events as sent that are still held under this lease; returns how many.
    fn mark_sent(
        &self,
        lease: Uuid,
        ids: &[EventId],
    ) -> impl Future<Output = Result<u64, Self::Error>> + Send;

    /// Gives events back that are held under this lease, counts the attempt, and lets nobody lease
    /// them before `retry_after` has passed.
    fn release(
        &self,
        lease: Uuid,
        ids: &[EventId],
        retry_after: Duration,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// How many events wait, and when the oldest of them was recorded.
    fn outbox_depth(
        &self,
    ) -> impl Future<Output = Result<(u64, Option<Timestamp>), Self::Error>> + Send;

    /// Changes after each commit of this process that may have recorded an event.
    fn committed(&self) -> watch::Receiver<u64>;
}

impl Outbox for Store {
    type Error = latchkey_store::Error;

    async fn lease_events(
        &self,
        lease: Uuid,
        duration: Duration,
        limit: u32,
    ) -> latchkey_store::Result<Vec<Recorded>> {
        Self::lease_events(self, lease, duration, limit).await
    }

    async fn mark_sent(&self, lease: Uuid, ids: &[EventId]) -> latchkey_store::Result<u64> {
        Self::mark_sent(self, lease, ids).await
    }

    async fn release(
        &self,
        lease: Uuid,
        ids: &[EventId],
        retry_after: Duration,
    ) -> latchkey_store::Result<()> {
        Self::release(self, lease, ids, retry_after).await
    }

    async fn outbox_depth(&self) -> latchkey_store::Result<(u64, Option<Timestamp>)> {
        Self::outbox_depth(self).await
    }

    fn committed(&self) -> watch::Receiver<u64> {
        self.recorded()
    }
}
