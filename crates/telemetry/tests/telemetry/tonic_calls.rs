//! RPCs between a client and a server of tonic, on loopback.

use std::time::Duration;

use latchkey_telemetry::{GrpcTraceLayer, current_traceparent, inject};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
    trace_service_client::TraceServiceClient,
    trace_service_server::{TraceService, TraceServiceServer},
};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Status, transport::Endpoint};

use crate::{
    collector::{attribute, hex},
    fixture::FIXTURE,
    grpc::{counted, one_more, trace_id, traceparent},
};

/// A service that answers one way when it is given spans, and another when not.
struct Picky;

#[tonic::async_trait]
impl TraceService for Picky {
    async fn export(
        &self,
        request: tonic::Request<ExportTraceServiceRequest>,
    ) -> Result<tonic::Response<ExportTraceServiceResponse>, Status> {
        if request.into_inner().resource_spans.is_empty() {
            return Err(Status::not_found("no spans"));
        }
        Ok(tonic::Response::new(ExportTraceServiceResponse::default()))
    }
}

/// A tonic server with the layer, and health beside its service.
async fn serve() -> Endpoint {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint =
        Endpoint::try_from(format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let (_, health) = tonic_health::server::health_reporter();
    let path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    tokio::spawn(
        tonic::transport::Server::builder()
            .layer(GrpcTraceLayer::new([path]))
            .add_service(TraceServiceServer::new(Picky))
            .add_service(health)
            .serve_with_incoming(TcpListenerStream::new(listener)),
    );
    endpoint.timeout(Duration::from_secs(5))
}

/// What a client of the service does.
#[expect(clippy::unnecessary_wraps, reason = "tonic's signature")]
fn carrying_the_trace(mut request: tonic::Request<()>) -> Result<tonic::Request<()>, Status> {
    inject(request.metadata_mut().as_mut());
    Ok(request)
}

#[test]
fn a_client_and_a_server_of_tonic_share_a_trace() {
    FIXTURE.runtime.block_on(async {
        let channel = serve().await.connect().await.unwrap();
        let mut client = TraceServiceClient::with_interceptor(channel, carrying_the_trace);
        let span = tracing::info_span!("caller");
        let caller = span.in_scope(|| current_traceparent().unwrap());

        let asked = client.export(ExportTraceServiceRequest::default());
        let status = tracing::Instrument::instrument(asked, span).await.unwrap_err();

        assert_eq!(status.code(), tonic::Code::NotFound);
        let mut spans = Vec::new();
        for _ in 0..100 {
            spans = FIXTURE.delivered_spans_of(&caller[3..35]).await;
            if spans.len() == 2 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let server = spans.iter().find(|span| span.name.ends_with("TraceService/Export")).unwrap();
        assert_eq!(hex(&server.parent_span_id), caller[36..52]);
        assert_eq!(attribute(server, "rpc.grpc.status_code").unwrap(), "5");
    });
}

#[test]
fn health_checks_are_counted_and_not_traced() {
    FIXTURE.runtime.block_on(async {
        let labels = ["service=\"grpc.health.v1.Health\"", "method=\"Check\"", "code=\"OK\""];
        let before = counted(&labels).await;
        let channel = serve().await.connect().await.unwrap();
        let mut client = tonic_health::pb::health_client::HealthClient::new(channel);
        let mut request = tonic::Request::new(tonic_health::pb::HealthCheckRequest::default());
        request.metadata_mut().insert("traceparent", traceparent(6).parse().unwrap());

        client.check(request).await.unwrap();

        assert!(one_more(before, counted(&labels).await));
        assert!(FIXTURE.delivered_spans_of(&trace_id(6)).await.is_empty());
    });
}
