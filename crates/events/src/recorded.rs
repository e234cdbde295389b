//! What is kept of an event: the columns of an outbox row.

use std::fmt;

use latchkey_domain::{
    event::Event,
    id::{EnvironmentId, EventId},
    time::Timestamp,
};
use latchkey_proto::events::EventData;

use crate::{Error, body, by_type, when};

/// The only content type of data so far: `ProtoJSON`.
pub(crate) const JSON: &str = "application/json";

/// An event as it was recorded: whatever is sent of it later comes from these columns alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its id: the key that a consumer knows a repeat by.
    pub id: EventId,
    /// Whose it is.
    pub environment: EnvironmentId,
    /// CloudEvents `type`: `latchkey.user.signed_up.v1`.
    pub event_type: String,
    /// The resource name of what it is about.
    pub subject: Option<String>,
    /// Its number among its subject's events, from 1; 0 without a subject.
    pub sequence: i64,
    /// When it was recorded.
    pub time: Timestamp,
    /// What `data` is: `application/json`.
    pub content_type: String,
    /// The message that the type names, as `ProtoJSON`.
    pub data: Vec<u8>,
    /// The W3C trace that it comes from.
    pub traceparent: Option<String>,
    /// What it came about by: the sign-in's reference.
    pub causation_id: Option<String>,
    /// Whether it only tries out the way to the consumers: they are sent it under another key.
    pub test: bool,
}

/// Its data is about people, so it does not reach a log by way of `Debug`.
impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorded")
            .field("id", &self.id)
            .field("event_type", &self.event_type)
            .field("subject", &self.subject)
            .field("sequence", &self.sequence)
            .finish_non_exhaustive()
    }
}

/// Fixes what is told of an event; `traceparent` is the trace that it happened in.
pub fn record(event: &Event, traceparent: Option<String>) -> Result<Recorded, Error> {
    // A moment that cannot be written is refused while the transaction is open.
    when::write(event.time)?;
    let message = body::message(&event.body);
    let (subject, sequence) = match &event.subject {
        Some((subject, sequence)) => (Some(subject.to_string()), *sequence),
        None => (None, 0),
    };
    Ok(Recorded {
        id: event.id,
        environment: event.environment.clone(),
        event_type: by_type::event_type(&message).to_owned(),
        subject,
        sequence,
        time: event.time,
        content_type: JSON.to_owned(),
        data: by_type::write(&message)?,
        traceparent,
        causation_id: event.causation_id.clone(),
        test: false,
    })
}

/// Reads the data of a recorded event.
pub fn data(recorded: &Recorded) -> Result<EventData, Error> {
    if recorded.content_type != JSON {
        return Err(Error::ContentType(recorded.content_type.clone()));
    }
    by_type::read(&recorded.event_type, &recorded.data)
}
