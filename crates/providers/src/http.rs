//! The HTTP client of a provider, and what it may do.

use std::{sync::Arc, time::Duration};

use latchkey_domain::provider::Error;
use reqwest::{Client, ClientBuilder, Request, redirect, retry};
use tracing::Span;

use crate::{
    answer::Answer,
    endpoint::Reach,
    outage::{broken, sort},
    resolver::Screened,
};

/// TCP and TLS to a provider that is up take a few round trips; more means that it is not.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Below what servers grant idle connections, so that a kept one is rarely found closed.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// Who we say we are.
const USER_AGENT: &str = concat!("latchkey/", env!("CARGO_PKG_VERSION"));

/// One client a provider, whose connections are kept warm.
#[derive(Debug)]
pub(crate) struct Http {
    client: Client,
}

impl Http {
    /// Makes the client. `tls` is false where no endpoint has it: reading the system's certificates is slow.
    pub(crate) fn open(reach: Reach, tls: bool) -> Result<Self, reqwest::Error> {
        let builder = match reach {
            Reach::Public => plain().https_only(true).dns_resolver(Arc::new(Screened::PUBLIC)),
            Reach::StandIn => plain(),
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

/// What every client is like, wherever it leads.
///
/// Nothing is ever sent twice by the libraries themselves. hyper takes a new connection for a request
/// of which a closed one accepted no byte; any other doubt is an error here.
fn plain() -> ClientBuilder {
    Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .no_proxy()
        .http1_only()
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        net::{IpAddr, Ipv4Addr, SocketAddr},
        sync::{
            Arc,
            atomic::{AtomicU8, Ordering},
        },
    };

    use futures_util::FutureExt as _;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::{Http, Reach, plain};
    use crate::resolver::{LookUp, Screened};

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
    /// Plays the public address of a name, and the private one that it has the next time.
    const PLAYS_PUBLIC: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
    const PRIVATE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    /// A name that changes its mind, and how often it was looked up.
    struct Rebinding;
    static LOOK_UPS: AtomicU8 = AtomicU8::new(0);

    impl Rebinding {
        fn resolver() -> Screened {
            let look_up: LookUp = |_| {
                let first = LOOK_UPS.fetch_add(1, Ordering::Relaxed) == 0;
                let answer = if first { PLAYS_PUBLIC } else { PRIVATE };
                async move { io::Result::Ok(vec![SocketAddr::new(answer, 0)]) }.boxed()
            };
            Screened { look_up, lets_through: |address| address == PLAYS_PUBLIC }
        }
    }

    #[tokio::test]
    async fn a_name_that_changes_its_mind_after_the_check_gains_nothing() {
        let outside = TcpListener::bind((PLAYS_PUBLIC, 0)).await.unwrap();
        let port = outside.local_addr().unwrap().port();
        let inside = TcpListener::bind((PRIVATE, port)).await.unwrap();
        let builder = plain().dns_resolver(Arc::new(Rebinding::resolver())).tls_certs_only([]);
        let http = Http { client: builder.build().unwrap() };
        let ask = || {
            let url = format!("http://rebinding.example:{port}/");
            http.send(http.client().get(url).bearer_auth("token").build().unwrap())
        };

        // The connection goes to the address that was checked, and nobody is asked in between.
        let (answered, ()) = tokio::join!(ask(), async {
            let (mut stream, _) = outside.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4_096]).await.unwrap();
            let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
            stream.write_all(answer).await.unwrap();
        });
        assert_eq!(answered.unwrap().status(), 204);
        assert_eq!(LOOK_UPS.load(Ordering::Relaxed), 1);

        assert!(ask().await.is_err());
        assert_eq!(LOOK_UPS.load(Ordering::Relaxed), 2);
        assert!(inside.accept().now_or_never().is_none(), "nobody came in");
    }
}
