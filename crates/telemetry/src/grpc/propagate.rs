//! The layer of a gRPC client: the callee's span becomes a child of ours.

use std::task::{Context, Poll};

use http::Request;
use tower::{Layer, Service};

use crate::propagation;

/// Writes the current span's `traceparent` into the metadata of each outgoing RPC.
#[derive(Debug, Clone, Copy, Default)]
pub struct GrpcPropagateLayer;

impl<S> Layer<S> for GrpcPropagateLayer {
    type Service = GrpcPropagate<S>;

    fn layer(&self, inner: S) -> Self::Service {
        GrpcPropagate { inner }
    }
}

/// What [`GrpcPropagateLayer`] makes of a channel.
#[derive(Debug, Clone)]
pub struct GrpcPropagate<S> {
    inner: S,
}

impl<S, B> Service<Request<B>> for GrpcPropagate<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        propagation::inject(request.headers_mut());
        self.inner.call(request)
    }
}
