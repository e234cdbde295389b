//! Follows the log of events over gRPC, from where it was left.

mod line;

use std::time::Duration;

use anyhow::{Result, bail};
use latchkey_proto::v1::{
    FeedEvent, WatchEventsRequest, WatchEventsResponse, event_feed_client::EventFeedClient,
    watch_events_request::Start,
};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::sleep;
use tonic::{
    Code, Request, Status, Streaming,
    metadata::{Ascii, MetadataValue},
    transport::{Channel, ClientTlsConfig, Endpoint},
};
use url::Url;

pub(crate) use line::line;

/// A server that does not take a connection by then is down.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A quiet log says nothing for hours: this finds out that nobody is there any more.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
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
    client: EventFeedClient<Channel>,
    key: MetadataValue<Ascii>,
    parent: String,
    /// The last event that was shown; `None` begins with the next one that happens.
    position: Option<i64>,
}

impl Feed {
    /// A log that is connected to when it is followed.
    pub(crate) fn new(
        server: &Url,
        key: &SecretString,
        environment: &str,
        position: Option<i64>,
    ) -> Result<Self> {
        let mut endpoint = Endpoint::from_shared(server.to_string())?;
        if server.scheme() == "https" {
            // The connection's own limit ends with TCP.
            let tls = ClientTlsConfig::new().with_enabled_roots().timeout(CONNECT_TIMEOUT);
            endpoint = endpoint.tls_config(tls)?;
        }
        let endpoint = endpoint
            .connect_timeout(CONNECT_TIMEOUT)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .keep_alive_while_idle(true);
        let mut key: MetadataValue<Ascii> = format!("Bearer {}", key.expose_secret()).parse()?;
        key.set_sensitive(true);
        let client = EventFeedClient::new(endpoint.connect_lazy());
        Ok(Self { client, key, parent: format!("environments/{environment}"), position })
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
                bail!("{} ({:?})", broken.message(), broken.code());
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

    async fn watch(&mut self) -> Result<Streaming<WatchEventsResponse>, Status> {
        let start = Some(self.position.map_or(Start::FromNow(true), Start::AfterPosition));
        let mut request = Request::new(WatchEventsRequest { parent: self.parent.clone(), start });
        request.metadata_mut().insert("authorization", self.key.clone());
        Ok(self.client.watch_events(request).await?.into_inner())
    }
}
