//! The way of a call: over the network with a key, or straight into the use cases.

use std::{fmt, time::Duration};

use anyhow::{Context, Result};
use latchkey_domain::caller::Caller;
use latchkey_identity::Latchkey;
use secrecy::{ExposeSecret, SecretString};
use tonic::{
    body::Body,
    codegen::{
        BoxFuture, Context as TaskContext, Poll, Service, StdError,
        http::{HeaderValue, Request, Response, header::AUTHORIZATION},
    },
    service::Routes,
    transport::{Channel, ClientTlsConfig, Endpoint},
};
use url::Url;

/// A server that does not take a connection by then is down.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A stream of events says nothing for hours: this finds out that nobody is there any more.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// Carries calls.
#[derive(Clone)]
pub(crate) enum Transport {
    /// To a server, with a key.
    Wire(Channel, HeaderValue),
    /// To the use cases in this process, for whoever holds the database.
    Within(Routes),
}

/// Without the key.
impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self, Self::Wire(..)) { "Wire" } else { "Within" })
    }
}

impl Transport {
    pub(super) fn to(server: &Url, key: &SecretString) -> Result<Self> {
        let mut endpoint = Endpoint::from_shared(server.to_string())?;
        if server.scheme() == "https" {
            // The connection's own limit ends with TCP.
            let tls = ClientTlsConfig::new().with_enabled_roots().timeout(CONNECT_TIMEOUT);
            endpoint = endpoint.tls_config(tls)?;
        }
        let endpoint = endpoint
            .connect_timeout(CONNECT_TIMEOUT)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .keep_alive_while_idle(true);
        let key = HeaderValue::try_from(format!("Bearer {}", key.expose_secret()));
        // What the library says could repeat the key.
        let mut key = key.ok().context("the key holds a character that no key has")?;
        key.set_sensitive(true);
        Ok(Self::Wire(endpoint.connect_lazy(), key))
    }

    pub(super) fn within(latchkey: &Latchkey) -> Result<Self> {
        Ok(Self::Within(latchkey_server::in_process(latchkey)?))
    }
}

impl Service<Request<Body>> for Transport {
    type Response = Response<Body>;
    type Error = StdError;
    type Future = BoxFuture<Self::Response, StdError>;

    fn poll_ready(&mut self, context: &mut TaskContext<'_>) -> Poll<Result<(), StdError>> {
        match self {
            Self::Wire(channel, _) => channel.poll_ready(context).map_err(Into::into),
            Self::Within(routes) => {
                Service::<Request<Body>>::poll_ready(routes, context).map_err(Into::into)
            }
        }
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        match self {
            Self::Wire(channel, key) => {
                request.headers_mut().insert(AUTHORIZATION, key.clone());
                let called = channel.call(request);
                Box::pin(async move { Ok(called.await?) })
            }
            Self::Within(routes) => {
                request.extensions_mut().insert(Caller::of_the_database());
                let called = routes.call(request);
                Box::pin(async move { Ok(called.await?) })
            }
        }
    }
}
