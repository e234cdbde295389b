//! The HTTP client of a provider: what it may do, and what it calls an outage.

use std::{error, io, sync::Arc, time::Duration};

use http::StatusCode;
use latchkey_domain::provider::Error;
use reqwest::{Client, Request, Response, redirect, retry};
use tracing::Span;

use crate::{answer::Answer, endpoint::Reach, resolver::PublicResolver, retry_after};

/// TCP and TLS to a provider that is up take a few round trips; more means that it is not.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Below what servers grant idle connections, so that a kept one is rarely found closed.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// Who we say we are.
const USER_AGENT: &str = concat!("latchkey/", env!("CARGO_PKG_VERSION"));

/// Why a provider counts as unavailable, where no library says it.
#[derive(Debug, thiserror::Error)]
enum Outage {
    /// It says so itself.
    #[error("it answered with status {0}")]
    Status(StatusCode),
    /// It did not answer, or not to the end.
    #[error("it took longer than {0:?}")]
    Slow(Duration),
}

/// One client a provider, whose connections are kept warm.
#[derive(Debug)]
pub(crate) struct Http {
    client: Client,
}

impl Http {
    /// Makes the client. `tls` is false where no endpoint has it: reading the system's certificates is slow.
    ///
    /// Nothing is ever sent twice by the libraries themselves. hyper takes a new connection for a request
    /// of which a closed one accepted no byte; any other doubt is an error here.
    pub(crate) fn open(reach: Reach, tls: bool) -> Result<Self, reqwest::Error> {
        let builder = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .no_proxy()
            .http1_only();
        let builder = match reach {
            Reach::Public => builder.https_only(true).dns_resolver(Arc::new(PublicResolver)),
            Reach::StandIn => builder,
        };
        let builder = if tls { builder } else { builder.tls_certs_only([]) };
        Ok(Self { client: builder.build()? })
    }

    /// Sends a request once; the answer's body is still to be read.
    pub(crate) async fn send(&self, request: Request) -> Result<Answer, Error> {
        let response = self.client.execute(request).await.map_err(broken)?;
        let status = response.status();
        Span::current().record("http.response.status_code", status.as_u16());
        sort(&response)?;
        Ok(Answer::new(response))
    }

    /// The client, to make requests with.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }
}

/// Tells an outage and a limit from an answer.
fn sort(response: &Response) -> Result<(), Error> {
    match response.status() {
        StatusCode::TOO_MANY_REQUESTS => {
            Err(Error::RateLimited { retry_after: retry_after::read(response.headers()) })
        }
        status if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => {
            Err(Error::Unavailable(Outage::Status(status).into()))
        }
        _ => Ok(()),
    }
}

/// A connection that failed on the way; the URL stays out of it, as its query is not for logs.
pub(crate) fn broken(error: reqwest::Error) -> Error {
    let error = error.without_url();
    if error.is_connect() && error::Error::source(&error).is_some_and(is_about_tls) {
        return Error::Insecure(error.into());
    }
    Error::Unavailable(error.into())
}

/// Whatever rustls refuses comes as `InvalidData`; those who wrap it do not name it as their source.
fn is_about_tls(error: &(dyn error::Error + 'static)) -> bool {
    let io = error.downcast_ref::<io::Error>();
    io.is_some_and(|io| io.kind() == io::ErrorKind::InvalidData)
        || io.and_then(io::Error::get_ref).is_some_and(|inner| is_about_tls(inner))
        || error.source().is_some_and(is_about_tls)
}

/// Gives a conversation with a provider its time.
pub(crate) async fn within<T>(
    limit: Duration,
    conversation: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let slow = |_| Err(Error::Unavailable(Outage::Slow(limit).into()));
    tokio::time::timeout(limit, conversation).await.unwrap_or_else(slow)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::{Http, Reach};

    /// Whether a client gets as far as connecting to a name of this machine.
    async fn connects(reach: Reach) -> bool {
        let inside = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}/", inside.local_addr().unwrap().port());
        let http = Http::open(reach, false).unwrap();
        let request = http.client().get(url).build().unwrap();
        tokio::select! {
            answer = http.send(request) => {
                assert!(answer.is_err());
                false
            }
            _ = inside.accept() => true,
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_into_a_private_network_is_not_connected_to() {
        assert!(connects(Reach::StandIn).await);
        assert!(!connects(Reach::Public).await);
    }

    #[tokio::test]
    async fn a_real_provider_is_never_spoken_to_without_tls() {
        let http = Http::open(Reach::Public, false).unwrap();
        let request = http.client().get("http://bitbucket.org/").build().unwrap();
        let error = http.send(request).await.unwrap_err();
        let source = std::error::Error::source(&error).unwrap();
        assert!(source.downcast_ref::<reqwest::Error>().unwrap().is_builder(), "{source:?}");
    }
}
