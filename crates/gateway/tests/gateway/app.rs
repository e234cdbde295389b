//! A gateway with a scripted service behind it.

use std::{net::SocketAddr, sync::Arc};

use latchkey_gateway::{Config, demo};
use latchkey_proto::v1::{
    CompleteLoginResponse, ListLoginOptionsResponse, LoginOption, SignedIn, StartLoginResponse,
    complete_login_response::Outcome, social_login_server::SocialLoginServer,
};
use latchkey_proto::well_known::Duration;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::{Code, transport::Server};

use crate::{
    browser::{self, Answer},
    peer::{Peer, refusal},
};

/// The application's redirect URI.
pub(crate) const REDIRECT_URI: &str = "https://notes.example/cb?from=latchkey";
/// The same, in a query.
pub(crate) const REDIRECT_URI_ENCODED: &str = "https%3A%2F%2Fnotes.example%2Fcb%3Ffrom%3Dlatchkey";
/// A code challenge.
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// The state that the service makes, and the end of its cookie's name, computed elsewhere.
pub(crate) const STATE: &str = "c3RhdGU";
pub(crate) const STATE_SUFFIX: &str = "nI3gx5CBAYYYFEUy";
/// The value of that cookie.
pub(crate) const SECRET: &str = "browser-secret-of-this-sign-in";
/// Where the provider is.
pub(crate) const PROVIDER: &str = "https://provider.example/authorize?client_id=k&state=c3RhdGU";

/// A gateway, its service, and what stops them.
pub(crate) struct App {
    pub(crate) peer: Arc<Peer>,
    pub(crate) address: SocketAddr,
    _stop: DropGuard,
}

impl App {
    /// One that browsers reach by plain http on `localhost`.
    pub(crate) async fn start() -> Self {
        Self::at("http://localhost:8080", "").await
    }

    /// One that browsers reach by https, through something that ends TLS.
    pub(crate) async fn https() -> Self {
        Self::at("https://login.example.com", "").await
    }

    /// One on `base_url`, in which the proxies in this network are believed, if it is one.
    pub(crate) async fn at(base_url: &str, trusted: &str) -> Self {
        let peer = Peer::new();
        script(&peer);
        let stop = CancellationToken::new();
        let endpoint = serve_peer(peer.clone(), stop.clone()).await;
        let config = Config {
            base_url: base_url.parse().unwrap(),
            trusted_proxies: trusted.parse().into_iter().collect(),
            environment: "environments/dev".to_owned(),
            endpoint: format!("http://{endpoint}").parse().unwrap(),
            key: "gateway-key".into(),
            ..Config::default()
        };
        assert_eq!(config.problems(), [""; 0]);
        let address = serve_gateway(&config, stop.clone()).await;
        Self { peer, address, _stop: stop.drop_guard() }
    }

    /// Sends `GET path`.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    /// Sends `GET path` with headers.
    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        browser::send(self.address, &format!("GET {path}"), headers, "").await
    }

    /// Sends a form with headers.
    pub(crate) async fn post(&self, path: &str, form: &str, headers: &[(&str, &str)]) -> Answer {
        let mut all = vec![("Content-Type", "application/x-www-form-urlencoded")];
        all.extend(headers);
        browser::send(self.address, &format!("POST {path}"), &all, form).await
    }

    /// Comes back from the provider with the right cookie.
    pub(crate) async fn callback(&self, query: &str) -> Answer {
        let cookie = format!("latchkey-{STATE_SUFFIX}={SECRET}");
        self.get_with(&format!("/login/callback/bitbucket?{query}"), &[("Cookie", &cookie)]).await
    }
}

/// The query of a sign-in page that is all right.
pub(crate) fn query() -> String {
    format!(
        "application=notes&redirect_uri={REDIRECT_URI_ENCODED}&state=app-state&code_challenge={CHALLENGE}"
    )
}

/// A service at which everything goes well.
fn script(peer: &Peer) {
    peer.options.answers(|asked| {
        if asked.application != "environments/dev/applications/notes" {
            return Err(refusal(Code::NotFound, "RESOURCE_NOT_FOUND"));
        }
        if asked.redirect_uri != REDIRECT_URI {
            return Err(refusal(Code::InvalidArgument, "REDIRECT_URI_NOT_REGISTERED"));
        }
        Ok(ListLoginOptionsResponse {
            application_display_name: "Acme Notes".to_owned(),
            application_logo: None,
            options: vec![option("bitbucket", "Bitbucket"), option("second", "Bitbucket at work")],
        })
    });
    peer.start.answers(|asked| {
        Ok(StartLoginResponse {
            authorization_url: PROVIDER.to_owned(),
            browser_secret: SECRET.to_owned(),
            cookie_name: attempt_cookie(&asked.host),
            cookie_max_age: Some(Duration { seconds: 2700, nanos: 0 }),
        })
    });
    peer.complete.answers(|asked| {
        if asked.state != STATE {
            return Err(refusal(Code::InvalidArgument, "STATE_INVALID"));
        }
        if asked.browser_secret != SECRET {
            return Err(refusal(Code::PermissionDenied, "BROWSER_MISMATCH"));
        }
        Ok(signed_in(&format!("{REDIRECT_URI}&code=login-code&state=app-state")))
    });
}

/// The name of an attempt's cookie on `host`.
pub(crate) fn attempt_cookie(host: &str) -> String {
    let prefix = if host.contains("localhost") { "latchkey-" } else { "__Host-latchkey-" };
    format!("{prefix}{STATE_SUFFIX}")
}

/// A sign-in that went well.
pub(crate) fn signed_in(redirect_url: &str) -> CompleteLoginResponse {
    let end = SignedIn { redirect_url: redirect_url.to_owned(), reference_id: "ref-1".to_owned() };
    CompleteLoginResponse { outcome: Some(Outcome::SignedIn(end)) }
}

/// A way in.
pub(crate) fn option(id: &str, display_name: &str) -> LoginOption {
    LoginOption {
        connection: format!("environments/dev/connections/{id}"),
        display_name: display_name.to_owned(),
        provider: "bitbucket".to_owned(),
    }
}

async fn serve_peer(peer: Arc<Peer>, stop: CancellationToken) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter.set_serving::<SocialLoginServer<Peer>>().await;
    let server = Server::builder()
        .add_service(SocialLoginServer::from_arc(peer))
        .add_service(health)
        .serve_with_incoming_shutdown(TcpListenerStream::new(listener), stop.cancelled_owned());
    tokio::spawn(server);
    address
}

async fn serve_gateway(config: &Config, stop: CancellationToken) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let channel = latchkey_gateway::channel(config).unwrap();
    let demo = demo::DemoSettings {
        base_url: config.base_url.clone(),
        application: "notes".to_owned(),
        key: "application-key".into(),
        channel: channel.clone(),
    };
    let router = latchkey_gateway::router(config, channel).merge(demo::demo_router(demo));
    tokio::spawn(latchkey_gateway::serve(listener, router, stop));
    address
}
