//! One-time codes that prove an e-mail address: what they are, and how many there may be.

use std::{fmt, time::Duration};

use secrecy::{ExposeSecret, SecretString};

use crate::{
    Invalid,
    email::EmailAddress,
    profile::{Issuer, Subject},
    time::Timestamp,
};

/// Digits of a code: what people can type, and copy from another screen.
pub const DIGITS: usize = 6;
/// How often a code may be tried before it works no longer.
pub const TRIES: u32 = 5;
/// How long somebody waits before another code is sent: mail takes a while.
pub const RESEND_AFTER: Duration = Duration::from_secs(30);
/// How long a sign-in waits for an address or a code.
pub const WAITS_FOR: Duration = Duration::from_mins(30);
/// Codes to one address in an hour, whoever asks: nobody is to be buried under them.
pub const CODES_AN_HOUR: u32 = 5;
/// Codes to one address in a day.
pub const CODES_A_DAY: u32 = 20;
/// Wrong tries at the codes of one address in a day. Ten of a million: whoever guesses for a year has
/// one chance in 274.
pub const WRONG_TRIES_A_DAY: u32 = 10;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// A code: six digits.
#[derive(Clone)]
pub struct EmailCode(SecretString);

impl EmailCode {
    /// The code that follows from random or derived bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        let first = bytes.first_chunk().expect("32 bytes begin with 8");
        let number = u64::from_be_bytes(*first);
        Self(format!("{:06}", number % 1_000_000).into())
    }

    /// Reads a code as people type and paste it: blanks and hyphens between the digits do not matter.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let digits: String =
            text.chars().filter(|c| !c.is_whitespace() && *c != '-').take(DIGITS + 1).collect();
        if digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Self(digits.into()));
        }
        Err(Invalid::new("must be six digits"))
    }
}

impl ExposeSecret<str> for EmailCode {
    fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for EmailCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailCode(…)")
    }
}

/// For whom codes are counted, in an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountedFor<'a> {
    /// For those who read the mail of an address.
    Address(&'a EmailAddress),
    /// For whoever has an account: they could give another address each time.
    Account(&'a Issuer, &'a Subject),
}

/// No address holds a blank.
impl fmt::Display for CountedFor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Account(issuer, subject) => write!(f, "{} {subject}", issuer.0),
        }
    }
}

/// What was sent to one address of an environment, or for one account, and tried for it, over all
/// sign-ins. A window begins with the first that is counted in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// When the hour began.
    pub hour_began_at: Timestamp,
    /// Codes sent in it.
    pub codes_in_hour: u32,
    /// When the day began.
    pub day_began_at: Timestamp,
    /// Codes sent in it.
    pub codes_in_day: u32,
    /// Wrong tries in it.
    pub wrong_in_day: u32,
}

impl Allowance {
    /// Of an address that nothing was sent to.
    pub const fn untouched(now: Timestamp) -> Self {
        Self {
            hour_began_at: now,
            codes_in_hour: 0,
            day_began_at: now,
            codes_in_day: 0,
            wrong_in_day: 0,
        }
    }

    /// When nothing is left that counts.
    pub fn over_at(&self) -> Timestamp {
        self.day_began_at.plus(DAY)
    }

    /// The same now: what is over counts no longer.
    fn at(self, now: Timestamp) -> Self {
        if now >= self.over_at() {
            return Self::untouched(now);
        }
        if now >= self.hour_began_at.plus(HOUR) {
            return Self { hour_began_at: now, codes_in_hour: 0, ..self };
        }
        self
    }

    /// Counts a code, if one may be sent.
    pub fn send(self, now: Timestamp) -> Option<Self> {
        let at = self.at(now);
        let may_send = at.codes_in_hour < CODES_AN_HOUR
            && at.codes_in_day < CODES_A_DAY
            && at.wrong_in_day < WRONG_TRIES_A_DAY;
        may_send.then(|| Self {
            codes_in_hour: at.codes_in_hour + 1,
            codes_in_day: at.codes_in_day + 1,
            ..at
        })
    }

    /// Whether a right code is accepted.
    pub fn accepts(self, now: Timestamp) -> bool {
        self.at(now).wrong_in_day < WRONG_TRIES_A_DAY
    }

    /// Counts a wrong try.
    #[must_use]
    pub fn wrong(self, now: Timestamp) -> Self {
        let at = self.at(now);
        Self { wrong_in_day: at.wrong_in_day.saturating_add(1), ..at }
    }
}

/// What became of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Try {
    /// The code is right.
    Right,
    /// It is not the one that was sent.
    Wrong,
    /// It was sent too long ago.
    Expired,
    /// It was tried too often.
    TooMany,
}

/// A code that was sent for a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentCode {
    /// The how manieth of its sign-in: each is another code.
    pub number: u32,
    /// Whether it really went out: an address that had too many gets none, and nobody can tell.
    pub was_sent: bool,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it works no longer.
    pub expires_at: Timestamp,
    /// How often it was tried.
    pub tries: u32,
}

impl SentCode {
    /// When another may be sent.
    pub fn resend_at(&self) -> Timestamp {
        self.sent_at.plus(RESEND_AFTER)
    }

    /// Counts a try, and then says what becomes of it. `accepts` is whether the address's right codes are
    /// accepted: where they are not, a right one is as good as a wrong one.
    pub fn attempt(self, is_right: bool, accepts: bool, now: Timestamp) -> (Self, Try) {
        let counted = Self { tries: self.tries.saturating_add(1), ..self };
        let became = if counted.tries > TRIES {
            Try::TooMany
        } else if now >= self.expires_at {
            Try::Expired
        } else if is_right && accepts && self.was_sent {
            Try::Right
        } else {
            Try::Wrong
        };
        (counted, became)
    }
}

#[cfg(test)]
mod tests;
