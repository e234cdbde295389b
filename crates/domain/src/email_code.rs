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
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000_000);

    fn sent(tries: u32) -> SentCode {
        SentCode {
            number: 1,
            was_sent: true,
            sent_at: NOW,
            expires_at: NOW.plus(Duration::from_mins(10)),
            tries,
        }
    }

    #[test]
    fn a_code_is_read_as_people_type_and_paste_it() {
        for text in ["012345", " 012345\n", "012 345", "012-345", "0 1 2 3 4 5"] {
            assert_eq!(EmailCode::parse(text).unwrap().expose_secret(), "012345", "{text}");
        }
        for bad in ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "012345012345", "0x1234"] {
            assert!(EmailCode::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_code_has_six_digits_and_does_not_show() {
        let code = EmailCode::from_bytes([0; 32]);
        assert_eq!(code.expose_secret(), "000000");
        // The first eight bytes as a number, and of that the last six digits.
        let mut bytes = [0xff; 32];
        bytes[..8].copy_from_slice(&9_876_012_345_u64.to_be_bytes());
        assert_eq!(EmailCode::from_bytes(bytes).expose_secret(), "012345");
        assert_eq!(format!("{code:?}"), "EmailCode(…)");
    }

    #[test]
    fn an_address_and_an_account_are_counted_apart() {
        let address = EmailAddress::parse("rowan@mail.example").unwrap();
        let issuer = Issuer("https://bitbucket.org".to_owned());
        let subject = Subject::parse("{1}").unwrap();
        assert_eq!(CountedFor::Address(&address).to_string(), "rowan@mail.example");
        let account = CountedFor::Account(&issuer, &subject).to_string();
        assert_eq!(account, "https://bitbucket.org {1}");
        assert!(EmailAddress::parse(&account).is_err());
    }

    #[test]
    fn what_becomes_of_a_try() {
        let end = sent(0).expires_at;
        let before = Timestamp(end.0 - 1);
        for (tries, is_right, accepts, at, became) in [
            (0, true, true, NOW, Try::Right),
            (0, false, true, NOW, Try::Wrong),
            // Of an address with too many wrong tries.
            (0, true, false, NOW, Try::Wrong),
            (4, true, true, before, Try::Right),
            (4, false, true, before, Try::Wrong),
            (5, true, true, NOW, Try::TooMany),
            (u32::MAX, true, true, NOW, Try::TooMany),
            (0, true, true, end, Try::Expired),
            (0, false, false, end, Try::Expired),
        ] {
            let (counted, what) = sent(tries).attempt(is_right, accepts, at);
            assert_eq!(what, became, "{tries} {is_right} {accepts}");
            assert_eq!(counted.tries, tries.saturating_add(1));
        }
    }

    #[test]
    fn a_code_that_never_went_out_is_not_guessed() {
        let unsent = SentCode { was_sent: false, ..sent(0) };
        assert_eq!(unsent.attempt(true, true, NOW).1, Try::Wrong);
    }

    #[test]
    fn five_codes_an_hour_and_twenty_a_day() {
        let (mut allowance, mut now) = (Allowance::untouched(NOW), NOW);
        for hour in 0..4 {
            for code in 0..CODES_AN_HOUR {
                allowance = allowance.send(now).unwrap_or_else(|| panic!("{hour} {code}"));
            }
            assert_eq!(allowance.send(Timestamp(now.plus(HOUR).0 - 1)), None);
            now = now.plus(HOUR);
        }
        assert_eq!(allowance.send(now), None, "the day is not over");
        assert_eq!(allowance.send(Timestamp(NOW.plus(DAY).0 - 1)), None);
        assert_eq!(allowance.send(NOW.plus(DAY)).map(|again| again.codes_in_day), Some(1));
    }

    #[test]
    fn ten_wrong_tries_a_day_end_it_for_the_address() {
        let mut allowance = Allowance::untouched(NOW);
        for _ in 0..WRONG_TRIES_A_DAY {
            assert!(allowance.accepts(NOW) && allowance.send(NOW).is_some());
            allowance = allowance.wrong(NOW);
        }
        let last = Timestamp(NOW.plus(DAY).0 - 1);
        assert!(!allowance.accepts(NOW) && !allowance.accepts(last));
        assert_eq!(allowance.send(last), None);
        assert!(allowance.accepts(NOW.plus(DAY)) && allowance.send(NOW.plus(DAY)).is_some());
    }

    #[test]
    fn another_code_may_be_sent_after_half_a_minute() {
        assert_eq!(sent(0).resend_at(), NOW.plus(Duration::from_secs(30)));
    }

    proptest! {
        /// Whatever is done, and when: no window holds more than it may.
        #[test]
        fn no_window_holds_more_than_it_may(
            steps in proptest::collection::vec((0..200_u64, any::<bool>()), 1..200),
        ) {
            let (mut allowance, mut now) = (Allowance::untouched(NOW), NOW);
            let mut sent: Vec<Timestamp> = Vec::new();
            for (minutes, sends) in steps {
                now = now.plus(Duration::from_mins(minutes));
                if !sends {
                    allowance = allowance.wrong(now);
                } else if let Some(counted) = allowance.send(now) {
                    allowance = counted;
                    sent.push(now);
                }
                prop_assert!(allowance.codes_in_hour <= CODES_AN_HOUR);
                prop_assert!(allowance.codes_in_day <= CODES_A_DAY);
                // A window may begin anywhere, so that two of them can lie in one hour.
                let in_an_hour = sent.iter().filter(|at| now < at.plus(HOUR)).count();
                prop_assert!(in_an_hour <= 2 * CODES_AN_HOUR as usize);
            }
        }
    }
}
