//! Bitbucket Cloud: the authorization code flow, the account, its address.

mod advice;
mod api;
mod callback;
mod consumer;
mod emails;
mod exchange;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzed;
mod pages;
mod reach;
mod settings;
mod subject;
mod token;
mod workspaces;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use http::StatusCode;
use latchkey_domain::{
    callback::CallbackRule,
    check::CheckReason,
    profile::{Account, Issuer, ListedEmail},
    provider::{
        AuthorizationRequest, Callback, Client, Endpoint, Error, Grant, Provider, ProviderName,
        Scopes,
    },
    workspace::AllowedWorkspaces,
};
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use url::Url;

use crate::{
    answer::Answer,
    http::Http,
    outage::within,
    reads::{Budget, Reading},
    watch::{call_span, watched},
};
use settings::Settings;

/// What a sign-in reads: the account, and its addresses.
const SCOPES: [&str; 2] = ["account", "email"];
/// The scopes of the token that a request came with (Bitbucket's own header).
const GRANTED: &str = "x-oauth-scopes";
/// A check is one try: it tells what is the case now.
const CHECK_TIMEOUT: Duration = Duration::from_secs(4);

/// Bitbucket Cloud.
#[derive(Debug)]
struct Bitbucket {
    name: ProviderName,
    issuer: Issuer,
    settings: Settings,
    http: Http,
}

/// Makes the provider from its configuration table.
pub(crate) fn open(
    name: &ProviderName,
    table: Map<String, Value>,
) -> Result<Arc<dyn Provider>, Vec<String>> {
    let settings = Settings::read(table)?;
    let http = Http::open(settings.reach(), settings.has_tls())
        .map_err(|error| vec![format!("api_url: no HTTP client can be made: {error}")])?;
    let issuer = settings.issuer();
    Ok(Arc::new(Bitbucket { name: name.clone(), issuer, settings, http }))
}

#[async_trait]
impl Provider for Bitbucket {
    fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    fn endpoints(&self) -> Vec<&Url> {
        vec![&self.settings.token_url, &self.settings.api_url]
    }

    fn is_stand_in(&self) -> bool {
        self.settings.stand_in
    }

    fn authorization_url(&self, request: &AuthorizationRequest<'_>) -> Url {
        exchange::authorization_url(&self.settings, request)
    }

    async fn exchange(
        &self,
        client: Client<'_>,
        code: &SecretString,
        redirect_uri: &Url,
    ) -> Result<Grant, Error> {
        let traded = exchange::trade(&self.http, &self.settings, client, code, redirect_uri);
        watched(&self.name, "exchange", call_span!("provider.exchange", self.name), traded).await
    }

    async fn account(&self, grant: &Grant) -> Result<Account, Error> {
        let budget = Budget::begin();
        let reading = Reading { grant, scope: "account", budget: &budget };
        let read = budget.spend(async {
            let url = self.settings.api(&["user"]);
            // Large as it is, it is kept out of the futures around it.
            let user: api::User = Box::pin(self.read(&url, reading)).await?;
            user.account(self.settings.reach())
        });
        watched(&self.name, "account", call_span!("provider.account", self.name), read).await
    }

    async fn emails(&self, grant: &Grant) -> Result<Vec<ListedEmail>, Error> {
        let budget = Budget::begin();
        let reading = Reading { grant, scope: "email", budget: &budget };
        let read = budget.spend(self.list_emails(reading));
        watched(&self.name, "email", call_span!("provider.email", self.name), read).await
    }

    async fn is_member(&self, grant: &Grant, of: &AllowedWorkspaces) -> Result<bool, Error> {
        let budget = Budget::begin();
        let reading = Reading { grant, scope: "account", budget: &budget };
        let read = budget.spend(self.is_in(reading, of));
        let span = call_span!("provider.workspaces", self.name);
        watched(&self.name, "workspaces", span, read).await
    }

    async fn reach(&self, endpoint: Endpoint) -> Result<(), Error> {
        let asked = within(CHECK_TIMEOUT, reach::reach(&self.http, &self.settings, endpoint));
        watched(&self.name, "reach", call_span!("provider.reach", self.name), asked).await
    }

    async fn prove(&self, client: Client<'_>, redirect_uri: &Url) -> Result<(), Error> {
        let proof = consumer::prove(&self.http, &self.settings, client, redirect_uri);
        let asked = within(CHECK_TIMEOUT, proof);
        watched(&self.name, "prove", call_span!("provider.prove", self.name), asked).await
    }

    async fn scopes(&self, client: Client<'_>) -> Result<Scopes, Error> {
        let asked = within(CHECK_TIMEOUT, consumer::scopes(&self.http, &self.settings, client));
        watched(&self.name, "scopes", call_span!("provider.scopes", self.name), asked).await
    }

    async fn callback(&self, client_id: &str, redirect_uri: &Url) -> Result<Callback, Error> {
        let told = callback::callback(&self.http, &self.settings, client_id, redirect_uri);
        let asked = within(CHECK_TIMEOUT, told);
        watched(&self.name, "callback", call_span!("provider.callback", self.name), asked).await
    }

    /// A consumer has one callback URL, and any that begins with it is taken.
    fn callback_rule(&self) -> CallbackRule {
        CallbackRule { by_prefix: true, one_per_consumer: true }
    }

    fn advice(&self, reason: CheckReason) -> Option<&'static str> {
        advice::advice(reason)
    }
}

impl Bitbucket {
    /// Reads a page of the API.
    async fn read<T: DeserializeOwned>(&self, url: &Url, reading: Reading<'_>) -> Result<T, Error> {
        self.http.read(url, reading, |answer| understand(answer, reading.scope)).await
    }
}

async fn understand<T: DeserializeOwned>(answer: Answer, scope: &str) -> Result<T, Error> {
    match answer.status() {
        StatusCode::OK => answer.json().await,
        StatusCode::UNAUTHORIZED => Err(Error::Malformed("it refused its own token")),
        StatusCode::FORBIDDEN => Err(forbidden(answer, scope).await),
        _ => Err(Error::Malformed("a status that is not documented")),
    }
}

/// Told by a header, or in the body; or it is not about scopes at all.
async fn forbidden(answer: Answer, scope: &str) -> Error {
    let granted = answer.headers().get(GRANTED).and_then(|value| value.to_str().ok());
    let lacks = |told: &str| !told.split([',', ' ']).any(|granted| granted == scope);
    if granted.is_some_and(lacks) {
        return Error::ScopeMissing;
    }
    match answer.json::<api::Forbidden>().await {
        Ok(told) if told.is_about_scopes() => Error::ScopeMissing,
        Err(error @ Error::Unavailable(_)) => error,
        _ => Error::Malformed("it forbids the read"),
    }
}
