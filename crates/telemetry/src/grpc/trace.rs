//! The layer of a gRPC server: one span and one count for each RPC.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use super::{body::TracedBody, call::Call, code::Code, methods::Methods};

/// Traces and counts the RPCs of a server. The caller's `traceparent` becomes the parent: callers are our own services.
#[derive(Debug, Clone)]
pub struct GrpcTraceLayer {
    methods: Arc<Methods>,
}

impl GrpcTraceLayer {
    /// Takes the paths of the server's methods, such as `/latchkey.v1.SocialLogin/StartLogin`.
    ///
    /// Calls to any other path count as one method named `unknown`, so that a caller cannot make up labels.
    /// Health checks and reflection need not be named; they are counted and not traced.
    pub fn new<P: Into<String>>(paths: impl IntoIterator<Item = P>) -> Self {
        Self { methods: Arc::new(Methods::new(paths)) }
    }
}

impl<S> Layer<S> for GrpcTraceLayer {
    type Service = GrpcTrace<S>;

    fn layer(&self, inner: S) -> Self::Service {
        GrpcTrace { inner, methods: Arc::clone(&self.methods) }
    }
}

/// What [`GrpcTraceLayer`] makes of a service.
#[derive(Debug, Clone)]
pub struct GrpcTrace<S> {
    inner: S,
    methods: Arc<Methods>,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for GrpcTrace<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: Body,
{
    type Response = Response<TracedBody<ResBody>>;
    type Error = S::Error;
    type Future = Answer<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let call = Call::begin(self.methods.at(request.uri().path()), request.headers());
        let inner = call.span().in_scope(|| self.inner.call(request));
        Answer { inner, call: Some(call) }
    }
}

pin_project! {
    /// The answer to come, worked on inside the RPC's span.
    #[derive(Debug)]
    pub struct Answer<F> {
        #[pin]
        inner: F,
        // Moves on to the body with the answer's head.
        call: Option<Call>,
    }
}

impl<F, ResBody, E> Future for Answer<F>
where
    F: Future<Output = Result<Response<ResBody>, E>>,
    ResBody: Body,
{
    type Output = Result<Response<TracedBody<ResBody>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let head = {
            let _entered = this.call.as_ref().map(|call| call.span().enter());
            ready!(this.inner.poll(cx))
        };
        let mut call = this.call.take();
        Poll::Ready(match head {
            Ok(response) => {
                // A failed unary call has its status here and no body ("trailers-only"); others have it in the trailers.
                let status = Code::from_headers(response.headers());
                let nothing_follows = response.body().is_end_stream().then_some(Code::UNKNOWN);
                if let (Some(call), Some(code)) = (&mut call, status.or(nothing_follows)) {
                    call.end(code);
                }
                Ok(response.map(|body| TracedBody::new(body, call)))
            }
            Err(error) => {
                if let Some(call) = &mut call {
                    call.end(Code::UNKNOWN);
                }
                Err(error)
            }
        })
    }
}
