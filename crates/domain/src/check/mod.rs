//! What can be found out about a connection without a person.

mod reason;
mod verdict;

pub use reason::CheckReason;
pub use verdict::Verdict;

use crate::{host::Host, id::CredentialId};

/// Something that was asked about a connection, and the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was asked.
    pub kind: CheckKind,
    /// The credential that it was asked about, if about one.
    pub credential: Option<CredentialId>,
    /// The callback host that it was asked about, if about one.
    pub host: Option<Host>,
    /// The answer.
    pub verdict: Verdict,
}

/// What is asked about a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckKind {
    /// The provider is configured, and one that the environment admits.
    Provider,
    /// The token endpoint answers.
    TokenEndpoint,
    /// The API answers.
    Api,
    /// Both are spoken to with TLS.
    Tls,
    /// The provider accepts a key and secret.
    Credentials,
    /// Their tokens reach as far as a sign-in reads.
    Scopes,
    /// The provider sends people back to the host's callback URL.
    Callback,
    /// It does not send them to anything else on that host.
    CallbackExact,
}

impl Check {
    /// An answer about the connection as a whole.
    pub const fn new(kind: CheckKind, verdict: Verdict) -> Self {
        Self { kind, credential: None, host: None, verdict }
    }

    /// An answer about one credential.
    pub const fn about(kind: CheckKind, credential: CredentialId, verdict: Verdict) -> Self {
        Self { kind, credential: Some(credential), host: None, verdict }
    }

    /// The same, about one callback host.
    #[must_use]
    pub fn on(self, host: &Host) -> Self {
        Self { host: Some(host.clone()), ..self }
    }
}
