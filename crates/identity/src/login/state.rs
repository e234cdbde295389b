//! `state`, which goes to the provider and back: a sealed sign-in, or a sealed test login.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use latchkey_domain::{host::Host, name::ConnectionName};
use latchkey_keyring::{KeyId, KeyRing, Purpose};
use serde::{Deserialize, Serialize};

use super::{
    attempt::Attempt,
    flow::{Flow, SealedFlow},
};
use crate::{Error, Result};

/// Browsers and servers take URLs of 8 KB; a state stays far below that.
const MAX_STATE_LENGTH: usize = 1536;

/// What a state holds. A kind is never taken for another: it is under the seal too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State<F = Flow> {
    /// Somebody signs in to an application.
    SignIn(Attempt<F>),
    /// Somebody tries a connection out; the test login has the id of its way.
    Test(F),
}

impl<F> State<F> {
    /// The same, with its way in another shape.
    fn with_flow<G>(self, change: impl FnOnce(F) -> G) -> State<G> {
        match self {
            Self::SignIn(attempt) => State::SignIn(attempt.with_flow(change)),
            Self::Test(flow) => State::Test(change(flow)),
        }
    }
}

impl State {
    /// The way that it went.
    pub(super) const fn flow(&self) -> &Flow {
        match self {
            Self::SignIn(attempt) => &attempt.flow,
            Self::Test(flow) => flow,
        }
    }

    pub(super) fn seal(self, keyring: &KeyRing) -> Result<String> {
        let place = place(&self.flow().connection_name(), &self.flow().host);
        let text = postcard::to_stdvec(&self.with_flow(|flow| SealedFlow::of(&flow)));
        let text = text.map_err(|_| Error::Internal("a state cannot be written"))?;
        let sealed = keyring.seal(Purpose::State, &place, &text)?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Opens a state that came in for a connection and on a host. Whatever is wrong with it, the
    /// caller learns that it is not one of ours.
    pub(super) fn open(
        state: &str,
        connection: &ConnectionName,
        host: &Host,
        keyring: &KeyRing,
    ) -> Result<(Self, KeyId)> {
        if state.len() > MAX_STATE_LENGTH {
            return Err(Error::StateInvalid);
        }
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(state).map_err(|_| Error::StateInvalid)?;
        let opened = keyring.open(Purpose::State, &place(connection, host), &sealed);
        let opened = opened.map_err(|_| Error::StateInvalid)?;
        let state: State<SealedFlow> =
            postcard::from_bytes(&opened.text).map_err(|_| Error::StateInvalid)?;
        Ok((state.with_flow(|flow| flow.at(connection, host)), opened.key))
    }
}

/// Where a state comes back to: its seal is bound to that, so that it need not stand in it.
fn place(connection: &ConnectionName, host: &Host) -> Vec<u8> {
    format!("state {connection} {host}").into_bytes()
}

#[cfg(test)]
pub(super) mod tests {
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
            let (connection, host) = (state.flow().connection_name(), state.flow().host.clone());
            let sealed = state.clone().seal(&keyring).unwrap();
            assert!(sealed.len() < MAX_STATE_LENGTH, "{}", sealed.len());
            let opened = State::open(&sealed, &connection, &host, &keyring).unwrap();
            assert_eq!(opened, (state, keyring.primary()));
        }
    }

    #[test]
    fn a_state_opens_for_its_own_connection_and_on_its_own_host_alone() {
        const OURS: &str = "environments/dev/connections/bitbucket";
        const HOST: &str = "login.example.com";
        let keyring = keyring();
        let flow = Flow {
            environment: "dev".parse().unwrap(),
            connection: "bitbucket".parse().unwrap(),
            host: Host::parse(HOST).unwrap(),
            ..flow()
        };
        let sealed = State::Test(flow).seal(&keyring).unwrap();
        let opened = |connection: &str, host: &str| {
            let host = Host::parse(host).unwrap();
            State::open(&sealed, &connection.parse().unwrap(), &host, &keyring)
        };
        for (connection, host) in [
            ("environments/dev2/connections/bitbucket", HOST),
            ("environments/live/connections/bitbucket", HOST),
            ("environments/dev/connections/bitbucket2", HOST),
            ("environments/dev/connections/other", HOST),
            (OURS, "login.example.com:8443"),
            (OURS, "login.example"),
            (OURS, "login.acme.example"),
        ] {
            let opened = opened(connection, host);
            assert!(matches!(opened, Err(Error::StateInvalid)), "{connection} {host}");
        }
        assert!(opened(OURS, HOST).is_ok());
    }

    /// Holds that a sealed text of `most` characters is looked at, and no longer one, whatever is in it.
    pub(in crate::login) fn is_looked_at_up_to(
        most: usize,
        written: &[u8],
        seal: impl Fn(&[u8]) -> Vec<u8>,
        opens: impl Fn(String) -> bool,
    ) {
        let around = seal(written).len() - written.len();
        let padded = |sealed: usize| {
            let mut text = written.to_vec();
            text.resize(sealed - around, 0);
            BASE64_URL_SAFE_NO_PAD.encode(seal(&text))
        };
        // Three bytes are four characters.
        let longest = most / 4 * 3;
        assert_eq!(padded(longest).len(), most);
        assert!(opens(padded(longest)));
        for over in [longest + 1, longest + 100] {
            assert!(!opens(padded(over)), "{over}");
        }
    }

    #[test]
    fn a_state_that_is_too_long_is_not_looked_at() {
        let (keyring, flow) = (keyring(), flow());
        let (connection, host) = (flow.connection_name(), flow.host.clone());
        let written = postcard::to_stdvec(&State::Test(SealedFlow::of(&flow))).unwrap();
        is_looked_at_up_to(
            MAX_STATE_LENGTH,
            &written,
            |text| keyring.seal(Purpose::State, &place(&connection, &host), text).unwrap(),
            |state| State::open(&state, &connection, &host, &keyring).is_ok(),
        );
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
            let flow = flow();
            let opened = State::open(&text, &flow.connection_name(), &flow.host, &keyring());
            prop_assert!(matches!(opened, Err(Error::StateInvalid)));
        }
    }
}
