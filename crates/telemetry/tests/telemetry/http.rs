//! Requests to the gateway.

use axum::{Router, body::Body, routing::get};
use http::{Request, Response};
use latchkey_telemetry::{HttpTraceLayer, current_traceparent};
use tower::ServiceExt;

use crate::{
    collector::{attribute, hex},
    fixture::FIXTURE,
    metrics::sample,
};

const STRANGER: &str = "00-5b8aa5a2d2c872e8321cf37308d69df2-051581bf3cb55c13-01";

fn router() -> Router {
    let callback = || async { current_traceparent().unwrap() };
    Router::new()
        .route("/login/callback/{connection}", get(callback))
        .route("/healthz", get(|| async { format!("{:?}", current_traceparent()) }))
        .layer(HttpTraceLayer)
}

async fn ask(request: http::request::Builder) -> (u16, String) {
    let request = request.body(Body::empty()).unwrap();
    let response: Response<Body> = router().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), 1024).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[test]
fn a_span_names_the_route_and_never_the_path_or_the_query() {
    FIXTURE.runtime.block_on(async {
        let uri = "/login/callback/con_1?code=SECRETCODE&state=SECRETSTATE";

        let (_, traceparent) = ask(Request::get(uri)).await;

        let span = FIXTURE.span_of(&traceparent[3..35]).await;
        assert_eq!(span.name, "GET /login/callback/{connection}");
        assert_eq!(attribute(&span, "http.route").unwrap(), "/login/callback/{connection}");
        assert_eq!(attribute(&span, "http.request.method").unwrap(), "GET");
        assert_eq!(attribute(&span, "http.response.status_code").unwrap(), "200");
        let everything = format!("{span:?}");
        assert!(!everything.contains("SECRET") && !everything.contains("con_1"), "{everything}");
    });
}

#[test]
fn a_strangers_trace_is_linked_and_not_joined() {
    FIXTURE.runtime.block_on(async {
        let request = Request::get("/login/callback/con_1").header("traceparent", STRANGER);

        let (_, traceparent) = ask(request).await;

        assert_ne!(traceparent[3..35], STRANGER[3..35]);
        let span = FIXTURE.span_of(&traceparent[3..35]).await;
        assert_eq!(hex(&span.links[0].trace_id), STRANGER[3..35]);
        assert!(span.parent_span_id.is_empty());
    });
}

#[test]
fn requests_are_counted_by_route_and_class_of_status() {
    FIXTURE.runtime.block_on(async {
        let made_up = ["route=\"unmatched\"", "method=\"_OTHER\"", "status_class=\"4xx\""];
        let before = sample("latchkey_http_requests_total", &made_up).await;

        let (status, _) = ask(Request::builder().method("BREW").uri("/made/up/1")).await;
        ask(Request::builder().method("BREW").uri("/made/up/2")).await;

        assert_eq!(status, 404);
        let after = sample("latchkey_http_requests_total", &made_up).await;
        assert!((after - before - 2.0).abs() < f64::EPSILON, "{before} {after}");
    });
}

#[test]
fn liveness_is_counted_and_not_traced() {
    FIXTURE.runtime.block_on(async {
        let (_, traceparent) = ask(Request::get("/healthz")).await;

        assert_eq!(traceparent, "None");
        let healthz = ["route=\"/healthz\"", "status_class=\"2xx\""];
        assert!(sample("latchkey_http_requests_total", &healthz).await >= 1.0);
    });
}
