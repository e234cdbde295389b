//! `EventFeed`.

use std::{pin::Pin, sync::Arc, time::Duration};

use futures_util::{Stream, StreamExt, stream};
use latchkey_identity::{Error, Latchkey, Watch};
use latchkey_proto::v1::{self, event_feed_server::EventFeed};
use secrecy::SecretString;
use tokio::sync::{Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, async_trait};

use crate::{
    access::{bearer, caller},
    status::{asleep, from_error, overloaded, stopping},
    wire::event as wire,
};

/// Events on their way to one watcher.
const BUFFER: usize = 16;
/// A watcher that takes nothing for this long is cut off; it comes back with its last position.
const PATIENCE: Duration = Duration::from_secs(30);

/// Watchers at once: each reads the database twice a second, whatever happens.
const MOST_WATCHERS: usize = 512;
/// How often a watcher's key is looked at: the cache answers, and knows of a change within a second.
const KEY_CHECK: Duration = Duration::from_secs(1);

/// The service.
#[derive(Debug)]
pub(crate) struct Feed {
    latchkey: Latchkey,
    stop: CancellationToken,
    /// A stream outlives the call that begins it, and its seat.
    watchers: Arc<Semaphore>,
}

impl Feed {
    pub(crate) fn new(latchkey: Latchkey, stop: CancellationToken) -> Self {
        Self { latchkey, stop, watchers: Arc::new(Semaphore::new(MOST_WATCHERS)) }
    }
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
        let events = found.events.iter().map(wire::encode).collect();
        Ok(Response::new(v1::ListEventsResponse { events, next_position: found.next }))
    }

    type WatchEventsStream = Pin<Box<dyn Stream<Item = Item> + Send>>;

    async fn watch_events(
        &self,
        request: Request<v1::WatchEventsRequest>,
    ) -> Result<Response<Self::WatchEventsStream>, Status> {
        let caller = caller(&request)?;
        let key = bearer(request.metadata().as_ref())
            .ok_or(Error::Unauthenticated)
            .map_err(from_error)?;
        let (parent, after) = wire::watch(&request.into_inner())?;
        let place = self.watchers.clone().try_acquire_owned().map_err(|_| overloaded())?;
        let watch = self.latchkey.watch_events(&caller, &parent.environment, after);
        let watch = watch.await.map_err(from_error)?;
        let (sender, receiver) = mpsc::channel(BUFFER);
        let (latchkey, stop) = (self.latchkey.clone(), self.stop.clone());
        let passing = tokio::spawn(async move {
            let _until_the_end = place;
            tokio::select! {
                status = pass_on(watch, sender, stop) => status,
                status = until_refused(&latchkey, &key) => status,
            }
        });
        // How it ended comes last, and needs no room among the events.
        let end = stream::once(passing).map(|end| {
            Err(end.unwrap_or_else(|_| from_error(Error::Internal("the watch panicked"))))
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver).chain(end))))
    }
}

/// Waits until a key works no longer. While the database is away nobody can tell, and no events come.
async fn until_refused(latchkey: &Latchkey, key: &SecretString) -> Status {
    loop {
        tokio::time::sleep(KEY_CHECK).await;
        if let Err(error @ Error::Unauthenticated) = latchkey.authenticate(key).await {
            return from_error(error);
        }
    }
}

/// Passes events on until the watcher goes, sleeps, or the server stops; says why it ended.
async fn pass_on(mut watch: Watch, sender: mpsc::Sender<Item>, stop: CancellationToken) -> Status {
    let ended = async {
        loop {
            let events = match watch.next().await {
                Ok(events) => events,
                Err(error) => return from_error(error),
            };
            for event in &events {
                let event = v1::WatchEventsResponse { event: Some(wire::encode(event)) };
                if sender.send_timeout(Ok(event), PATIENCE).await.is_err() {
                    return asleep();
                }
            }
        }
    };
    tokio::select! {
        status = ended => status,
        // Also while an event waits for a watcher that takes nothing.
        () = stop.cancelled() => stopping(),
        () = sender.closed() => Status::cancelled("the watcher is gone"),
    }
}
