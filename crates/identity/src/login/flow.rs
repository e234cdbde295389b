//! The way to the provider and back: what a sign-in and a test login have in common.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use latchkey_domain::{
    connection::Credential,
    host::Host,
    id::{AttemptId, ConnectionId, CredentialId, EnvironmentId},
    name::ConnectionName,
    provider::{AuthorizationRequest, Provider},
    sign_in::STATE_LIFETIME,
    test_login::TurnedAway,
    time::Timestamp,
};
use latchkey_keyring::{random_token, sha256};
use latchkey_store::WayIn;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::start::Started;
use crate::Result;

/// A way under way: what is checked when somebody comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flow {
    pub(super) id: AttemptId,
    pub(super) started_at: Timestamp,
    pub(super) environment: EnvironmentId,
    pub(super) connection: ConnectionId,
    pub(super) revision: Revision,
    pub(super) credential: CredentialId,
    pub(super) host: Host,
    /// SHA-256 of what the browser keeps in its cookie.
    pub(super) browser_hash: [u8; 32],
}

/// What is sealed of a way: all but what its callback brings again, which the seal is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SealedFlow {
    id: AttemptId,
    started_at: Timestamp,
    revision: Revision,
    credential: CredentialId,
    browser_hash: [u8; 32],
}

/// Stands for everything that a code could be sent to: endpoints, client key and host. While it is
/// the same, nothing of that has changed, on whatever replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Revision(pub(super) [u8; 8]);

/// From where a way begins, and through what it goes.
#[derive(Debug)]
pub(super) struct Departure<'a> {
    pub(super) way_in: &'a WayIn,
    pub(super) provider: &'a dyn Provider,
    pub(super) credential: &'a Credential,
    pub(super) host: &'a Host,
}

impl Departure<'_> {
    /// Begins a way, and a secret that its browser is to keep.
    pub(super) fn begin(&self, id: AttemptId, now: Timestamp) -> Result<(Flow, SecretString)> {
        let browser_secret = random_token()?;
        let flow = Flow {
            id,
            started_at: now,
            environment: self.way_in.connection.environment.clone(),
            connection: self.way_in.connection.id.clone(),
            revision: Revision::of(self.provider, self.credential, self.host),
            credential: self.credential.id,
            host: self.host.clone(),
            browser_hash: sha256(browser_secret.expose_secret().as_bytes()),
        };
        Ok((flow, browser_secret))
    }

    /// Where the browser goes with a sealed state, and what it keeps meanwhile.
    pub(super) fn send(
        &self,
        state: &str,
        browser_secret: SecretString,
        (login_hint, prompt): (&str, &str),
    ) -> Started {
        let connection = &self.way_in.connection;
        let url = self.provider.authorization_url(&AuthorizationRequest {
            client_id: &self.credential.client_id,
            redirect_uri: &self.host.callback_url(&connection.id),
            state,
            upstream_params: &connection.upstream_params.filled(login_hint, prompt),
        });
        let cookie_name = cookie_name(state, self.host);
        Started { authorization_url: String::from(url).into(), browser_secret, cookie_name }
    }
}

impl Flow {
    /// Lets a way through that is still fresh.
    pub(super) fn fresh(&self, now: Timestamp) -> std::result::Result<(), TurnedAway> {
        let is_fresh = now < self.started_at.plus(STATE_LIFETIME);
        if is_fresh { Ok(()) } else { Err(TurnedAway::StateExpired) }
    }

    /// Lets the browser through that began it.
    pub(super) fn same_browser(&self, browser_secret: &str) -> std::result::Result<(), TurnedAway> {
        // Digests are compared, so the time that it takes tells nothing of the secret.
        if sha256(browser_secret.as_bytes()) == self.browser_hash {
            return Ok(());
        }
        Err(TurnedAway::BrowserMismatch)
    }

    pub(super) fn connection_name(&self) -> ConnectionName {
        ConnectionName {
            environment: self.environment.clone(),
            connection: self.connection.clone(),
        }
    }
}

impl SealedFlow {
    pub(super) const fn of(flow: &Flow) -> Self {
        let Flow { id, started_at, revision, credential, browser_hash, .. } = *flow;
        Self { id, started_at, revision, credential, browser_hash }
    }

    /// The way, with the connection and the host that its seal was bound to.
    pub(super) fn at(self, connection: &ConnectionName, host: &Host) -> Flow {
        Flow {
            id: self.id,
            started_at: self.started_at,
            environment: connection.environment.clone(),
            connection: connection.connection.clone(),
            revision: self.revision,
            credential: self.credential,
            host: host.clone(),
            browser_hash: self.browser_hash,
        }
    }
}

impl Revision {
    pub(super) fn of(provider: &dyn Provider, credential: &Credential, host: &Host) -> Self {
        let mut parts: Vec<&str> = provider.endpoints().into_iter().map(url::Url::as_str).collect();
        parts.extend([provider.issuer().0.as_str(), &credential.client_id, host.as_str()]);
        Self(first_bytes(sha256(parts.join("\n").as_bytes())))
    }
}

pub(super) fn first_bytes<const N: usize>(digest: [u8; 32]) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&digest[..N]);
    out
}

/// The name of the cookie that belongs to a state: two sign-ins in two tabs do not meet.
fn cookie_name(state: &str, host: &Host) -> String {
    // On plain http a browser takes neither `Secure` nor the prefix that demands it.
    let prefix = if host.is_loopback() { "latchkey-" } else { "__Host-latchkey-" };
    let digest = BASE64_URL_SAFE_NO_PAD.encode(sha256(state.as_bytes()));
    format!("{prefix}{}", &digest[..16])
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::login) fn longest_host() -> String {
        let label = "h".repeat(63);
        format!("login.{label}.{label}.{label}.{}", "h".repeat(55))
    }

    /// With the longest of everything.
    pub(in crate::login) fn flow() -> Flow {
        let now = Timestamp(1_700_000_000_000_000);
        let longest = format!("a{}", "b".repeat(62));
        Flow {
            id: AttemptId::new(now),
            started_at: now,
            environment: longest.parse().unwrap(),
            connection: longest.parse().unwrap(),
            revision: Revision([7; 8]),
            credential: CredentialId::new(now),
            host: Host::parse(&longest_host()).unwrap(),
            browser_hash: sha256(b"browser"),
        }
    }

    #[test]
    fn a_state_lives_for_ten_minutes() {
        let flow = flow();
        let end = flow.started_at.plus(STATE_LIFETIME);
        assert!(flow.fresh(Timestamp(end.0 - 1)).is_ok());
        assert_eq!(flow.fresh(end), Err(TurnedAway::StateExpired));
    }

    #[test]
    fn a_state_is_for_the_browser_that_began_it() {
        assert!(flow().same_browser("browser").is_ok());
        for other in ["", "Browser", "browser "] {
            assert_eq!(flow().same_browser(other), Err(TurnedAway::BrowserMismatch));
        }
    }

    #[test]
    fn each_state_has_a_cookie_of_its_own_that_is_bound_to_its_host_where_browsers_can() {
        let host = Host::parse("login.example.com").unwrap();
        let name = cookie_name("state", &host);
        // The first 12 bytes of SHA-256, as `printf state | openssl sha256 -binary | basenc --base64url` has them.
        assert_eq!(name, "__Host-latchkey-S6aXNcpTdl7Wpwnt");
        assert_ne!(cookie_name("other", &host), name);
        let local = cookie_name("state", &Host::parse("localhost:8080").unwrap());
        assert_eq!(local, "latchkey-S6aXNcpTdl7Wpwnt");
    }

    #[test]
    fn a_digest_is_cut_from_its_beginning() {
        let digest = std::array::from_fn(|n| u8::try_from(n).unwrap());
        assert_eq!(first_bytes(digest), [0, 1, 2, 3]);
    }
}
