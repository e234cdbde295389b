//! Mail: what is written to people, and the port to whoever carries it.

mod html;
mod language;
mod letter;
mod texts;

use std::{fmt, time::Duration};

use async_trait::async_trait;

use crate::{email::EmailAddress, id::MailId, time::Timestamp};

pub use language::Language;
pub use letter::{EmailCode, Letter};

/// Somebody who carries mail.
#[async_trait]
pub trait Mailer: Send + Sync + fmt::Debug {
    /// Hands a mail over. It has an end within [`SEND_LIMIT`]. Whoever cuts it off does not know
    /// whether the mail goes out.
    async fn send(&self, message: &Message) -> Result<(), SendError>;
}

/// How long it may take to hand a mail over: a connection, its TLS and some eight answers of a server
/// that has much to do.
pub const SEND_LIMIT: Duration = Duration::from_secs(20);

/// A mail that is ready to go.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// The same for each try, so that mail programs know a mail that comes twice.
    pub id: MailId,
    /// Whom it is to.
    pub to: EmailAddress,
    /// When it was written: each try says the same.
    pub date: Timestamp,
    /// The subject, a line without control characters.
    pub subject: String,
    /// What it says, for who reads plain text.
    pub text: String,
    /// What it says, as a page: without links, scripts, and anything that is fetched.
    pub html: String,
}

/// Whom it is to and what it says are nobody's business.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Why a mail was not handed over. What the server said besides is left out: servers repeat the
/// address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Another try may do.
    #[error("the mail is not taken now: {0}")]
    Later(Cause),
    /// No other try will do: the server refuses this mail for good.
    #[error("the mail is refused for good: {0}")]
    Never(Cause),
}

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// There was no connection, or it broke.
    #[error("no connection to the mail server")]
    Connection,
    /// The server did not answer in time.
    #[error("the mail server did not answer in time")]
    TimedOut,
    /// TLS was not agreed on.
    #[error("no TLS with the mail server")]
    Tls,
    /// The server answered so (RFC 5321, section 4.2).
    #[error("the mail server answered {0}")]
    Answer(u16),
    /// What the server would have to be able to do, or what it said, is not understood.
    #[error("the mail server cannot take such a mail")]
    Unsupported,
}

impl Cause {
    /// What metrics call it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::TimedOut => "timed_out",
            Self::Tls => "tls",
            Self::Answer(_) => "answer",
            Self::Unsupported => "unsupported",
        }
    }
}
