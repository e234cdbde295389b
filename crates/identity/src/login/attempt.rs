//! A sign-in under way: sealed into `state`, and nowhere else.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use latchkey_domain::{
    application::Application,
    connection::Credential,
    host::Host,
    id::{ApplicationId, AttemptId, ConnectionId, CredentialId, EnvironmentId},
    name::{ApplicationName, ConnectionName},
    pkce::CodeChallenge,
    provider::Provider,
    redirect_uri::RedirectUri,
    sign_in::{Intent, STATE_LIFETIME},
    time::Timestamp,
};
use latchkey_keyring::{KeyId, KeyRing, Purpose, sha256};
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// There is one kind of place for a state: the URL of a callback.
const PLACE: &[u8] = b"state";
/// Browsers and servers take URLs of 8 KB; a state stays far below that.
const MAX_STATE_LENGTH: usize = 1536;

/// All that is known of a sign-in before its callback.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Attempt {
    pub(super) id: AttemptId,
    pub(super) started_at: Timestamp,
    pub(super) environment: EnvironmentId,
    pub(super) connection: ConnectionId,
    pub(super) revision: Revision,
    pub(super) credential: CredentialId,
    pub(super) application: ApplicationId,
    pub(super) redirect_uri: RedirectUriId,
    pub(super) host: Host,
    pub(super) intent: Intent,
    /// SHA-256 of what the browser keeps in its cookie.
    pub(super) browser_hash: [u8; 32],
    pub(super) code_challenge: CodeChallenge,
    pub(super) application_state: String,
}

/// An attempt out of its seal, with the key that it was sealed with.
#[derive(Debug, Clone)]
pub(super) struct Opened {
    pub(super) attempt: Attempt,
    pub(super) key: KeyId,
}

/// Stands for everything that a code could be sent to: endpoints, client key and host. While it is
/// the same, nothing of that has changed, on whatever replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Revision([u8; 8]);

/// Stands for a redirect URI, which is long, in a state, which is to be short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RedirectUriId([u8; 16]);

/// Without the application's own state, which may say anything.
impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt")
            .field("id", &self.id)
            .field("started_at", &self.started_at)
            .field("connection", &self.connection_name())
            .field("application", &self.application_name())
            .finish_non_exhaustive()
    }
}

impl Revision {
    pub(super) fn of(provider: &dyn Provider, credential: &Credential, host: &Host) -> Self {
        let mut parts: Vec<&str> = provider.endpoints().into_iter().map(url::Url::as_str).collect();
        parts.extend([provider.issuer().0.as_str(), &credential.client_id, host.as_str()]);
        Self(first_bytes(sha256(parts.join("\n").as_bytes())))
    }
}

impl RedirectUriId {
    pub(super) fn of(uri: &RedirectUri) -> Self {
        Self(first_bytes(sha256(uri.as_str().as_bytes())))
    }

    /// Finds the URI, if the application still has it.
    pub(super) fn find(self, application: &Application) -> Option<&RedirectUri> {
        application.redirect_uris.iter().find(|uri| Self::of(uri) == self)
    }
}

fn first_bytes<const N: usize>(digest: [u8; 32]) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&digest[..N]);
    out
}

impl Attempt {
    pub(super) fn seal(&self, keyring: &KeyRing) -> Result<String> {
        let text = postcard::to_stdvec(self)
            .map_err(|_| Error::Internal("an attempt cannot be written"))?;
        let sealed = keyring.seal(Purpose::State, PLACE, &text)?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Opens a state. Whatever is wrong with it, the caller learns that it is not one of ours.
    pub(super) fn open(state: &str, keyring: &KeyRing) -> Result<Opened> {
        if state.len() > MAX_STATE_LENGTH {
            return Err(Error::StateInvalid);
        }
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(state).map_err(|_| Error::StateInvalid)?;
        let opened =
            keyring.open(Purpose::State, PLACE, &sealed).map_err(|_| Error::StateInvalid)?;
        let attempt = postcard::from_bytes(&opened.text).map_err(|_| Error::StateInvalid)?;
        Ok(Opened { attempt, key: opened.key })
    }

    /// Lets an attempt through that is still fresh.
    pub(super) fn fresh(&self, now: Timestamp) -> Result<()> {
        if now < self.started_at.plus(STATE_LIFETIME) { Ok(()) } else { Err(Error::StateExpired) }
    }

    /// Lets the browser through that began it.
    pub(super) fn same_browser(&self, browser_secret: &str) -> Result<()> {
        // Digests are compared, so the time that it takes tells nothing of the secret.
        if sha256(browser_secret.as_bytes()) == self.browser_hash {
            return Ok(());
        }
        Err(Error::BrowserMismatch)
    }

    pub(super) fn connection_name(&self) -> ConnectionName {
        ConnectionName {
            environment: self.environment.clone(),
            connection: self.connection.clone(),
        }
    }

    pub(super) fn application_name(&self) -> ApplicationName {
        ApplicationName {
            environment: self.environment.clone(),
            application: self.application.clone(),
        }
    }
}

/// The name of the cookie that belongs to a state: two sign-ins in two tabs do not meet.
pub(super) fn cookie_name(state: &str, host: &Host) -> String {
    // On plain http a browser takes neither `Secure` nor the prefix that demands it.
    let prefix = if host.is_loopback() { "latchkey-" } else { "__Host-latchkey-" };
    let digest = BASE64_URL_SAFE_NO_PAD.encode(sha256(state.as_bytes()));
    format!("{prefix}{}", &digest[..16])
}

#[cfg(test)]
mod tests {
    use latchkey_keyring::KeyFile;
    use proptest::prelude::*;

    use super::*;

    fn keyring() -> KeyRing {
        KeyRing::load(&KeyFile::generate().unwrap()).unwrap()
    }

    fn longest_host() -> String {
        let label = "h".repeat(63);
        format!("login.{label}.{label}.{label}.{}", "h".repeat(55))
    }

    fn attempt() -> Attempt {
        let now = Timestamp(1_700_000_000_000_000);
        let longest = format!("a{}", "b".repeat(62));
        Attempt {
            id: AttemptId::new(now),
            started_at: now,
            environment: longest.parse().unwrap(),
            connection: longest.parse().unwrap(),
            revision: Revision([7; 8]),
            credential: CredentialId::new(now),
            application: longest.parse().unwrap(),
            redirect_uri: RedirectUriId([9; 16]),
            host: Host::parse(&longest_host()).unwrap(),
            intent: Intent::SignInOrUp,
            browser_hash: sha256(b"browser"),
            code_challenge: CodeChallenge([3; 32]),
            application_state: "s".repeat(512),
        }
    }

    #[test]
    fn a_state_opens_to_what_was_sealed_and_stays_short() {
        let keyring = keyring();
        let state = attempt().seal(&keyring).unwrap();
        assert!(state.len() < MAX_STATE_LENGTH, "{}", state.len());
        assert_eq!(
            Attempt::open(&state, &keyring).unwrap().attempt,
            attempt_like(&state, &keyring)
        );
    }

    fn attempt_like(state: &str, keyring: &KeyRing) -> Attempt {
        let opened = Attempt::open(state, keyring).unwrap().attempt;
        Attempt { id: opened.id, credential: opened.credential, ..attempt() }
    }

    #[test]
    fn a_state_shows_none_of_its_fields() {
        let state = attempt().seal(&keyring()).unwrap();
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(state).unwrap();
        for field in [&b"login.hhhh"[..], b"bbbbbbbb", b"ssssssss"] {
            assert!(!bytes.windows(field.len()).any(|window| window == field));
        }
    }

    #[test]
    fn an_attempt_can_be_shown_without_the_state_of_the_application() {
        let shown = format!("{:?}", attempt());
        assert!(shown.contains("ref_") && !shown.contains("ssss"), "{shown}");
    }

    #[test]
    fn a_state_lives_for_ten_minutes() {
        let attempt = attempt();
        let end = attempt.started_at.plus(STATE_LIFETIME);
        assert!(attempt.fresh(Timestamp(end.0 - 1)).is_ok());
        assert!(matches!(attempt.fresh(end), Err(Error::StateExpired)));
    }

    #[test]
    fn a_state_is_for_the_browser_that_began_it() {
        assert!(attempt().same_browser("browser").is_ok());
        for other in ["", "Browser", "browser "] {
            assert!(matches!(attempt().same_browser(other), Err(Error::BrowserMismatch)));
        }
    }

    proptest! {
        #[test]
        fn what_was_not_sealed_here_does_not_open(text in "[A-Za-z0-9_-]{0,200}") {
            prop_assert!(matches!(Attempt::open(&text, &keyring()), Err(Error::StateInvalid)));
        }
    }
}
