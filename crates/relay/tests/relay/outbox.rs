//! An outbox in memory that keeps the same promises as the database.

use std::{
    collections::{HashMap, HashSet},
    convert::Infallible,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use latchkey_domain::{
    id::EventId,
    time::{Clock, Timestamp},
};
use latchkey_events::Recorded;
use latchkey_relay::Outbox;
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};
use uuid::Uuid;

/// Beyond every timeout of the relay, so that a test fails here and not in the runner.
const PATIENCE: Duration = Duration::from_secs(40);

/// A clock that stands still: these tests have no use for the time.
#[derive(Debug)]
pub(crate) struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp(1_700_000_000_123_456)
    }
}

/// A row of the outbox.
pub(crate) struct Row {
    pub(crate) event: Recorded,
    pub(crate) sent: bool,
    pub(crate) attempts: u32,
    lease: Option<(Uuid, Instant)>,
    not_before: Instant,
}

impl Row {
    fn is_free(&self, now: Instant) -> bool {
        self.not_before <= now && self.lease.is_none_or(|(_, until)| until <= now)
    }

    /// Whether somebody holds it whose batch is not done.
    pub(crate) fn is_leased(&self) -> bool {
        self.lease.is_some()
    }

    fn is_held(&self, lease: Uuid) -> bool {
        self.lease.is_some_and(|(held, _)| held == lease)
    }
}

/// The outbox, and what was done to it.
pub(crate) struct MemoryOutbox {
    rows: Mutex<Vec<Row>>,
    changed: watch::Sender<u64>,
}

impl MemoryOutbox {
    pub(crate) fn new() -> Self {
        Self { rows: Mutex::default(), changed: watch::Sender::new(0) }
    }

    pub(crate) fn rows(&self) -> MutexGuard<'_, Vec<Row>> {
        self.rows.lock().unwrap()
    }

    /// Commits a transaction that recorded these events.
    pub(crate) fn commit(&self, events: impl IntoIterator<Item = Recorded>) {
        let row = |event| Row {
            event,
            sent: false,
            attempts: 0,
            lease: None,
            not_before: Instant::now(),
        };
        self.rows().extend(events.into_iter().map(row));
        self.changed.send_modify(|commits| *commits += 1);
    }

    /// Waits until this holds of the rows.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn(&[Row]) -> bool) {
        let waiting = async {
            while !holds(&self.rows()) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        assert!(timeout(PATIENCE, waiting).await.is_ok(), "waited in vain until {what}");
    }

    /// Waits until every event is marked as sent.
    pub(crate) async fn until_all_sent(&self) {
        self.until("all is sent", |rows| rows.iter().all(|row| row.sent)).await;
    }

    fn change(&self, ids: &[EventId], lease: Uuid, change: impl Fn(&mut Row)) -> u64 {
        let ids: HashSet<_> = ids.iter().collect();
        let mut rows = self.rows();
        let held = rows.iter_mut().filter(|row| ids.contains(&row.event.id) && row.is_held(lease));
        held.map(change).count() as u64
    }
}

impl Outbox for MemoryOutbox {
    type Error = Infallible;

    async fn lease_events(
        &self,
        lease: Uuid,
        duration: Duration,
        limit: u32,
    ) -> Result<Vec<Recorded>, Infallible> {
        let now = Instant::now();
        let mut heads = HashMap::new();
        let mut leased = Vec::new();
        for row in self.rows().iter_mut().filter(|row| !row.sent) {
            let subject = row.event.subject.clone();
            let is_head = subject.is_none_or(|subject| heads.insert(subject, ()).is_none());
            if is_head && row.is_free(now) && leased.len() < limit as usize {
                row.lease = Some((lease, now + duration));
                leased.push(row.event.clone());
            }
        }
        Ok(leased)
    }

    async fn mark_sent(&self, lease: Uuid, ids: &[EventId]) -> Result<u64, Infallible> {
        Ok(self.change(ids, lease, |row| row.sent = true))
    }

    async fn release(
        &self,
        lease: Uuid,
        ids: &[EventId],
        retry_after: Duration,
    ) -> Result<(), Infallible> {
        self.change(ids, lease, |row| {
            row.lease = None;
            row.attempts += 1;
            row.not_before = Instant::now() + retry_after;
        });
        Ok(())
    }

    async fn outbox_depth(&self) -> Result<(u64, Option<Timestamp>), Infallible> {
        let rows = self.rows();
        let mut waiting = rows.iter().filter(|row| !row.sent).map(|row| row.event.time);
        let oldest = waiting.clone().min();
        Ok((waiting.by_ref().count() as u64, oldest))
    }

    fn committed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}
