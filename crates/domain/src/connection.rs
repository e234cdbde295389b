//! A configured way in, and the consumers at the provider that serve it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    environment::ProviderProblem,
    host::Host,
    id::{ConnectionId, CredentialId, EnvironmentId},
    name::{ConnectionName, CredentialName},
    policy::ConnectionPolicies,
    provider::ProviderName,
    text::DisplayName,
    time::Timestamp,
    upstream::UpstreamParams,
};

/// A configured way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Whose it is.
    pub environment: EnvironmentId,
    /// Its id.
    pub id: ConnectionId,
    /// What people read on the button.
    pub display_name: DisplayName,
    /// Who vouches for the people that come through it.
    pub provider: ProviderName,
    /// Whether the provider's word proves an e-mail address.
    pub trusted_provider: bool,
    /// What is added to the provider's authorization URL.
    pub upstream_params: UpstreamParams,
    /// What it asks of whoever comes through it.
    pub policies: ConnectionPolicies,
    /// Whether it is switched off.
    pub disabled: bool,
    /// Counts its changes.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Its deletion, if it is deleted.
    pub deletion: Option<Deletion>,
}

/// When a connection was deleted, and until when that can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deletion {
    /// When it was deleted.
    pub deleted_at: Timestamp,
    /// From when on it is gone for ever.
    pub purge_at: Timestamp,
}

/// Whether people can sign in through a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionState {
    /// No credential serves the environment's default domain.
    CredentialsMissing,
    /// People can sign in.
    Ready,
    /// It is switched off.
    Disabled,
    /// The provider refused the active credential when it was last asked; a standby may serve.
    Degraded,
    /// It is deleted.
    Deleted,
    /// Its provider vouches for nobody here: see [`ProviderProblem`].
    ProviderUnusable,
}

impl ConnectionState {
    /// Whether it is worth a try to sign in.
    pub const fn is_offered(self) -> bool {
        matches!(self, Self::Ready | Self::Degraded)
    }
}

/// A consumer's key and secret, without the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its id.
    pub id: CredentialId,
    /// The consumer's key.
    pub client_id: String,
    /// The one callback host that it is for; `None` is every host without its own.
    pub host: Option<Host>,
    /// What it is used for.
    pub role: CredentialRole,
    /// Tells two secrets apart; of one connection and client id, one secret has one.
    pub fingerprint: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When the provider last accepted it.
    pub last_used_at: Option<Timestamp>,
    /// When the provider last refused it.
    pub refused_at: Option<Timestamp>,
    /// When it was deleted; sign-ins begun with it can still finish for a while.
    pub deleted_at: Option<Timestamp>,
}

/// What a credential is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CredentialRole {
    /// Sign-ins begin with it.
    Active,
    /// Tried when the active one of the same key is refused.
    Standby,
}

impl Connection {
    /// Its resource name.
    pub fn name(&self) -> ConnectionName {
        ConnectionName { environment: self.environment.clone(), connection: self.id.clone() }
    }

    /// Whether people can sign in on `host` with these credentials, and what is known of its provider.
    pub fn state(
        &self,
        credentials: &[Credential],
        host: &Host,
        problem: Option<ProviderProblem>,
    ) -> ConnectionState {
        match serving(credentials, host) {
            _ if self.deletion.is_some() => ConnectionState::Deleted,
            _ if self.disabled => ConnectionState::Disabled,
            _ if problem.is_some() => ConnectionState::ProviderUnusable,
            None => ConnectionState::CredentialsMissing,
            Some(credential) if credential.is_refused() => ConnectionState::Degraded,
            Some(_) => ConnectionState::Ready,
        }
    }
}

impl Deletion {
    /// How long a deletion can be undone.
    pub const UNDOABLE: Duration = Duration::from_hours(30 * 24);

    /// A deletion at this moment.
    pub fn at(now: Timestamp) -> Self {
        Self { deleted_at: now, purge_at: now.plus(Self::UNDOABLE) }
    }

    /// Whether it can still be undone.
    pub const fn can_be_undone(&self, now: Timestamp) -> bool {
        now.0 < self.purge_at.0
    }
}

impl Credential {
    /// How long sign-ins that began with a deleted credential can finish: their seal's life.
    pub const GRACE: Duration = crate::sign_in::STATE_LIFETIME;

    /// Whether the provider refused it when it was last asked.
    pub fn is_refused(&self) -> bool {
        // What never happened is before everything that did.
        self.refused_at > self.last_used_at
    }

    /// Its resource name, below its connection's.
    pub fn name(&self, connection: &ConnectionName) -> CredentialName {
        CredentialName {
            environment: connection.environment.clone(),
            connection: connection.connection.clone(),
            credential: self.id,
        }
    }
}

/// The credential that sign-ins on `host` begin with: the host's own, else the one for all hosts.
pub fn serving<'a>(credentials: &'a [Credential], host: &Host) -> Option<&'a Credential> {
    active(credentials, Some(host)).or_else(|| serving_the_rest(credentials))
}

/// The credential that sign-ins begin with on every host without its own.
pub fn serving_the_rest(credentials: &[Credential]) -> Option<&Credential> {
    active(credentials, None)
}

fn active<'a>(credentials: &'a [Credential], host: Option<&Host>) -> Option<&'a Credential> {
    credentials.iter().find(|credential| {
        credential.role == CredentialRole::Active
            && credential.deleted_at.is_none()
            && credential.host.as_ref() == host
    })
}

/// The credential to try when the provider refuses `refused`: same key, same host, another secret.
pub fn standby<'a>(credentials: &'a [Credential], refused: &Credential) -> Option<&'a Credential> {
    credentials.iter().find(|credential| {
        credential.id != refused.id
            && credential.deleted_at.is_none()
            && credential.client_id == refused.client_id
            && credential.host == refused.host
            && credential.fingerprint != refused.fingerprint
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credential(n: i64, key: &str, host: Option<&str>, role: CredentialRole) -> Credential {
        Credential {
            id: CredentialId::new(Timestamp(n * 1_000)),
            client_id: key.to_owned(),
            host: host.map(|host| Host::parse(host).unwrap()),
            role,
            fingerprint: format!("{n}"),
            created_at: Timestamp(n),
            last_used_at: None,
            refused_at: None,
            deleted_at: None,
        }
    }

    #[test]
    fn a_host_is_served_by_its_own_credential_before_the_one_for_all() {
        let credentials = [
            credential(1, "all", None, CredentialRole::Active),
            credential(2, "own", Some("login.example.com"), CredentialRole::Active),
        ];
        let key = |host: &str| {
            serving(&credentials, &Host::parse(host).unwrap()).unwrap().client_id.clone()
        };
        assert_eq!(key("login.example.com"), "own");
        assert_eq!(key("login.example.org"), "all");
    }

    #[test]
    fn a_standby_has_the_same_key_and_host_and_another_secret() {
        let active = credential(1, "key", None, CredentialRole::Active);
        let other_key = credential(2, "other", None, CredentialRole::Standby);
        let other_host = credential(3, "key", Some("a.example"), CredentialRole::Standby);
        let fitting = credential(4, "key", None, CredentialRole::Standby);
        let credentials = [active.clone(), other_key, other_host, fitting.clone()];
        assert_eq!(standby(&credentials, &active), Some(&fitting));
        assert_eq!(standby(&credentials[..3], &active), None);
    }

    #[test]
    fn a_credential_is_refused_until_it_is_accepted_again() {
        let mut active = credential(1, "key", None, CredentialRole::Active);
        let at = |time: i64| (time > 0).then_some(Timestamp(time));
        for (used, refused, expected) in
            [(0, 0, false), (0, 1, true), (1, 0, false), (1, 2, true), (2, 1, false)]
        {
            (active.last_used_at, active.refused_at) = (at(used), at(refused));
            assert_eq!(active.is_refused(), expected, "used {used}, refused {refused}");
        }
    }

    #[test]
    fn a_deletion_can_be_undone_for_thirty_days() {
        let deletion = Deletion::at(Timestamp(5));
        let month = Timestamp(5).plus(Duration::from_hours(720));
        assert!(deletion.can_be_undone(Timestamp(month.0 - 1)));
        assert!(!deletion.can_be_undone(month));
    }

    #[test]
    fn nothing_begins_with_a_deleted_or_standby_credential() {
        let host = Host::parse("login.example.com").unwrap();
        let mut deleted = credential(1, "key", None, CredentialRole::Active);
        deleted.deleted_at = Some(Timestamp(9));
        let standby = credential(2, "key", None, CredentialRole::Standby);
        assert_eq!(serving(&[deleted, standby], &host), None);
    }
}
