//! A plain OAuth application with a stand-in of its own.

use std::time::Duration;

use bitbucket_stand_in::{Control, Mode, Settings, StandIn};
use reqwest::{Client, RequestBuilder, Response, redirect};
use serde_json::Value;
use url::Url;

/// Longer than any answer that a test waits for.
const PATIENCE: Duration = Duration::from_secs(10);

/// An application that signs people in.
pub(crate) struct Application {
    pub(crate) stand_in: StandIn,
    pub(crate) control: Control,
    pub(crate) http: Client,
}

impl Application {
    /// Registered as the ready-made consumer.
    pub(crate) async fn start() -> Self {
        Self::start_with(Settings::on_free_port()).await
    }

    /// The same before May 2026.
    pub(crate) async fn start_legacy() -> Self {
        Self::start_with(Settings { mode: Mode::Legacy, ..Settings::on_free_port() }).await
    }

    /// The same with settings of the test's own.
    pub(crate) async fn start_with(settings: Settings) -> Self {
        let stand_in = StandIn::start(settings).await.unwrap();
        let http = Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(PATIENCE)
            // Loopback needs no certificates, and reading the system's takes longer than a test.
            .tls_certs_only([])
            .no_proxy()
            .build()
            .unwrap();
        Self { control: stand_in.control(), stand_in, http }
    }

    /// A query of authorize fields, with key, response type and state unless they are given.
    pub(crate) async fn authorize(&self, fields: &[(&str, &str)]) -> Response {
        let usual =
            [("client_id", StandIn::CONSUMER_KEY), ("response_type", "code"), ("state", "state-1")];
        let given = |name| fields.iter().any(|(field, _)| *field == name);
        let usual: Vec<_> = usual.into_iter().filter(|(name, _)| !given(*name)).collect();
        let query = [usual.as_slice(), fields].concat();
        self.http.get(self.stand_in.authorize_url()).query(&query).send().await.unwrap()
    }

    /// Has a person approve, and takes the code from the redirect.
    pub(crate) async fn code(&self, account: &str, fields: &[(&str, &str)]) -> String {
        self.control.approve_next(account);
        let answer = self.authorize(fields).await;
        assert_eq!(answer.status(), 302);
        field(&location(&answer), "code").unwrap()
    }

    /// A token request with the ready-made consumer's Basic header.
    pub(crate) fn token_request(&self, form: &[(&str, &str)]) -> RequestBuilder {
        self.bare_token_request(form)
            .basic_auth(StandIn::CONSUMER_KEY, Some(StandIn::CONSUMER_SECRET))
    }

    /// A token request without any credential.
    pub(crate) fn bare_token_request(&self, form: &[(&str, &str)]) -> RequestBuilder {
        self.http.post(self.stand_in.token_url()).form(form)
    }

    /// Exchanges a code with the Basic header.
    pub(crate) async fn exchange(&self, code: &str) -> Response {
        let form = [("grant_type", "authorization_code"), ("code", code)];
        self.token_request(&form).send().await.unwrap()
    }

    /// The access token of an account that approves all scopes.
    pub(crate) async fn token(&self, account: &str) -> String {
        self.token_for(account, &[]).await
    }

    /// The access token after an authorize request with more fields.
    pub(crate) async fn token_for(&self, account: &str, fields: &[(&str, &str)]) -> String {
        let code = self.code(account, fields).await;
        let reply = self.exchange(&code).await;
        assert_eq!(reply.status(), 200);
        json(reply).await["access_token"].as_str().unwrap().to_owned()
    }

    /// Reads the API with a bearer header.
    pub(crate) async fn api(&self, path: &str, token: &str) -> Response {
        let url = format!("{}{path}", self.stand_in.api_url());
        self.http.get(url).bearer_auth(token).send().await.unwrap()
    }
}

/// Where a redirect leads.
pub(crate) fn location(answer: &Response) -> Url {
    Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap()
}

/// A field of a URL's query.
pub(crate) fn field(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(field, _)| field == name).map(|(_, value)| value.into_owned())
}

/// The body as JSON.
pub(crate) async fn json(answer: Response) -> Value {
    answer.json().await.unwrap()
}

/// A recorded body.
macro_rules! fixture {
    ($name:literal) => {
        serde_json::from_str::<serde_json::Value>(include_str!(concat!(
            "../../fixtures/",
            $name,
            ".json"
        )))
        .unwrap()
    };
}
pub(crate) use fixture;
