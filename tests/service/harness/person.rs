//! What a person, their browser, a gateway and an application do in a sign-in.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use latchkey_proto::v1::{
    CompleteLoginRequest, CompleteLoginResponse, RedeemLoginRequest, RedeemLoginResponse,
    StartLoginRequest, StartLoginResponse, complete_login_response::Outcome,
};
use sha2::{Digest, Sha256};
use tonic::Status;
use url::Url;

use super::{TestApp, app::HOST, seed::REDIRECT_URI};

/// The verifier of every sign-in here; each has a login code of its own.
pub(crate) const VERIFIER: &str = "a-code-verifier-of-forty-three-characters-or-more";

/// A sign-in that was begun: what the browser holds.
#[derive(Debug, Clone)]
pub(crate) struct Begun {
    pub(crate) connection: String,
    /// Where the browser is.
    pub(crate) host: String,
    pub(crate) authorization_url: Url,
    pub(crate) browser_secret: String,
    pub(crate) cookie_name: String,
    pub(crate) state: String,
}

/// What the provider sent the browser back with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Callback {
    pub(crate) state: String,
    pub(crate) code: String,
    pub(crate) error: String,
}

impl Begun {
    /// What a start was answered with.
    pub(crate) fn new(connection: String, started: StartLoginResponse) -> Self {
        let authorization_url = Url::parse(&started.authorization_url).unwrap();
        Self {
            connection,
            host: HOST.to_owned(),
            state: parameter(&authorization_url, "state"),
            authorization_url,
            browser_secret: started.browser_secret,
            cookie_name: started.cookie_name,
        }
    }

    fn callback_in(&self, answer: &reqwest::Response) -> Callback {
        let location = answer.headers().get("location");
        let location = location.unwrap_or_else(|| panic!("no redirect: {}", answer.status()));
        let url = Url::parse(location.to_str().unwrap()).unwrap();
        let connection = self.connection.rsplit('/').next().unwrap();
        let wanted = format!("https://{}/login/callback/{connection}?", self.host);
        assert!(url.as_str().starts_with(&wanted), "{url}");
        Callback {
            state: parameter(&url, "state"),
            code: parameter(&url, "code"),
            error: parameter(&url, "error"),
        }
    }
}

impl TestApp {
    /// A start as the sign-in page makes it; a test changes what it wants.
    #[expect(clippy::unused_self, reason = "a verb like the others")]
    pub(crate) fn start_request(&self) -> StartLoginRequest {
        StartLoginRequest {
            connection: "environments/dev/connections/bitbucket".to_owned(),
            application: "environments/dev/applications/notes".to_owned(),
            redirect_uri: REDIRECT_URI.to_owned(),
            state: "the-applications-own".to_owned(),
            code_challenge: BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER)),
            host: HOST.to_owned(),
            ..StartLoginRequest::default()
        }
    }

    /// Begins a sign-in.
    pub(crate) async fn begin(&self) -> Begun {
        self.begin_with(self.start_request()).await.unwrap()
    }

    /// Begins a sign-in with this request.
    pub(crate) async fn begin_with(&self, request: StartLoginRequest) -> Result<Begun, Status> {
        let (connection, host) = (request.connection.clone(), request.host.clone());
        let started = self.login().start_login(request).await?.into_inner();
        Ok(Begun { host, ..Begun::new(connection, started) })
    }

    /// Says yes at Bitbucket, as one of its accounts.
    pub(crate) async fn consent(&self, begun: &Begun, account: &str) -> Callback {
        self.answer_consent(begun, &[("account", account), ("decision", "grant")]).await
    }

    /// Says no at Bitbucket.
    pub(crate) async fn deny(&self, begun: &Begun) -> Callback {
        self.answer_consent(begun, &[("account", "alice"), ("decision", "deny")]).await
    }

    async fn answer_consent(&self, begun: &Begun, form: &[(&str, &str)]) -> Callback {
        let url = begun.authorization_url.clone();
        let answer = self.http.post(url).form(form).send().await.unwrap();
        begun.callback_in(&answer)
    }

    /// Goes to Bitbucket, where a decision was queued.
    pub(crate) async fn visit(&self, begun: &Begun) -> Callback {
        let answer = self.http.get(begun.authorization_url.clone()).send().await.unwrap();
        begun.callback_in(&answer)
    }

    /// A callback as the gateway passes it on; a test changes what it wants.
    #[expect(clippy::unused_self, reason = "a verb like the others")]
    pub(crate) fn complete_request(
        &self,
        begun: &Begun,
        callback: &Callback,
    ) -> CompleteLoginRequest {
        CompleteLoginRequest {
            connection: begun.connection.clone(),
            host: begun.host.clone(),
            state: callback.state.clone(),
            browser_secret: begun.browser_secret.clone(),
            code: callback.code.clone(),
            error: callback.error.clone(),
            ..CompleteLoginRequest::default()
        }
    }

    /// Brings a callback in.
    pub(crate) async fn complete(
        &self,
        begun: &Begun,
        callback: &Callback,
    ) -> Result<CompleteLoginResponse, Status> {
        let request = self.complete_request(begun, callback);
        self.login().complete_login(request).await.map(tonic::Response::into_inner)
    }

    /// Redeems a login code.
    pub(crate) async fn redeem(&self, code: &str) -> Result<RedeemLoginResponse, Status> {
        let request =
            RedeemLoginRequest { code: code.to_owned(), code_verifier: VERIFIER.to_owned() };
        self.application().redeem_login(request).await.map(tonic::Response::into_inner)
    }

    /// Everything up to the answer to the callback.
    pub(crate) async fn come_back(&self, account: &str) -> CompleteLoginResponse {
        let begun = self.begin().await;
        let callback = self.consent(&begun, account).await;
        self.complete(&begun, &callback).await.unwrap()
    }

    /// A whole sign-in, from the button to the application.
    pub(crate) async fn sign_in(&self, account: &str) -> RedeemLoginResponse {
        let completed = self.come_back(account).await;
        self.redeem(&login_code(&completed)).await.unwrap()
    }
}

/// Where the browser goes after a sign-in that went well.
pub(crate) fn redirect(completed: &CompleteLoginResponse) -> Url {
    match completed.outcome.as_ref().unwrap() {
        Outcome::SignedIn(end) => Url::parse(&end.redirect_url).unwrap(),
        other => panic!("not signed in: {other:?}"),
    }
}

/// The login code that it takes along.
pub(crate) fn login_code(completed: &CompleteLoginResponse) -> String {
    parameter(&redirect(completed), "code")
}

/// A parameter of a URL; empty if it is not there.
pub(crate) fn parameter(url: &Url, name: &str) -> String {
    let found = url.query_pairs().find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned()).unwrap_or_default()
}
