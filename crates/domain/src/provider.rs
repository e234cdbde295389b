//! The port to identity providers: what Latchkey asks of one.

use std::{fmt, time::Duration};

use async_trait::async_trait;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    Invalid,
    callback::CallbackRule,
    check::CheckReason,
    profile::{Account, Issuer, ListedEmail},
    workspace::AllowedWorkspaces,
};

/// The name that a provider has in the configuration: `bitbucket`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProviderName(String);

impl ProviderName {
    /// Accepts 2 to 32 characters of `a-z 0-9 -`, beginning with a letter.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let shape = text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if shape && (2..=32).contains(&text.len()) {
            return Ok(Self(text.to_owned()));
        }
        Err(Invalid::new("must be 2 to 32 characters of a-z, 0-9 and -, beginning with a letter"))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ProviderName {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<ProviderName> for String {
    fn from(name: ProviderName) -> Self {
        name.0
    }
}

impl fmt::Display for ProviderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A consumer's key and secret.
#[derive(Debug)]
pub struct Client<'a> {
    /// OAuth's `client_id`.
    pub id: &'a str,
    /// OAuth's `client_secret`.
    pub secret: &'a SecretString,
}

/// What goes into an authorization URL.
pub struct AuthorizationRequest<'a> {
    /// OAuth's `client_id`.
    pub client_id: &'a str,
    /// Where the provider sends the person back to.
    pub redirect_uri: &'a Url,
    /// The sealed state.
    pub state: &'a str,
    /// The connection's own parameters.
    pub upstream_params: &'a [(String, String)],
}

/// Without the state, and without the parameters, which may name a person.
impl fmt::Debug for AuthorizationRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationRequest")
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri.as_str())
            .finish_non_exhaustive()
    }
}

/// What a code was traded for.
#[derive(Debug)]
pub struct Grant {
    /// Lets us read the person's profile; forgotten right afterwards.
    pub access_token: SecretString,
}

/// An endpoint that we call ourselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// Where a code is traded for a token.
    Token,
    /// Where accounts are read.
    Api,
}

/// Whether a consumer's tokens reach as far as a sign-in reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scopes {
    /// They do.
    Enough,
    /// They do not.
    Missing,
    /// The consumer may not ask for itself, or the answer says nothing of scopes.
    NotTold,
}

/// What a provider tells of a redirect URI before anybody has signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callback {
    /// People are sent back there, and to no other place on that host that was tried.
    Registered,
    /// People are sent back there, and elsewhere on that host.
    RegisteredTooWide,
    /// The consumer is registered with another one.
    NotRegistered,
    /// The consumer is registered with none.
    NoneRegistered,
    /// It answers the same to a redirect URI that nobody has registered.
    NotTold,
}

/// Somebody who vouches for people.
#[async_trait]
pub trait Provider: Send + Sync + fmt::Debug {
    /// Who vouches for its accounts.
    fn issuer(&self) -> &Issuer;

    /// Every URL that a code, a secret or a token may be sent to.
    fn endpoints(&self) -> Vec<&Url>;

    /// Whether it only plays a provider: then production environments cannot use it.
    fn is_stand_in(&self) -> bool;

    /// Where to send a browser to sign in.
    fn authorization_url(&self, request: &AuthorizationRequest<'_>) -> Url;

    /// Trades a code for a token. Sent once, whatever happens.
    async fn exchange(
        &self,
        client: Client<'_>,
        code: &SecretString,
        redirect_uri: &Url,
    ) -> Result<Grant, Error>;

    /// Reads the account that a token stands for.
    async fn account(&self, grant: &Grant) -> Result<Account, Error>;

    /// Lists the account's addresses, up to the one that is primary and confirmed.
    async fn emails(&self, grant: &Grant) -> Result<Vec<ListedEmail>, Error>;

    /// Whether the account is a member of one of these workspaces, read up to the first of them.
    async fn is_member(&self, grant: &Grant, of: &AllowedWorkspaces) -> Result<bool, Error>;

    /// Whether the provider itself answers at an endpoint, asked without a secret.
    async fn reach(&self, endpoint: Endpoint) -> Result<(), Error>;

    /// Whether a consumer's key and secret are right, asked with a code that nobody was ever given.
    async fn prove(&self, client: Client<'_>, redirect_uri: &Url) -> Result<(), Error>;

    /// Whether a consumer, whose key and secret are right, has the scopes of a sign-in.
    async fn scopes(&self, client: Client<'_>) -> Result<Scopes, Error>;

    /// Whether people are sent back to `redirect_uri`, asked as a browser that is not signed in.
    async fn callback(&self, client_id: &str, redirect_uri: &Url) -> Result<Callback, Error>;

    /// How it compares callback URLs.
    fn callback_rule(&self) -> CallbackRule;

    /// What mends a check at this provider, where more can be said than [`CheckReason::description`] does.
    fn advice(&self, reason: CheckReason) -> Option<&'static str>;
}

/// Why a provider did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It refused the consumer's key and secret, and did not look at the code.
    #[error("the provider refused the consumer's key and secret")]
    ClientRefused,
    /// It refused the code.
    #[error("the provider refused the code")]
    CodeRefused,
    /// The token does not reach far enough.
    #[error("the consumer lacks a scope")]
    ScopeMissing,
    /// It wants fewer requests.
    #[error("the provider limits our requests")]
    RateLimited {
        /// When to ask again.
        retry_after: Option<Duration>,
    },
    /// It cannot be reached, took too long, or says that it is down.
    #[error("the provider is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No TLS connection came about that can be trusted.
    #[error("no TLS connection to the provider came about")]
    Insecure(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It answered something that cannot be understood.
    #[error("the provider's answer cannot be understood: {0}")]
    Malformed(&'static str),
}
