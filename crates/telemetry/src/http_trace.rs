//! The layer of an HTTP server: one span and one count for each request.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Instant,
};

use axum::extract::MatchedPath;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use pin_project_lite::pin_project;
use tower::{Layer, Service};
use tracing::{Span, field::Empty};

use crate::{metrics, propagation};

/// Asked every few seconds by machines: counted, not traced.
const LIVENESS: &str = "/healthz";
/// What stands for every path that no route has.
const NO_ROUTE: &str = "unmatched";
/// What stands for a request whose client went away before it was answered.
const UNANSWERED: &str = "none";

/// Traces and counts the requests of an axum router; add it with `Router::layer`, where the route is known.
///
/// A span names the route and never the path or the query, which hold codes, states and tickets. The trace is a
/// new one: browsers are strangers, so a `traceparent` of theirs becomes a link.
#[derive(Debug, Clone, Copy, Default)]
pub struct HttpTraceLayer;

impl<S> Layer<S> for HttpTraceLayer {
    type Service = HttpTrace<S>;

    fn layer(&self, inner: S) -> Self::Service {
        HttpTrace { inner }
    }
}

/// What [`HttpTraceLayer`] makes of a service.
#[derive(Debug, Clone)]
pub struct HttpTrace<S> {
    inner: S,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for HttpTrace<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
{
    type Response = Response<ResBody>;
    type Error = S::Error;
    type Future = Answer<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let exchange = Exchange::begin(&request);
        let inner = exchange.span.in_scope(|| self.inner.call(request));
        Answer { inner, exchange }
    }
}

/// One request under way; counts itself when it ends, answered or not.
#[derive(Debug)]
struct Exchange {
    route: Option<MatchedPath>,
    method: &'static str,
    span: Span,
    started: Instant,
    status: Option<StatusCode>,
}

impl Exchange {
    fn begin<B>(request: &Request<B>) -> Self {
        let route = request.extensions().get::<MatchedPath>().cloned();
        let method = known(request.method());
        let path = route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
        let span =
            if path == LIVENESS { Span::none() } else { span(method, path, request.headers()) };
        Self { route, method, span, started: Instant::now(), status: None }
    }

    fn answered(&mut self, status: StatusCode) {
        self.status = Some(status);
        self.span.record("http.response.status_code", status.as_u16());
        if status.is_server_error() {
            self.span.record("otel.status_code", "ERROR");
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let route = self.route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
        let class = self.status.map_or(UNANSWERED, class);
        metrics::http_request(self.method, route, class, self.started.elapsed());
    }
}

fn span(method: &str, route: &str, headers: &HeaderMap) -> Span {
    let span = tracing::info_span!(
        parent: None,
        "http request",
        otel.name = %format_args!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
    );
    if let Some(stranger) = headers.get("traceparent").and_then(|value| value.to_str().ok()) {
        propagation::link_to(&span, stranger);
    }
    span
}

/// The method's name from a closed list (OpenTelemetry's semantic conventions for HTTP).
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "_OTHER",
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

pin_project! {
    /// The answer to come, worked on inside the request's span.
    #[derive(Debug)]
    pub struct Answer<F> {
        #[pin]
        inner: F,
        exchange: Exchange,
    }
}

impl<F, ResBody, E> Future for Answer<F>
where
    F: Future<Output = Result<Response<ResBody>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let answer = {
            let _entered = this.exchange.span.enter();
            ready!(this.inner.poll(cx))
        };
        if let Ok(response) = &answer {
            this.exchange.answered(response.status());
        }
        Poll::Ready(answer)
    }
}
