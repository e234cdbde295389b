//! A recorded event as an AMQP message.

use std::collections::BTreeMap;

use lapin::{
    BasicProperties,
    types::{AMQPValue, FieldTable, ShortString, ShortStringError},
};
use latchkey_domain::id::EventId;
use latchkey_events::{CONTENT_TYPE, Recorded, envelope, routing_key};
use tracing::{Span, info_span};

use crate::Error;

/// AMQP's name for a message that survives the broker's restart.
const PERSISTENT: u8 = 2;

/// What is published of an event.
pub(crate) struct Message {
    pub(crate) id: EventId,
    pub(crate) event_type: String,
    pub(crate) routing_key: ShortString,
    pub(crate) body: Vec<u8>,
    pub(crate) properties: BasicProperties,
    traceparent: Option<String>,
}

impl Message {
    /// Writes an event as a message. Nothing but the row goes in, so a repeat is the same.
    pub(crate) fn new(recorded: &Recorded) -> Result<Self, Error> {
        let id = recorded.id;
        let unsendable = |source| Error::Unsendable { id, source };
        Ok(Self {
            id,
            event_type: recorded.event_type.clone(),
            routing_key: ShortString::try_new(routing_key(recorded))
                .map_err(|error| unsendable(error.into()))?,
            body: envelope(recorded).map_err(|error| unsendable(error.into()))?,
            properties: properties(recorded).map_err(|error| unsendable(error.into()))?,
            traceparent: recorded.traceparent.clone(),
        })
    }

    /// The span of its publishing, in the trace that the event comes from.
    pub(crate) fn span(&self) -> Span {
        let span = info_span!(
            "publish event",
            otel.kind = "producer",
            event.id = %self.id,
            event.name = self.event_type,
        );
        if let Some(traceparent) = &self.traceparent {
            latchkey_telemetry::set_parent_from_traceparent(&span, traceparent);
        }
        span
    }
}

fn properties(recorded: &Recorded) -> Result<BasicProperties, ShortStringError> {
    // AMQP's timestamps are whole seconds since 1970.
    let seconds = u64::try_from(recorded.time.seconds_and_nanos().0).unwrap_or(0);
    let mut headers = BTreeMap::new();
    if let Some(traceparent) = &recorded.traceparent {
        let value = AMQPValue::LongString(traceparent.as_str().into());
        headers.insert(ShortString::from("traceparent"), value);
    }
    Ok(BasicProperties::default()
        .with_message_id(recorded.id.to_string().into())
        .with_content_type(CONTENT_TYPE.into())
        .with_type(ShortString::try_new(recorded.event_type.as_str())?)
        .with_timestamp(seconds)
        .with_app_id("latchkey".into())
        .with_delivery_mode(PERSISTENT)
        .with_headers(FieldTable::from(headers)))
}
