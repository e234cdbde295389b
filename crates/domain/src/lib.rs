//! What Latchkey is about: identities, connections, sign-ins and events, without I/O.

pub mod access;
pub mod adding;
pub mod application;
pub mod audit;
pub mod callback;
pub mod caller;
pub mod check;
pub mod connection;
mod described;
pub mod dns;
pub mod email;
pub mod email_code;
pub mod environment;
pub mod event;
#[cfg(any(test, fuzzing))]
pub mod fuzzed;
pub mod grant;
pub mod host;
pub mod id;
pub mod linking;
pub mod logo;
pub mod mail;
pub mod name;
pub mod organization;
pub mod page;
pub mod pkce;
pub mod policy;
pub mod profile;
pub mod provider;
pub mod readiness;
pub mod redirect_uri;
pub mod sign_in;
pub mod signing_key;
pub mod suspension;
pub mod test_login;
pub mod text;
pub mod time;
pub mod upstream;
pub mod user;
pub mod warning;
pub mod workspace;

/// Why a value is not what it claims to be: a sentence for whoever sent it.
///
/// It never repeats the value, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub std::borrow::Cow<'static, str>);

impl Invalid {
    /// A refusal with a fixed sentence.
    pub const fn new(sentence: &'static str) -> Self {
        Self(std::borrow::Cow::Borrowed(sentence))
    }
}
