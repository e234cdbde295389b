//! Follows the log of events over gRPC, from where it was left.

mod line;

use std::time::Duration;

use anyhow::Result;
use latchkey_proto::v1::{
    FeedEvent, WatchEventsRequest, WatchEventsResponse, watch_events_request::Start,
};
use tokio::time::sleep;
use tonic::{Code, Status, Streaming};

use crate::client::{Client, Refusal};

pub(crate) use line::line;

/// Before the next try, which comes later each time, up to the longest pause.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Failures that do not go away by themselves.
const LASTING: [Code; 6] = [
    Code::Unauthenticated,
    Code::PermissionDenied,
    Code::NotFound,
    Code::InvalidArgument,
    Code::FailedPrecondition,
    Code::Unimplemented,
];

/// The log of an environment.
#[derive(Debug)]
pub(crate) struct Feed {
    client: Client,
    parent: String,
    /// The last event that was shown; `None` begins with the next one that happens.
    position: Option<i64>,
}

impl Feed {
    /// The log of an environment, by its resource name.
    pub(crate) fn new(client: Client, parent: String, position: Option<i64>) -> Self {
        Self { client, parent, position }
    }

    /// Shows each event; connects again when the connection breaks. It ends with a failure that
    /// does not go away by itself, or one of `show`.
    pub(crate) async fn follow(
        mut self,
        mut show: impl FnMut(&FeedEvent) -> Result<()>,
    ) -> Result<()> {
        let mut pause = FIRST_PAUSE;
        loop {
            let before = self.position;
            let broken = self.until_broken(&mut show).await?;
            if LASTING.contains(&broken.code()) {
                return Err(Refusal::from(broken).into());
            }
            if self.position != before {
                pause = FIRST_PAUSE;
            }
            eprintln!("latchkey: {}; trying again", broken.message());
            sleep(pause).await;
            pause = LONGEST_PAUSE.min(pause * 2);
        }
    }

    async fn until_broken(
        &mut self,
        show: &mut impl FnMut(&FeedEvent) -> Result<()>,
    ) -> Result<Status> {
        let mut events = match self.watch().await {
            Ok(events) => events,
            Err(status) => return Ok(status),
        };
        loop {
            match events.message().await {
                Ok(Some(WatchEventsResponse { event: Some(event) })) => {
                    show(&event)?;
                    self.position = Some(event.position);
                }
                Ok(Some(_)) => {}
                Ok(None) => return Ok(Status::unavailable("the server ended the stream")),
                Err(status) => return Ok(status),
            }
        }
    }

    async fn watch(&self) -> Result<Streaming<WatchEventsResponse>, Status> {
        let start = Some(self.position.map_or(Start::FromNow(true), Start::AfterPosition));
        let request = WatchEventsRequest { parent: self.parent.clone(), start };
        Ok(self.client.events().watch_events(request).await?.into_inner())
    }
}
