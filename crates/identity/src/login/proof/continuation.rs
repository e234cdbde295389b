//! What a browser goes on with while its sign-in waits: the attempt, sealed once more.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use latchkey_domain::{
    caller::Caller,
    host::Host,
    id::{ConnectionId, EnvironmentId},
    mail::Language,
    name::ConnectionName,
};
use latchkey_keyring::{KeyId, KeyRing, Purpose};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::{
    Error, Latchkey, Result,
    login::{
        attempt::{Attempt, Opened},
        flow::SealedFlow,
    },
};

/// A continuation is a state and a little more.
const MAX_LENGTH: usize = 2048;

/// What a browser brings when it goes on.
#[derive(Debug)]
pub struct Continue {
    /// The environment whose page it is on.
    pub environment: EnvironmentId,
    /// The host that it is on.
    pub host: Host,
    /// The sealed continuation.
    pub continuation: SecretString,
    /// What the browser kept.
    pub browser_secret: SecretString,
    /// The language of the page, for mail.
    pub language: Language,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    connection: ConnectionId,
    /// The key of the state: codes are derived with it, whichever key seals by now.
    key: KeyId,
    attempt: Attempt<SealedFlow>,
}

impl Sealed {
    fn of(opened: &Opened) -> Self {
        let attempt = opened.attempt.clone();
        Self {
            connection: attempt.flow.connection.clone(),
            key: opened.key,
            attempt: attempt.with_flow(|flow| SealedFlow::of(&flow)),
        }
    }
}

/// Without what the application brought.
impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed").field("connection", &self.connection).finish_non_exhaustive()
    }
}

impl Opened {
    /// Seals what the browser goes on with: for its host, and no other.
    pub(in crate::login) fn continuation(&self, keyring: &KeyRing) -> Result<SecretString> {
        let flow = &self.attempt.flow;
        let text = postcard::to_stdvec(&Sealed::of(self))
            .map_err(|_| Error::Internal("a continuation cannot be written"))?;
        let place = place(&flow.environment, &flow.host);
        let sealed = keyring.seal(Purpose::Continuation, &place, &text)?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode(sealed).into())
    }

    /// Opens a continuation. Whatever is wrong with it, the caller learns that it is not one of ours.
    pub(in crate::login) fn from_continuation(at: &Continue, keyring: &KeyRing) -> Result<Self> {
        let text = at.continuation.expose_secret();
        if text.len() > MAX_LENGTH {
            return Err(Error::ContinuationInvalid);
        }
        let invalid = |_| Error::ContinuationInvalid;
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| Error::ContinuationInvalid)?;
        let place = place(&at.environment, &at.host);
        let opened = keyring.open(Purpose::Continuation, &place, &sealed).map_err(invalid)?;
        let sealed: Sealed =
            postcard::from_bytes(&opened.text).map_err(|_| Error::ContinuationInvalid)?;
        let connection =
            ConnectionName { environment: at.environment.clone(), connection: sealed.connection };
        let attempt = sealed.attempt.with_flow(|flow| flow.at(&connection, &at.host));
        Ok(Self { attempt, key: sealed.key, language: at.language })
    }
}

impl Latchkey {
    /// The sign-in that a browser goes on with, if it is the one that began it.
    pub(super) fn going_on(&self, caller: &Caller, at: &Continue) -> Result<Opened> {
        Self::see(caller, &at.environment)?;
        let opened = Opened::from_continuation(at, &self.keyring)?;
        opened.attempt.flow.same_browser(at.browser_secret.expose_secret())?;
        Ok(opened)
    }
}

/// Where a continuation is used: its seal is bound to that.
fn place(environment: &EnvironmentId, host: &Host) -> Vec<u8> {
    format!("continuation {environment} {host}").into_bytes()
}

#[cfg(test)]
mod tests {
    use latchkey_keyring::KeyFile;

    use super::*;
    use crate::login::{attempt::tests::attempt, state::tests::is_looked_at_up_to};

    fn keyring() -> KeyRing {
        KeyRing::load(&KeyFile::generate().unwrap()).unwrap()
    }

    fn at(opened: &Opened, continuation: SecretString) -> Continue {
        Continue {
            environment: opened.attempt.flow.environment.clone(),
            host: opened.attempt.flow.host.clone(),
            continuation,
            browser_secret: "browser-secret".into(),
            language: Language::English,
        }
    }

    #[test]
    fn the_longest_continuation_opens_where_it_was_sealed_for_and_nowhere_else() {
        let keyring = keyring();
        let opened =
            Opened { attempt: attempt(), key: keyring.primary(), language: Language::English };
        let sealed = opened.continuation(&keyring).unwrap();
        assert!(sealed.expose_secret().len() <= MAX_LENGTH);
        let here = at(&opened, sealed.clone());
        let again = Opened::from_continuation(&here, &keyring).unwrap();
        assert_eq!((again.attempt, again.key), (opened.attempt.clone(), opened.key));
        let elsewhere = Continue { host: Host::parse("other.example").unwrap(), ..here };
        let theirs =
            Continue { environment: "other".parse().unwrap(), ..at(&opened, sealed.clone()) };
        let cut = sealed.expose_secret()[..sealed.expose_secret().len() - 4].into();
        for bad in [elsewhere, theirs, at(&opened, cut), at(&opened, "".into())] {
            let refused = Opened::from_continuation(&bad, &keyring).unwrap_err();
            assert!(matches!(refused, Error::ContinuationInvalid));
        }
    }

    #[test]
    fn what_a_browser_brings_can_be_shown_without_its_secrets() {
        let keyring = keyring();
        let opened =
            Opened { attempt: attempt(), key: keyring.primary(), language: Language::English };
        let shown = format!("{:?}", at(&opened, "sealed-secret".into()));
        assert!(!shown.contains("-secret"), "{shown}");
    }

    #[test]
    fn a_continuation_that_is_too_long_is_not_looked_at() {
        let keyring = keyring();
        let opened =
            Opened { attempt: attempt(), key: keyring.primary(), language: Language::English };
        let place = place(&opened.attempt.flow.environment, &opened.attempt.flow.host);
        is_looked_at_up_to(
            MAX_LENGTH,
            &postcard::to_stdvec(&Sealed::of(&opened)).unwrap(),
            |text| keyring.seal(Purpose::Continuation, &place, text).unwrap(),
            |text| Opened::from_continuation(&at(&opened, text.into()), &keyring).is_ok(),
        );
    }

    #[test]
    fn what_is_sealed_can_be_shown_without_what_the_application_brought() {
        let key = keyring().primary();
        let opened = Opened { attempt: attempt(), key, language: Language::English };
        let shown = format!("{:?}", Sealed::of(&opened));
        assert!(shown.starts_with("Sealed { connection:") && !shown.contains("ssss"), "{shown}");
    }
}
