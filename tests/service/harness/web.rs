//! A browser that signs somebody in at a gateway, from the application and back to it.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use reqwest::Response;
use sha2::{Digest, Sha256};
use url::Url;

use super::{TestApp, gateway::Gateway, person::VERIFIER, seed::REDIRECT_URI};

impl TestApp {
    /// What a gateway answers to a browser without cookies.
    pub(crate) async fn visit_at(&self, gateway: &Gateway, path_and_query: &str) -> Response {
        self.http.get(gateway.base_url.join(path_and_query).unwrap()).send().await.unwrap()
    }

    /// A whole sign-in in a browser; where it ends, at the application.
    pub(crate) async fn sign_in_at(&self, gateway: &Gateway, account: &str) -> Url {
        let mut start = gateway.base_url.join("login").unwrap();
        start.query_pairs_mut().extend_pairs([
            ("application", "notes"),
            ("connection", "bitbucket"),
            ("redirect_uri", REDIRECT_URI),
            ("state", "the-applications-own"),
            ("code_challenge", &BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))),
        ]);
        let started = self.http.get(start).send().await.unwrap();
        let cookies = cookies(&started);
        let form = [("account", account), ("decision", "grant")];
        let consented = self.http.post(location(&started)).form(&form).send().await.unwrap();
        let callback = location(&consented);
        assert!(callback.as_str().starts_with(gateway.base_url.as_str()), "{callback}");
        let returned = self.http.get(callback).header("cookie", cookies).send().await.unwrap();
        location(&returned)
    }
}

/// Where the browser is sent.
fn location(answer: &Response) -> Url {
    let status = answer.status();
    let location = answer.headers().get("location");
    let location = location.unwrap_or_else(|| panic!("{status} without a redirect"));
    Url::parse(location.to_str().unwrap()).unwrap()
}

/// The cookies of an answer, as the browser sends them back.
fn cookies(answer: &Response) -> String {
    let set = answer.headers().get_all("set-cookie").into_iter();
    let pairs = set.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned());
    pairs.collect::<Vec<_>>().join("; ")
}
