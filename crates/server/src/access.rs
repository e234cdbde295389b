//! Asks every caller for a key, and lets it make the calls that its kind may make.

mod allowed;
mod caller;

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::future::BoxFuture;
use latchkey_domain::access::ApiKey;
use latchkey_identity::Latchkey;
use tonic::{Status, body::Body, transport::server::TcpConnectInfo};
use tower::{Layer, Service};

use crate::{limits::Limits, prove::prove, status};

pub(crate) use allowed::ALLOWED;
pub(crate) use caller::{bearer, caller};

/// What load balancers and tools ask without a key. Reflection is served only where it is set.
const OPEN: &[&str] = &["/grpc.health.v1.Health/", "/grpc.reflection."];

/// Asks every caller for a key.
#[derive(Debug, Clone)]
pub(crate) struct AccessLayer {
    pub(crate) latchkey: Latchkey,
    pub(crate) limits: Arc<Limits>,
}

/// A service behind the question.
#[derive(Debug, Clone)]
pub(crate) struct Access<S> {
    inner: S,
    latchkey: Latchkey,
    limits: Arc<Limits>,
}

impl<S> Layer<S> for AccessLayer {
    type Service = Access<S>;

    fn layer(&self, inner: S) -> Access<S> {
        Access { inner, latchkey: self.latchkey.clone(), limits: self.limits.clone() }
    }
}

impl<S> Service<http::Request<Body>> for Access<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: http::Request<Body>) -> Self::Future {
        // The one that was polled ready goes into the future; a fresh one takes its place.
        let fresh = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, fresh);
        let (latchkey, limits) = (self.latchkey.clone(), self.limits.clone());
        Box::pin(async move {
            let path = request.uri().path();
            if is_open(path) {
                return inner.call(request).await;
            }
            let peer = request.extensions().get::<TcpConnectInfo>();
            let peer = peer.and_then(TcpConnectInfo::remote_addr).map(|peer| peer.ip());
            let key = match prove(&latchkey, &limits, peer, request.headers()).await {
                Ok(key) => admit(key, path),
                Err(status) => Err(status),
            };
            match key {
                Ok(key) => {
                    request.extensions_mut().insert(key);
                    inner.call(request).await
                }
                Err(status) => Ok(status.into_http()),
            }
        })
    }
}

/// Whether a path is answered whoever asks.
pub(crate) fn is_open(path: &str) -> bool {
    OPEN.iter().any(|open| path.starts_with(open))
}

/// Lets a key make a call that keys of its kind can make.
fn admit(key: Arc<ApiKey>, path: &str) -> Result<Arc<ApiKey>, Status> {
    let kind = key.principal.kind();
    let allowed = ALLOWED.iter().find(|(method, _)| *method == path);
    if allowed.is_some_and(|(_, kinds)| kinds.contains(&kind)) {
        return Ok(key);
    }
    Err(status::not_allowed())
}
