//! `state`, which goes to the provider and back: a sealed sign-in, or a sealed test login.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use latchkey_keyring::{KeyId, KeyRing, Purpose};
use serde::{Deserialize, Serialize};

use super::{attempt::Attempt, flow::Flow};
use crate::{Error, Result};

/// There is one kind of place for a state: the URL of a callback.
const PLACE: &[u8] = b"state";
/// Browsers and servers take URLs of 8 KB; a state stays far below that.
const MAX_STATE_LENGTH: usize = 1536;

/// What a state holds. A kind is never taken for another: it is under the seal too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State {
    /// Somebody signs in to an application.
    SignIn(Attempt),
    /// Somebody tries a connection out; the test login has the id of its way.
    Test(Flow),
}

impl State {
    /// The way that it went.
    pub(super) const fn flow(&self) -> &Flow {
        match self {
            Self::SignIn(attempt) => &attempt.flow,
            Self::Test(flow) => flow,
        }
    }

    pub(super) fn seal(&self, keyring: &KeyRing) -> Result<String> {
        let text =
            postcard::to_stdvec(self).map_err(|_| Error::Internal("a state cannot be written"))?;
        let sealed = keyring.seal(Purpose::State, PLACE, &text)?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Opens a state. Whatever is wrong with it, the caller learns that it is not one of ours.
    pub(super) fn open(state: &str, keyring: &KeyRing) -> Result<(Self, KeyId)> {
        if state.len() > MAX_STATE_LENGTH {
            return Err(Error::StateInvalid);
        }
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(state).map_err(|_| Error::StateInvalid)?;
        let opened =
            keyring.open(Purpose::State, PLACE, &sealed).map_err(|_| Error::StateInvalid)?;
        let state = postcard::from_bytes(&opened.text).map_err(|_| Error::StateInvalid)?;
        Ok((state, opened.key))
    }
}

#[cfg(test)]
mod tests {
    use latchkey_keyring::KeyFile;
    use proptest::prelude::*;

    use super::*;
    use crate::login::{attempt::tests::attempt, flow::tests::flow};

    fn keyring() -> KeyRing {
        KeyRing::load(&KeyFile::generate().unwrap()).unwrap()
    }

    #[test]
    fn a_state_opens_to_what_was_sealed_and_stays_short() {
        let keyring = keyring();
        for state in [State::SignIn(attempt()), State::Test(flow())] {
            let sealed = state.seal(&keyring).unwrap();
            assert!(sealed.len() < MAX_STATE_LENGTH, "{}", sealed.len());
            assert_eq!(State::open(&sealed, &keyring).unwrap(), (state, keyring.primary()));
        }
    }

    #[test]
    fn a_state_shows_none_of_its_fields() {
        let state = State::SignIn(attempt()).seal(&keyring()).unwrap();
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(state).unwrap();
        for field in [&b"login.hhhh"[..], b"bbbbbbbb", b"ssssssss"] {
            assert!(!bytes.windows(field.len()).any(|window| window == field));
        }
    }

    proptest! {
        #[test]
        fn what_was_not_sealed_here_does_not_open(text in "[A-Za-z0-9_-]{0,200}") {
            prop_assert!(matches!(State::open(&text, &keyring()), Err(Error::StateInvalid)));
        }
    }
}
