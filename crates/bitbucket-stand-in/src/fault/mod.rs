//! Faults on demand: which endpoint fails, how, and how slowly.

mod page;
mod queue;
mod spoil;

use serde::{Deserialize, Serialize};

use crate::limit::RetryAfter;

pub(crate) use page::server_error;
pub(crate) use queue::Faults;
pub(crate) use spoil::{at_once, spoil};

/// An endpoint that can be made slow or faulty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// `/site/oauth2/authorize`
    Authorize,
    /// `/site/oauth2/access_token`
    Token,
    /// `/2.0/user`
    User,
    /// `/2.0/user/emails`
    Emails,
    /// `/2.0/user/workspaces`
    Workspaces,
}

impl Endpoint {
    /// The endpoint of a path, if it is one that can fail.
    pub(crate) fn of(path: &str) -> Option<Self> {
        match path {
            "/site/oauth2/authorize" => Some(Self::Authorize),
            "/site/oauth2/access_token" => Some(Self::Token),
            "/2.0/user" => Some(Self::User),
            "/2.0/user/emails" => Some(Self::Emails),
            "/2.0/user/workspaces" => Some(Self::Workspaces),
            _ => None,
        }
    }
}

/// A way to answer wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// An HTML page with a status such as 500, 502 or 503.
    ServerError {
        /// The HTTP status, 400 to 599; others become 500.
        status: u16,
    },
    /// An HTML page with status 200.
    HtmlOk,
    /// The first half of the right answer, as if it were whole.
    TruncatedJson,
    /// The right answer, a byte at a time.
    SlowBytes {
        /// Pause before each byte.
        interval_ms: u64,
    },
    /// An answer that begins and goes on for ever.
    EndlessBody,
    /// The connection is reset instead of an answer.
    ConnectionReset,
    /// No answer at all until the client gives up.
    Hang,
    /// 429 as plain text.
    RateLimited {
        /// The `Retry-After` header.
        retry_after: RetryAfter,
    },
    /// 403 `Forbidden`, without the scopes.
    Forbidden,
    /// The right answer with `expires_in` as a string.
    ExpiresInString,
    /// The right answer without `expires_in`.
    ExpiresInAbsent,
    /// The right answer with an access token of more than 2,500 characters, which works.
    LongToken,
    /// The right answer with `token_type` as `Bearer`.
    TokenTypeBearer,
}

impl Fault {
    /// Whether the request is carried out and only its answer is spoilt.
    pub(crate) fn spoils_right_answer(self) -> bool {
        use Fault::{
            ExpiresInAbsent, ExpiresInString, LongToken, SlowBytes, TokenTypeBearer, TruncatedJson,
        };
        matches!(
            self,
            TruncatedJson
                | SlowBytes { .. }
                | ExpiresInString
                | ExpiresInAbsent
                | LongToken
                | TokenTypeBearer
        )
    }
}
