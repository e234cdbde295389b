//! What a sign-in waits for.

use latchkey_domain::{
    email::EmailAddress,
    email_code::{SentCode, Try},
    time::Timestamp,
};
use latchkey_store::WaitingSignIn;

use crate::{Error, Result};

/// What a sign-in waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitsFor {
    /// The person is to give an address.
    Email,
    /// The person is to give the code that was sent to this address.
    Code {
        /// Where it was sent.
        address: EmailAddress,
        /// When it works no longer.
        expires_at: Timestamp,
        /// When another can be asked for.
        resend_at: Timestamp,
        /// What was wrong with what they gave last.
        problem: Option<CodeProblem>,
    },
    /// The person is to say whether they want to be linked to the user who holds this address, which
    /// they have proven.
    Link {
        /// The address.
        address: EmailAddress,
    },
}

/// What is wrong with a code, or with asking for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeProblem {
    /// It is not the one that was sent.
    Wrong,
    /// It was sent too long ago.
    Expired,
    /// It was tried too often.
    TooManyTries,
    /// The last one was sent only just now.
    TooSoon,
}

/// What a sign-in waits for, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::login) struct Waits {
    pub(in crate::login) waits_for: WaitsFor,
    pub(in crate::login) until: Timestamp,
}

impl CodeProblem {
    /// What a try came to, if it was not right.
    pub(super) const fn of(became: Try) -> Option<Self> {
        match became {
            Try::Right => None,
            Try::Wrong => Some(Self::Wrong),
            Try::Expired => Some(Self::Expired),
            Try::TooMany => Some(Self::TooManyTries),
        }
    }
}

impl Waits {
    /// What a sign-in waits for that has no end.
    pub(in crate::login) fn of(waiting: &WaitingSignIn) -> Result<Self> {
        let waits_for = match (&waiting.address, waiting.code, waiting.link_asked_at) {
            (None, ..) => WaitsFor::Email,
            (Some(address), Some(SentCode { .. }), Some(_)) => {
                WaitsFor::Link { address: address.clone() }
            }
            // Also if it is proven, and something came between: the same code brings it further.
            (Some(address), Some(code), None) => WaitsFor::Code {
                address: address.clone(),
                expires_at: code.expires_at,
                resend_at: code.resend_at(),
                problem: None,
            },
            (Some(_), None, _) => return Err(Error::Internal("an address without a code")),
        };
        Ok(Self { waits_for, until: waiting.expires_at })
    }

    /// The same, with what was wrong.
    pub(super) fn because(mut self, wrong: CodeProblem) -> Self {
        if let WaitsFor::Code { problem, .. } = &mut self.waits_for {
            *problem = Some(wrong);
        }
        self
    }
}
