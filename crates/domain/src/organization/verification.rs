//! How a custom domain comes to be verified, stays so, and loses it: one decision for each look.

use std::{fmt, time::Duration};

use super::DomainProblem;
use crate::{Invalid, time::Timestamp};

/// Between two looks while a record is waited for: soon enough for whoever sets one and waits.
pub const NEXT_TRY: Duration = Duration::from_mins(5);
/// Between two looks that somebody asks for: who asks more often asks somebody else's name servers.
pub const PAUSE: Duration = Duration::from_secs(1);
/// How long a record is waited for: a change of DNS may take two days, and a weekend.
pub const VERIFY_WITHIN: Duration = Duration::from_hours(72);
/// Between two looks at a domain that is verified.
pub const VERIFY_AGAIN: Duration = Duration::from_hours(24);
/// Until a verified domain is looked at again whose name servers did not answer: soon, but not so soon
/// that many such domains would take the others' turn.
pub const AFTER_SILENCE: Duration = Duration::from_hours(1);
/// How long a verified domain may be without its record: three daily looks. A change of its name
/// servers may lose it for a while; whoever lost the domain has no right to it for longer.
pub const DAYS_WITHOUT: Duration = Duration::from_hours(48);

/// What makes a record this domain's: 32 random bytes in BASE64URL. It is for everybody to read.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The characters of 32 bytes in BASE64URL.
    const CHARS: usize = 43;

    /// Accepts 43 characters of BASE64URL.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if text.len() == Self::CHARS && text.bytes().all(plain) {
            return Ok(Self(text.to_owned()));
        }
        Err(Invalid::new("must be 43 characters of BASE64URL"))
    }

    /// The token as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What proves a custom domain, and how far that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// What makes the record this domain's.
    pub token: Token,
    /// How far it is.
    pub state: VerificationState,
    /// What the last look found wrong.
    pub problem: Option<DomainProblem>,
    /// When it was begun, or begun again.
    pub started_at: Timestamp,
    /// When the record was last looked for.
    pub checked_at: Option<Timestamp>,
    /// When it was last found.
    pub verified_at: Option<Timestamp>,
    /// Since when a verified domain is without it.
    pub missing_since: Option<Timestamp>,
    /// When it is looked for next.
    pub next_check_at: Option<Timestamp>,
}

/// How far a verification is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerificationState {
    /// The record is looked for.
    InProgress,
    /// It was there.
    Verified,
    /// It was not there in time, or is not there any more.
    Failed,
}

/// What a look at a domain's records found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// The record, and the domain is nobody else's.
    Found,
    /// Something else.
    Problem(DomainProblem),
}

impl Look {
    /// What the texts of a domain's records say.
    pub fn at(texts: &[String], verification: &Verification) -> Self {
        let wanted = verification.record_value();
        if texts.iter().any(|text| text.trim() == wanted) {
            return Self::Found;
        }
        Self::Problem(if texts.is_empty() {
            DomainProblem::RecordMissing
        } else {
            DomainProblem::RecordDifferent
        })
    }
}

impl Verification {
    /// Begins to look for a record.
    pub fn begin(token: Token, now: Timestamp) -> Self {
        Self {
            token,
            state: VerificationState::InProgress,
            problem: None,
            started_at: now,
            checked_at: None,
            verified_at: None,
            missing_since: None,
            next_check_at: Some(now.plus(NEXT_TRY)),
        }
    }

    /// Begins again, with the same record.
    #[must_use]
    pub fn again(&self, now: Timestamp) -> Self {
        Self { verified_at: self.verified_at, ..Self::begin(self.token.clone(), now) }
    }

    /// Whether the last look is so fresh that another would tell the same.
    pub fn was_looked_at(&self, now: Timestamp) -> bool {
        self.checked_at.is_some_and(|at| now < at.plus(PAUSE))
    }

    /// What follows from a look.
    #[must_use]
    pub fn after(&self, look: Look, now: Timestamp) -> Self {
        let next = Self { checked_at: Some(now), ..self.clone() };
        let Look::Problem(problem) = look else {
            return Self {
                state: VerificationState::Verified,
                problem: None,
                verified_at: Some(now),
                missing_since: None,
                next_check_at: Some(now.plus(VERIFY_AGAIN)),
                ..next
            };
        };
        let next = Self { problem: Some(problem), ..next };
        match self.state {
            VerificationState::Failed => next,
            VerificationState::InProgress if now < self.started_at.plus(VERIFY_WITHIN) => {
                Self { next_check_at: Some(now.plus(NEXT_TRY)), ..next }
            }
            VerificationState::InProgress => next.failed(),
            VerificationState::Verified => next.without_its_record(problem, now),
        }
    }

    /// A verified domain whose record was not seen. Name servers that do not answer say nothing of it:
    /// it may have been there all the while.
    fn without_its_record(self, problem: DomainProblem, now: Timestamp) -> Self {
        if problem == DomainProblem::DnsUnavailable {
            let next_check_at = Some(now.plus(AFTER_SILENCE));
            return Self { missing_since: None, next_check_at, ..self };
        }
        let since = self.missing_since.unwrap_or(now);
        let next = Self { missing_since: Some(since), ..self };
        if now < since.plus(DAYS_WITHOUT) {
            return Self { next_check_at: Some(now.plus(VERIFY_AGAIN)), ..next };
        }
        next.failed()
    }

    fn failed(self) -> Self {
        Self { state: VerificationState::Failed, next_check_at: None, ..self }
    }
}

#[cfg(test)]
mod tests;
