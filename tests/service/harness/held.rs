//! A provider that is asked by one process, and holds it at one moment for good.

use std::{future::pending, sync::Arc};

use async_trait::async_trait;
use latchkey_domain::{
    callback::CallbackRule,
    check::CheckReason,
    profile::{Account, Issuer, ListedEmail},
    provider::{AuthorizationRequest, Callback, Client, Endpoint, Error, Grant, Provider, Scopes},
    workspace::AllowedWorkspaces,
};
use secrecy::SecretString;
use tokio::{
    sync::watch,
    time::{Duration, timeout},
};
use url::Url;

/// Longer than any sign-in takes that is not held up.
const GIVE_UP: Duration = Duration::from_secs(20);

/// Where it holds whoever signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Held {
    /// The sign-in is claimed, and its code is yet to be sent.
    BeforeTheCode,
    /// The token is there, and nothing was read with it.
    WithTheToken,
    /// An account's addresses are there, and nothing is written.
    WithTheAddresses,
}

/// A provider like another, up to that moment.
#[derive(Debug)]
pub(crate) struct Holding {
    inner: Arc<dyn Provider>,
    at: Held,
    reached: watch::Sender<bool>,
}

impl Holding {
    /// Holds at this moment.
    pub(crate) fn new(inner: Arc<dyn Provider>, at: Held) -> Arc<Self> {
        Arc::new(Self { inner, at, reached: watch::Sender::new(false) })
    }

    /// Waits until it holds somebody.
    pub(crate) async fn holds(&self) {
        let mut reached = self.reached.subscribe();
        let reached = timeout(GIVE_UP, reached.wait_for(|reached| *reached)).await;
        reached.expect("nobody came so far").unwrap();
    }

    async fn hold(&self, at: Held) {
        if self.at == at {
            self.reached.send_replace(true);
            pending::<()>().await;
        }
    }
}

#[async_trait]
impl Provider for Holding {
    fn issuer(&self) -> &Issuer {
        self.inner.issuer()
    }

    fn endpoints(&self) -> Vec<&Url> {
        self.inner.endpoints()
    }

    fn is_stand_in(&self) -> bool {
        self.inner.is_stand_in()
    }

    fn authorization_url(&self, request: &AuthorizationRequest<'_>) -> Url {
        self.inner.authorization_url(request)
    }

    async fn exchange(
        &self,
        client: Client<'_>,
        code: &SecretString,
        redirect_uri: &Url,
    ) -> Result<Grant, Error> {
        self.hold(Held::BeforeTheCode).await;
        let grant = self.inner.exchange(client, code, redirect_uri).await?;
        self.hold(Held::WithTheToken).await;
        Ok(grant)
    }

    async fn account(&self, grant: &Grant) -> Result<Account, Error> {
        self.inner.account(grant).await
    }

    async fn emails(&self, grant: &Grant) -> Result<Vec<ListedEmail>, Error> {
        let emails = self.inner.emails(grant).await?;
        self.hold(Held::WithTheAddresses).await;
        Ok(emails)
    }

    async fn is_member(&self, grant: &Grant, of: &AllowedWorkspaces) -> Result<bool, Error> {
        self.inner.is_member(grant, of).await
    }

    async fn reach(&self, endpoint: Endpoint) -> Result<(), Error> {
        self.inner.reach(endpoint).await
    }

    async fn prove(&self, client: Client<'_>, redirect_uri: &Url) -> Result<(), Error> {
        self.inner.prove(client, redirect_uri).await
    }

    async fn scopes(&self, client: Client<'_>) -> Result<Scopes, Error> {
        self.inner.scopes(client).await
    }

    async fn callback(&self, client_id: &str, redirect_uri: &Url) -> Result<Callback, Error> {
        self.inner.callback(client_id, redirect_uri).await
    }

    fn callback_rule(&self) -> CallbackRule {
        self.inner.callback_rule()
    }

    fn advice(&self, reason: CheckReason) -> Option<&'static str> {
        self.inner.advice(reason)
    }
}
