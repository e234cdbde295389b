//! Health, reflection, and how the server begins and ends.

use std::time::{Duration, Instant};

use latchkey_server::Config;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::{
    Code,
    transport::{Channel, Endpoint},
};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tonic_reflection::pb::{v1, v1alpha};

use crate::{both, harness::TestApp};

const SERVICES: [&str; 6] = [
    "",
    "latchkey.v1.ConnectionAdmin",
    "latchkey.v1.SocialLogin",
    "latchkey.v1.TenantAdmin",
    "latchkey.v1.UserDirectory",
    "latchkey.v1.EventFeed",
];

/// A second server on the same database, which a test can stop.
struct Server {
    channel: Channel,
    stop: CancellationToken,
    ended: tokio::task::JoinHandle<()>,
}

impl Server {
    async fn start(app: &TestApp, config: Config) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (latchkey, stop) = (app.latchkey.clone(), CancellationToken::new());
        let stopped = stop.clone();
        let ended = tokio::spawn(async move {
            latchkey_server::serve(listener, latchkey, &config, stopped).await.unwrap();
        });
        let channel = Endpoint::from_shared(address).unwrap().connect_lazy();
        Self { channel, stop, ended }
    }
}

async fn status(channel: &Channel, service: &str) -> Result<ServingStatus, Code> {
    let request = HealthCheckRequest { service: service.to_owned() };
    let answer = HealthClient::new(channel.clone()).check(request).await;
    answer.map(|answer| answer.into_inner().status()).map_err(|status| status.code())
}

/// Waits until every service has this status.
pub(crate) async fn all_become(channel: &Channel, wanted: ServingStatus) {
    for service in SERVICES {
        becomes(channel, service, wanted).await;
    }
}

/// Waits until a service has this status.
pub(crate) async fn becomes(channel: &Channel, service: &str, wanted: ServingStatus) {
    let deadline = Instant::now() + Duration::from_secs(8);
    while status(channel, service).await != Ok(wanted) {
        assert!(Instant::now() < deadline, "{service:?} is not {wanted:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The services that one version of the reflection protocol lists.
macro_rules! reflected {
    ($services:ident, $version:ident) => {
        async fn $services(channel: &Channel) -> Result<Vec<String>, Code> {
            use $version::{
                ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
                server_reflection_request::MessageRequest,
                server_reflection_response::MessageResponse::ListServicesResponse,
            };
            let request = ServerReflectionRequest {
                host: String::new(),
                message_request: Some(MessageRequest::ListServices(String::new())),
            };
            let requests = futures_util::stream::iter([request]);
            let mut client = ServerReflectionClient::new(channel.clone());
            let answers = client.server_reflection_info(requests).await;
            let mut answers = answers.map_err(|status| status.code())?.into_inner();
            match answers.message().await.unwrap().unwrap().message_response.unwrap() {
                ListServicesResponse(list) => {
                    Ok(list.service.into_iter().map(|found| found.name).collect())
                }
                other => panic!("{other:?}"),
            }
        }
    };
}

reflected!(services_v1, v1);
reflected!(services_v1alpha, v1alpha);

both! {
    async fn every_service_serves_and_says_so_without_a_key(app) {
        all_become(&app.channel, ServingStatus::Serving).await;
        assert_eq!(status(&app.channel, "latchkey.v1.Nothing").await, Err(Code::NotFound));
    }

    async fn a_server_that_stops_says_so_while_it_still_answers(app) {
        let config = Config { lameduck_seconds: 1, ..Config::default() };
        let server = Server::start(&app, config).await;
        all_become(&server.channel, ServingStatus::Serving).await;
        server.stop.cancel();
        all_become(&server.channel, ServingStatus::NotServing).await;
        assert!(!server.ended.is_finished());
        tokio::time::timeout(Duration::from_secs(5), server.ended).await.unwrap().unwrap();
    }

    async fn a_health_watcher_does_not_hold_the_end(app) {
        let server = Server::start(&app, Config::default()).await;
        all_become(&server.channel, ServingStatus::Serving).await;
        let request = HealthCheckRequest { service: String::new() };
        let watch = HealthClient::new(server.channel.clone()).watch(request).await.unwrap();
        let mut watch = watch.into_inner();
        assert_eq!(watch.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
        server.stop.cancel();
        tokio::time::timeout(Duration::from_secs(5), server.ended).await.unwrap().unwrap();
    }

    async fn without_its_database_it_does_not_serve(app) {
        all_become(&app.channel, ServingStatus::Serving).await;
        app.store.clone().close().await.unwrap();
        all_become(&app.channel, ServingStatus::NotServing).await;
    }

    async fn it_describes_itself_without_a_key_where_that_is_switched_on(app) {
        for listed in [services_v1(&app.channel).await, services_v1alpha(&app.channel).await] {
            let listed = listed.unwrap();
            for service in SERVICES.into_iter().skip(1).chain(["grpc.health.v1.Health"]) {
                assert!(listed.iter().any(|name| name == service), "{service} in {listed:?}");
            }
        }
    }

    async fn it_does_not_describe_itself_where_that_is_switched_off(app) {
        let server = Server::start(&app, Config::default()).await;
        assert_eq!(services_v1(&server.channel).await, Err(Code::Unimplemented));
        assert_eq!(services_v1alpha(&server.channel).await, Err(Code::Unimplemented));
        server.stop.cancel();
        server.ended.await.unwrap();
    }
}
