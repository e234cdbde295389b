//! RPCs, answered and asked.

use std::convert::Infallible;

use axum::body::Body;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, StreamBody};
use latchkey_telemetry::{GrpcTraceLayer, current_traceparent, inject};
use tower::{Layer, ServiceExt, service_fn};

use crate::{
    collector::{attribute, hex},
    fixture::FIXTURE,
    metrics::sample,
};

const PARENT: &str = "051581bf3cb55c13";

/// A trace of the test's own, so that tests of one process do not meet.
pub(crate) fn traceparent(trace: u128) -> String {
    format!("00-{trace:032x}-{PARENT}-01")
}

pub(crate) fn trace_id(trace: u128) -> String {
    format!("{trace:032x}")
}

/// Calls `path` of a server that answers with `answer`, with that trace as the caller's.
async fn call(path: &str, trace: u128, answer: Response<Body>) -> Response<impl http_body::Body> {
    let layer = GrpcTraceLayer::new(["/test.Service/Known"]);
    let mut answer = Some(answer);
    let service = layer.layer(service_fn(move |_: Request<Body>| {
        std::future::ready(Ok::<_, Infallible>(answer.take().unwrap()))
    }));
    let request = Request::post(path).header("traceparent", traceparent(trace)).body(Body::empty());
    service.oneshot(request.unwrap()).await.unwrap()
}

pub(crate) async fn counted(labels: &[&str]) -> f64 {
    sample("latchkey_rpc_requests_total", labels).await
}

/// Whether exactly one more was counted.
pub(crate) fn one_more(before: f64, after: f64) -> bool {
    (after - before - 1.0).abs() < f64::EPSILON
}

fn trailers(status: &'static str) -> HeaderMap {
    HeaderMap::from_iter([("grpc-status".parse().unwrap(), status.parse().unwrap())])
}

#[test]
fn a_callers_trace_goes_through_the_service_and_on_to_the_next() {
    FIXTURE.runtime.block_on(async {
        let service = GrpcTraceLayer::new(["/test.Service/Known"]).layer(service_fn(
            |_: Request<Body>| async {
                let mut next = HeaderMap::new();
                inject(&mut next);
                let outgoing = next["traceparent"].to_str().unwrap().to_owned();
                assert_eq!(current_traceparent().unwrap(), outgoing);
                Ok::<_, Infallible>(Response::new(Body::from(outgoing)))
            },
        ));
        let request = Request::post("/test.Service/Known")
            .header("traceparent", traceparent(1))
            .body(Body::empty());

        let response = service.oneshot(request.unwrap()).await.unwrap();
        let outgoing = response.into_body().collect().await.unwrap().to_bytes();

        let outgoing = std::str::from_utf8(&outgoing).unwrap();
        assert_eq!(outgoing[3..35], trace_id(1));
        let span = FIXTURE.span_of(&trace_id(1)).await;
        assert_eq!(hex(&span.span_id), outgoing[36..52]);
        assert_eq!(hex(&span.parent_span_id), PARENT);
    });
}

#[test]
fn a_streams_status_is_read_from_its_trailers() {
    FIXTURE.runtime.block_on(async {
        let labels = ["service=\"test.Service\"", "method=\"Known\"", "code=\"ABORTED\""];
        let before = counted(&labels).await;
        let frames = [
            Ok::<_, Infallible>(http_body::Frame::data("one".into())),
            Ok(http_body::Frame::data("two".into())),
            Ok(http_body::Frame::trailers(trailers("10"))),
        ];
        let stream = Body::new(StreamBody::new(tokio_stream::iter(frames)));

        let response = call("/test.Service/Known", 2, Response::new(stream)).await;
        assert_eq!(counted(&labels).await.to_string(), before.to_string());
        let Ok(body) = response.into_body().collect().await else { panic!("the stream broke") };

        assert_eq!(body.trailers().unwrap()["grpc-status"], "10");
        assert_eq!(body.to_bytes(), "onetwo");
        assert!(one_more(before, counted(&labels).await));
        let span = FIXTURE.span_of(&trace_id(2)).await;
        assert_eq!(span.name, "test.Service/Known");
        assert_eq!(attribute(&span, "rpc.system").unwrap(), "grpc");
        assert_eq!(attribute(&span, "rpc.service").unwrap(), "test.Service");
        assert_eq!(attribute(&span, "rpc.method").unwrap(), "Known");
        assert_eq!(attribute(&span, "rpc.grpc.status_code").unwrap(), "10");
    });
}

#[test]
fn a_status_without_a_body_is_read_from_the_headers() {
    FIXTURE.runtime.block_on(async {
        let mut answer = Response::new(Body::empty());
        *answer.headers_mut() = trailers("13");

        drop(call("/test.Service/Known", 3, answer).await);

        let span = FIXTURE.span_of(&trace_id(3)).await;
        assert_eq!(attribute(&span, "rpc.grpc.status_code").unwrap(), "13");
        // An internal error is the server's fault: status code 2 is ERROR in OTLP.
        assert_eq!(span.status.unwrap().code, 2);
    });
}

#[test]
fn a_stream_that_the_caller_leaves_is_cancelled() {
    FIXTURE.runtime.block_on(async {
        let endless = StreamBody::new(tokio_stream::pending::<Result<_, Infallible>>());
        let endless: StreamBody<
            tokio_stream::Pending<Result<http_body::Frame<axum::body::Bytes>, _>>,
        > = endless;

        let response = call("/test.Service/Known", 4, Response::new(Body::new(endless))).await;
        drop(response);

        let span = FIXTURE.span_of(&trace_id(4)).await;
        assert_eq!(attribute(&span, "rpc.grpc.status_code").unwrap(), "1");
    });
}

#[test]
fn a_made_up_method_is_counted_as_unknown() {
    FIXTURE.runtime.block_on(async {
        let labels = ["service=\"unknown\"", "method=\"unknown\"", "code=\"UNIMPLEMENTED\""];
        let before = counted(&labels).await;
        let mut answer = Response::new(Body::empty());
        *answer.headers_mut() = trailers("12");

        drop(call("/made.Up/Label", 5, answer).await);

        assert!(one_more(before, counted(&labels).await));
    });
}
