//! Watching the feed, as a consumer without a broker does.

use std::time::Duration;

use latchkey_proto::v1::{
    FeedEvent, WatchEventsRequest, WatchEventsResponse, event_feed_client::EventFeedClient,
    watch_events_request::Start,
};
use tokio::time::timeout;
use tonic::{Status, Streaming};

use super::{TestApp, clients::Keyed};

/// How long a test waits for an event that must come.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a test waits for one that must not: beyond the feed's own polling, 500 ms.
const QUIET: Duration = Duration::from_millis(800);

/// A stream of events.
pub(crate) struct Watching(Streaming<WatchEventsResponse>);

impl TestApp {
    /// Watches from a position on.
    pub(crate) async fn watch_after(&self, position: i64) -> Watching {
        self.watch(Start::AfterPosition(position)).await
    }

    /// Watches what happens from now on.
    pub(crate) async fn watch_from_now(&self) -> Watching {
        self.watch(Start::FromNow(true)).await
    }

    async fn watch(&self, start: Start) -> Watching {
        self.watch_with(self.feed(), start).await.unwrap()
    }

    /// Watches with a client of the test's own.
    pub(crate) async fn watch_with(
        &self,
        mut client: EventFeedClient<Keyed>,
        start: Start,
    ) -> Result<Watching, Status> {
        let parent = "environments/dev".to_owned();
        let request = WatchEventsRequest { parent, start: Some(start) };
        Ok(Watching(client.watch_events(request).await?.into_inner()))
    }
}

impl Watching {
    /// The next events.
    pub(crate) async fn take(&mut self, count: usize) -> Vec<FeedEvent> {
        let mut seen = Vec::new();
        while seen.len() < count {
            let next = timeout(PATIENCE, self.0.message()).await;
            let next = next.unwrap_or_else(|_| panic!("{} of {count} events came", seen.len()));
            seen.push(next.unwrap().expect("the stream goes on").event.unwrap());
        }
        seen
    }

    /// Whether nothing more comes.
    pub(crate) async fn is_quiet(&mut self) -> bool {
        timeout(QUIET, self.0.message()).await.is_err()
    }

    /// Reads on until the stream ends, and says how many events came and how it ended.
    pub(crate) async fn end(&mut self) -> (usize, Option<Status>) {
        let mut count = 0;
        loop {
            match timeout(PATIENCE, self.0.message()).await.expect("the stream ends") {
                Ok(Some(_)) => count += 1,
                Ok(None) => return (count, None),
                Err(status) => return (count, Some(status)),
            }
        }
    }
}
