//! Serves HTTP until told to stop, within limits.

use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::Router;
use http::Request;
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::place::Peer;

/// A browser sends its headers at once; also how long an idle connection is kept.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Room for a 6 KiB query and the cookies of a shared `localhost`.
const HEADER_BUFFER: usize = 32 * 1024;
/// Connections at once; more wait in the listener's queue.
const MOST_CONNECTIONS: usize = 4096;
/// How long a request under way may take once it is time to stop: a callback's call has 15 s, and its
/// answer a little more to leave. A process around it needs longer, or it cuts off what is not over.
pub const DRAIN: Duration = Duration::from_secs(20);
/// After a failure to accept, such as too many open files, before the next try.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The listener cannot be served.
#[derive(Debug, thiserror::Error)]
#[error("the gateway's listener does not work")]
pub struct Error(#[from] std::io::Error);

/// Serves `router` until `stop`; then lets the requests under way finish, for [`DRAIN`] at most.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) -> Result<(), Error> {
    tracing::info!(address = %listener.local_addr()?, "the gateway listens");
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let draining = GracefulShutdown::new();
    let cut = CancellationToken::new();
    let _cut_when_done = cut.clone().drop_guard();

    while let Some(arrived) = stop.run_until_cancelled(accept(&listener, &room)).await {
        let (stream, peer, seat) = arrived;
        let router = TowerToHyperService::new(router.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            router.call(request)
        });
        let connection = http().serve_connection(TokioIo::new(stream), service);
        let connection = draining.watch(connection);
        let cut = cut.clone();
        tokio::spawn(async move {
            if let Some(Err(error)) = cut.run_until_cancelled(connection).await {
                tracing::debug!(error = &error as &dyn std::error::Error, "a connection broke");
            }
            drop(seat);
        });
    }

    drop(listener);
    if timeout(DRAIN, draining.shutdown()).await.is_err() {
        tracing::warn!("requests under way are cut off");
    }
    Ok(())
}

/// The next connection, who is at its other end, and its seat.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> (TcpStream, IpAddr, Option<OwnedSemaphorePermit>) {
    // Never closed: there is always a seat in the end.
    let seat = room.clone().acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(error = &error as &dyn std::error::Error, "no TCP_NODELAY");
                }
                return (stream, peer.ip(), seat);
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "cannot accept");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn http() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(HEADER_BUFFER);
    builder
}
