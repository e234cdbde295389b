//! Events of the feed.

use latchkey_domain::{Invalid, name::EnvironmentName};
use latchkey_identity::Positioned;
use latchkey_proto::v1;
use tonic::Status;

use super::{Fields, time};

/// What a page holds when nobody says, and at most: an event is about a kilobyte.
const DEFAULT_PAGE: u32 = 100;
const MAX_PAGE: u32 = 1000;

/// Of what, after which position, how many.
pub(crate) type EventList = (EnvironmentName, i64, u32);

pub(crate) fn list(request: &v1::ListEventsRequest) -> Result<EventList, Status> {
    let mut fields = Fields::new();
    let parent = fields.check("parent", request.parent.parse());
    let after = fields.check("after_position", position(request.after_position));
    let size = match u32::try_from(request.page_size) {
        Ok(0) => Ok(DEFAULT_PAGE),
        Ok(size) if size <= MAX_PAGE => Ok(size),
        _ => Err(Invalid::new("must be 0 to 1000")),
    };
    let size = fields.check("page_size", size);
    let read = (|| Some((parent?, after?, size?)))();
    fields.finish(read)
}

/// Of what, and after which position; `None` is from now on.
pub(crate) type EventWatch = (EnvironmentName, Option<i64>);

pub(crate) fn watch(request: &v1::WatchEventsRequest) -> Result<EventWatch, Status> {
    use v1::watch_events_request::Start;
    let mut fields = Fields::new();
    let parent = fields.check("parent", request.parent.parse());
    let after = match request.start {
        Some(Start::AfterPosition(after)) => {
            fields.check("after_position", position(after)).map(Some)
        }
        Some(Start::FromNow(true)) => Some(None),
        Some(Start::FromNow(false)) => {
            fields.check("from_now", Err(Invalid::new("must be true if it is sent")))
        }
        None => fields.check("start", Err(Invalid::new("must be set"))),
    };
    let read = parent.zip(after);
    fields.finish(read)
}

fn position(position: i64) -> Result<i64, Invalid> {
    if position >= 0 { Ok(position) } else { Err(Invalid::new("must not be negative")) }
}

/// Without its data where that cannot be read: readers learn that something happened, to whom, and
/// with which number, and go on.
pub(crate) fn encode(found: &Positioned) -> v1::FeedEvent {
    let event = &found.event;
    let data = latchkey_events::data(event).inspect_err(|error| {
        let error = error as &dyn std::error::Error;
        tracing::error!(error, event.id = %event.id, "an event cannot be read");
    });
    v1::FeedEvent {
        position: found.position,
        id: event.id.to_string(),
        r#type: event.event_type.clone(),
        source: format!("environments/{}", event.environment),
        subject: event.subject.clone().unwrap_or_default(),
        time: Some(time::encode(event.time)),
        sequence: event.sequence,
        traceparent: event.traceparent.clone().unwrap_or_default(),
        causation_id: event.causation_id.clone().unwrap_or_default(),
        data: data.ok(),
        test: event.test,
    }
}
