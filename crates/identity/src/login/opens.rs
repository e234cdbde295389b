//! Tries a text as everything that is sealed or derived, for those who fuzz.

use latchkey_domain::{host::Host, mail::Language, name::ConnectionName};
use latchkey_keyring::KeyRing;

use super::{attempt::Opened, code::LoginCode, proof::Continue, state::State};

/// Whether a text opens as a state or a continuation. A login code may have the form of one: whether it is
/// one is found out by its hash.
pub(crate) fn opens(text: &str, keyring: &KeyRing) -> bool {
    let connection: ConnectionName =
        "environments/dev/connections/bitbucket".parse().expect("a name");
    let host = Host::parse("login.example.com").expect("a host");
    if let Some(code) = LoginCode::parse(&text.into()) {
        assert!(LoginCode::parse(&code.to_text()).is_some());
    }
    let at = Continue {
        environment: connection.environment.clone(),
        host: host.clone(),
        continuation: text.into(),
        browser_secret: "".into(),
        language: Language::English,
    };
    State::open(text, &connection, &host, keyring).is_ok()
        || Opened::from_continuation(&at, keyring).is_ok()
}
