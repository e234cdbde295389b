//! The server: its limits, its layers, its end.

use std::{sync::Arc, time::Duration};

use latchkey_identity::Latchkey;
use latchkey_proto::{
    FILE_DESCRIPTOR_SET,
    v1::{
        connection_admin_server::ConnectionAdminServer, event_feed_server::EventFeedServer,
        social_login_server::SocialLoginServer, tenant_admin_server::TenantAdminServer,
        user_directory_server::UserDirectoryServer,
    },
};
use latchkey_telemetry::GrpcTraceLayer;
use tokio::{net::TcpListener, time::sleep};
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::CancellationToken;
use tonic::{service::Routes, transport::Server};
use tower::util::MapResponseLayer;

use crate::{
    Config,
    access::{ALLOWED, AccessLayer},
    health,
    limits::Limits,
    malformed,
    seats::SeatsLayer,
    service::{Admin, Directory, Feed, Login, Tenants},
};

/// The largest request that means anything is a few kilobytes.
const MAX_REQUEST: usize = 64 * 1024;
/// A page of a hundred connections or applications, each of the largest, has less than 2 MiB; this
/// is what gRPC clients take where nobody says.
const MAX_ANSWER: usize = 4 * 1024 * 1024;
/// Until a unary call is answered: beyond a provider's ten seconds and a waiter's eight.
const TIMEOUT: Duration = Duration::from_secs(20);
/// HTTP/2 without a limit lets one connection begin any number of calls. Gateways share few
/// connections among many people, so it is not small.
const MAX_STREAMS: u32 = 1000;
/// Calls at once, on all connections; watchers are counted apart. Each holds at most a request of
/// 64 KiB and a turn at a database with sixteen connections: beyond this the wait would be longer than
/// anybody's patience.
const MAX_CALLS: usize = 1024;
/// Header lists hold a key, a trace and little else.
const MAX_HEADER_LIST: u32 = 8 * 1024;
/// Beyond this many resets a connection is an attack (RUSTSEC-2024-0003); tonic sets no limit.
const MAX_RESETS: usize = 1024;
/// Clients that vanished are noticed within half a minute.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(20);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);
/// Long-lived clients come to new replicas within this time.
const MAX_CONNECTION_AGE: Duration = Duration::from_mins(30);
/// How long calls may take to end once the server stops.
const DRAIN: Duration = Duration::from_secs(10);

/// Why the server ended.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The connection's layer failed.
    #[error("the gRPC server failed")]
    Transport(#[from] tonic::transport::Error),
    /// The descriptor set cannot be served.
    #[error("the contract cannot be described")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// Serves until told to stop, then drains for ten seconds at most.
pub async fn serve(
    listener: TcpListener,
    latchkey: Latchkey,
    config: &Config,
    stop: CancellationToken,
) -> Result<(), Error> {
    let (reporter, health) = tonic_health::server::health_reporter();
    let limits = Arc::new(Limits::new(&config.limits));
    let routes = routes(&latchkey, config, &limits, &stop)?.add_service(health);
    // Not ready at once, but still answering until load balancers know.
    let lameduck = Duration::from_secs(config.lameduck_seconds);
    let (stopping, drain) = (stop.child_token(), CancellationToken::new());
    let reporting = health::report(reporter, latchkey.clone(), stopping.clone(), drain.clone());
    let reporting = tokio::spawn(reporting);
    let waiting = tokio::spawn(wait_lameduck(stop.clone(), lameduck, drain.clone()));
    let sweeping = tokio::spawn({
        let (limits, stop) = (limits.clone(), stopping.clone());
        async move { limits.sweep(stop).await }
    });
    let paths = ALLOWED.iter().map(|(path, _)| *path);
    let serving = builder()
        .layer(GrpcTraceLayer::new(paths))
        .layer(SeatsLayer::new(MAX_CALLS))
        .layer(AccessLayer { latchkey, limits })
        .layer(MapResponseLayer::new(malformed::told))
        .add_routes(routes)
        .serve_with_incoming_shutdown(
            TcpListenerStream::new(listener),
            drain.clone().cancelled_owned(),
        );
    // A peer that never answers the farewell would hold the server for ever (hyper#4170).
    let ended = tokio::select! {
        ended = serving => ended,
        () = async { drain.cancelled().await; sleep(DRAIN).await } => {
            tracing::warn!("some calls did not end in time");
            Ok(())
        }
    };
    waiting.abort();
    stopping.cancel();
    drain.cancel();
    let _ended_or_panicked = tokio::join!(reporting, sweeping);
    Ok(ended?)
}

/// Goes on answering for a while after it was told to stop.
async fn wait_lameduck(stop: CancellationToken, lameduck: Duration, drain: CancellationToken) {
    stop.cancelled().await;
    sleep(lameduck).await;
    drain.cancel();
}

/// The services for calls within this process. Nobody is asked for a key: each request says in its
/// extensions which [`latchkey_domain::caller::Caller`] makes it.
pub fn in_process(latchkey: &Latchkey) -> Result<Routes, Error> {
    let config = Config::default();
    let limits = Arc::new(Limits::new(&config.limits));
    routes(latchkey, &config, &limits, &CancellationToken::new())
}

fn builder() -> Server {
    Server::builder()
        .timeout(TIMEOUT)
        .tcp_nodelay(true)
        .max_concurrent_streams(MAX_STREAMS)
        .http2_max_header_list_size(MAX_HEADER_LIST)
        .http2_max_local_error_reset_streams(Some(MAX_RESETS))
        .http2_max_pending_accept_reset_streams(Some(MAX_RESETS))
        .http2_keepalive_interval(Some(KEEPALIVE_INTERVAL))
        .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
        .max_connection_age(MAX_CONNECTION_AGE)
        .max_connection_age_grace(TIMEOUT)
}

fn routes(
    latchkey: &Latchkey,
    config: &Config,
    limits: &Arc<Limits>,
    stop: &CancellationToken,
) -> Result<Routes, Error> {
    macro_rules! limited {
        ($server:ident, $service:expr) => {
            $server::new($service)
                .max_decoding_message_size(MAX_REQUEST)
                .max_encoding_message_size(MAX_ANSWER)
        };
    }
    let feed = Feed::new(latchkey.clone(), stop.clone());
    let mut routes = Routes::new(limited!(ConnectionAdminServer, Admin(latchkey.clone())))
        .add_service(limited!(SocialLoginServer, Login(latchkey.clone(), limits.clone())))
        .add_service(limited!(TenantAdminServer, Tenants(latchkey.clone())))
        .add_service(limited!(UserDirectoryServer, Directory(latchkey.clone())))
        .add_service(limited!(EventFeedServer, feed));
    if config.reflection {
        let describe = || {
            tonic_reflection::server::Builder::configure()
                .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        };
        // Python's tools ask the alpha version only, buf asks the other.
        routes =
            routes.add_service(describe().build_v1()?).add_service(describe().build_v1alpha()?);
    }
    Ok(routes)
}
