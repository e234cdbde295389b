//! A provider and the stand-in that it talks to.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bitbucket_stand_in::{Control, Mode, Settings, StandIn};
use futures_util::future::join_all;
use latchkey_domain::{
    profile::{Account, usable},
    provider::{AuthorizationRequest, Client, Error, Grant, Provider, ProviderName},
};
use latchkey_providers::{ProviderConfig, Registry};
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

/// A state as sealed states look: long, and with characters that must be escaped.
pub(crate) const STATE: &str = "sealed.state+/=&x";

/// A provider with its stand-in, in one of the stand-in's modes.
pub(crate) struct Stage {
    pub(crate) stand_in: StandIn,
    pub(crate) control: Control,
    pub(crate) provider: Arc<dyn Provider>,
    browser: reqwest::Client,
}

/// Plays a test on a stage of its own for every kind of provider and every mode, side by side.
pub(crate) async fn on_every_stage(test: impl AsyncFn(Stage)) {
    let mut stages = Vec::new();
    for kind in Registry::kinds() {
        assert_eq!(kind, "bitbucket", "a new kind of provider needs a stand-in here");
        for mode in [Mode::Since2026, Mode::Legacy] {
            stages.push(Stage::bitbucket(mode).await);
        }
    }
    join_all(stages.into_iter().map(|stage| test(stage))).await;
}

impl Stage {
    /// Bitbucket as it is, or as it was before May 2026.
    pub(crate) async fn bitbucket(mode: Mode) -> Self {
        let settings = Settings { mode, ..Settings::on_free_port() };
        let stand_in = StandIn::start(settings).await.unwrap();
        let provider = bitbucket(json!({
            "stand_in": true,
            "authorize_url": stand_in.authorize_url(),
            "token_url": stand_in.token_url(),
            "api_url": stand_in.api_url(),
        }));
        let browser = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            .tls_certs_only([])
            .no_proxy()
            .build()
            .unwrap();
        Self { control: stand_in.control(), stand_in, provider, browser }
    }

    /// Where a browser is sent.
    pub(crate) fn authorization_url(&self) -> Url {
        self.provider.authorization_url(&AuthorizationRequest {
            client_id: StandIn::CONSUMER_KEY,
            redirect_uri: &redirect_uri(),
            state: STATE,
            upstream_params: &[],
        })
    }

    /// Has a person approve in a browser, and takes the code from the callback.
    pub(crate) async fn code(&self, account: &str) -> SecretString {
        self.control.approve_next(account);
        let answer = self.browser.get(self.authorization_url()).send().await.unwrap();
        let location = answer.headers().get("location").expect("a redirect").to_str().unwrap();
        field(&location.parse().unwrap(), "code").expect("a code").into()
    }

    /// Trades a code with the ready-made consumer's secret.
    pub(crate) async fn trade(&self, code: &SecretString) -> Result<Grant, Error> {
        exchange(&*self.provider, code).await
    }

    /// Signs a person in as far as the token.
    pub(crate) async fn grant(&self, account: &str) -> Grant {
        self.trade(&self.code(account).await).await.unwrap()
    }

    /// Signs a person in as far as the account.
    pub(crate) async fn account(&self, account: &str) -> Result<Account, Error> {
        self.provider.account(&self.grant(account).await).await
    }

    /// Signs a person in, and reads their address.
    pub(crate) async fn email(&self, account: &str) -> Result<Option<String>, Error> {
        let emails = self.provider.emails(&self.grant(account).await).await?;
        Ok(usable(&emails).map(ToString::to_string))
    }

    /// How many requests came for a path.
    pub(crate) fn requests_to(&self, path: &str) -> usize {
        self.control.requests().iter().filter(|request| request.path == path).count()
    }
}

/// The Bitbucket of these settings.
pub(crate) fn bitbucket(settings: Value) -> Arc<dyn Provider> {
    let name = ProviderName::parse("bitbucket").unwrap();
    let Value::Object(settings) = settings else { panic!("settings are a table") };
    let config = ProviderConfig { kind: "bitbucket".to_owned(), settings };
    let registry = Registry::open(&BTreeMap::from([(name.clone(), config)])).unwrap();
    registry.provider(&name).unwrap()
}

/// Trades a code at any provider as the ready-made consumer.
pub(crate) async fn exchange(provider: &dyn Provider, code: &SecretString) -> Result<Grant, Error> {
    let secret = SecretString::from(StandIn::CONSUMER_SECRET);
    let client = Client { id: StandIn::CONSUMER_KEY, secret: &secret };
    provider.exchange(client, code, &redirect_uri()).await
}

/// Below the callback that the ready-made consumer is registered with.
pub(crate) fn redirect_uri() -> Url {
    format!("{}/bitbucket", StandIn::CALLBACK_URL).parse().unwrap()
}

/// The first value of a field of a URL's query.
pub(crate) fn field(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(field, _)| field == name).map(|(_, value)| value.into_owned())
}
