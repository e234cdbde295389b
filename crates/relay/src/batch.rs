//! One batch: lease, publish, mark or give back.

use std::time::Duration;

use latchkey_domain::{
    id::{EventId, uuid_at},
    time::Clock,
};
use latchkey_events::Recorded;
use latchkey_telemetry::metrics;
use tracing::{debug, error};
use uuid::Uuid;

use crate::{Error, Outbox, broker::Session, message::Message, publish::publish, verdict::Verdict};

/// Longer than publishing and confirming may take (15 s), with room for the database: otherwise
/// another relay would send the same events meanwhile.
const LEASE: Duration = Duration::from_mins(1);
/// When an event is tried again that a queue refused or that nothing took.
const RETRY_AFTER: Duration = Duration::from_secs(5);
/// When an event is tried again that cannot be sent as it is: somebody has to look at it, and only
/// what is about the same subject waits with it.
const PARKED: Duration = Duration::from_mins(1);

/// What a batch is made with.
pub(crate) struct Batch<'a, O> {
    pub(crate) outbox: &'a O,
    pub(crate) session: &'a Session,
    /// How many events at most; once it is leased, how many it is.
    pub(crate) size: u32,
    lease: Uuid,
}

impl<'a, O: Outbox> Batch<'a, O> {
    pub(crate) fn new(outbox: &'a O, session: &'a Session, clock: &dyn Clock, limit: u32) -> Self {
        Self { outbox, session, size: limit, lease: uuid_at(clock.now()) }
    }

    /// Sends what waits, and returns `None` if nothing did.
    ///
    /// The network is waited for between two short transactions, never inside one.
    pub(crate) async fn send(&mut self) -> Result<Option<Verdict>, Error> {
        let leasing = self.outbox.lease_events(self.lease, LEASE, self.size);
        let events = leasing.await.map_err(Error::outbox)?;
        if events.is_empty() {
            return Ok(None);
        }
        self.size = u32::try_from(events.len()).unwrap_or(self.size);
        let messages = self.write(&events).await?;
        match publish(self.session, &messages).await {
            Ok(verdict) => {
                count(&messages, &verdict);
                self.settle(&verdict).await?;
                Ok(Some(verdict))
            }
            Err(error) => Err(self.give_back(&messages, error).await),
        }
    }

    /// Writes the messages; one that cannot be written must not hold up the others.
    async fn write(&self, events: &[Recorded]) -> Result<Vec<Message>, Error> {
        let (mut messages, mut unsendable) = (Vec::with_capacity(events.len()), Vec::new());
        for event in events {
            match Message::new(event) {
                Ok(message) => messages.push(message),
                Err(error) => {
                    let source = &error as &dyn std::error::Error;
                    error!(event.id = %event.id, error = source, "an event cannot be sent");
                    metrics::event_published(&event.event_type, "unsendable");
                    unsendable.push(event.id);
                }
            }
        }
        self.release(&unsendable, PARKED).await?;
        Ok(messages)
    }

    async fn settle(&self, verdict: &Verdict) -> Result<(), Error> {
        if !verdict.sent.is_empty() {
            let marking = self.outbox.mark_sent(self.lease, &verdict.sent);
            let marked = marking.await.map_err(Error::outbox)?;
            if marked < verdict.sent.len() as u64 {
                // Consumers know the repeats by their ids.
                debug!(marked, sent = verdict.sent.len(), "the lease ran out before the mark");
            }
        }
        self.release(&verdict.returned, RETRY_AFTER).await?;
        self.release(&verdict.refused, RETRY_AFTER).await
    }

    /// Gives a batch back of which nothing is known, and hands the error on.
    async fn give_back(&self, messages: &[Message], error: Error) -> Error {
        let ids: Vec<EventId> = messages.iter().map(|message| message.id).collect();
        // Sent alone, and the broker closed the channel over it: it is this one that is at fault.
        let at_fault = ids.len() == 1 && error.is_refusal();
        for message in messages {
            metrics::event_published(&message.event_type, "unknown");
        }
        let retry_after = if at_fault { PARKED } else { Duration::ZERO };
        match self.release(&ids, retry_after).await {
            Ok(()) => error,
            // The leases run out by themselves; the first error is the one that matters.
            Err(second) => {
                debug!(error = &second as &dyn std::error::Error, "the events stay leased");
                error
            }
        }
    }

    async fn release(&self, ids: &[EventId], retry_after: Duration) -> Result<(), Error> {
        if ids.is_empty() {
            return Ok(());
        }
        self.outbox.release(self.lease, ids, retry_after).await.map_err(Error::outbox)
    }
}

fn count(messages: &[Message], verdict: &Verdict) {
    for message in messages {
        let outcome = if verdict.returned.contains(&message.id) {
            metrics::events_returned(&message.event_type);
            "returned"
        } else if verdict.refused.contains(&message.id) {
            "refused"
        } else {
            "sent"
        };
        metrics::event_published(&message.event_type, outcome);
    }
}
