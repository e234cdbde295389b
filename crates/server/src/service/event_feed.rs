//! `EventFeed`.

use std::time::Duration;

use latchkey_identity::{Latchkey, Watch};
use latchkey_proto::v1::{self, event_feed_server::EventFeed};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, async_trait};

use crate::{
    access::caller,
    status::{from_error, stopping},
    wire::event as wire,
};

/// Events on their way to one watcher.
const BUFFER: usize = 16;
/// A watcher that takes nothing for this long is cut off; it comes back with its last position.
const PATIENCE: Duration = Duration::from_secs(30);

/// The service.
#[derive(Debug)]
pub(crate) struct Feed {
    pub(crate) latchkey: Latchkey,
    pub(crate) stop: CancellationToken,
}

type Item = Result<v1::WatchEventsResponse, Status>;

#[async_trait]
impl EventFeed for Feed {
    async fn list_events(
        &self,
        request: Request<v1::ListEventsRequest>,
    ) -> Result<Response<v1::ListEventsResponse>, Status> {
        let caller = caller(&request)?;
        let (parent, after, size) = wire::list(&request.into_inner())?;
        let listed = self.latchkey.list_events(&caller, &parent.environment, after, size);
        let found = listed.await.map_err(from_error)?;
        let next_position = found.last().map_or(after, |last| last.position);
        let events = found.iter().map(wire::encode).collect::<Result<_, _>>()?;
        Ok(Response::new(v1::ListEventsResponse { events, next_position }))
    }

    type WatchEventsStream = ReceiverStream<Item>;

    async fn watch_events(
        &self,
        request: Request<v1::WatchEventsRequest>,
    ) -> Result<Response<Self::WatchEventsStream>, Status> {
        let caller = caller(&request)?;
        let (parent, after) = wire::watch(&request.into_inner())?;
        let watch = self.latchkey.watch_events(&caller, &parent.environment, after);
        let watch = watch.await.map_err(from_error)?;
        let (sender, receiver) = mpsc::channel(BUFFER);
        tokio::spawn(pass_on(watch, sender, self.stop.clone()));
        Ok(Response::new(ReceiverStream::new(receiver)))
    }
}

/// Passes events on until the watcher goes, sleeps, or the server stops.
async fn pass_on(mut watch: Watch, sender: mpsc::Sender<Item>, stop: CancellationToken) {
    loop {
        let events = tokio::select! {
            events = watch.next() => events,
            () = sender.closed() => return,
            () = stop.cancelled() => {
                // A watcher that takes nothing does not hold the server's end.
                let _taken_or_full = sender.try_send(Err(stopping()));
                return;
            }
        };
        let items = match events {
            Ok(events) => events.iter().map(wire::encode).collect(),
            Err(error) => vec![Err(from_error(error))],
        };
        for item in items {
            let failed = item.is_err();
            let item = item.map(|event| v1::WatchEventsResponse { event: Some(event) });
            let sent = sender.send_timeout(item, PATIENCE).await;
            if sent.is_err() || failed {
                return;
            }
        }
    }
}
