//! People, and the ways that they are known.

use crate::{
    email::EmailAddress,
    id::{ConnectionId, EnvironmentId, IdentityId, UserId},
    name::{IdentityName, UserName},
    profile::{Issuer, Subject},
    time::Timestamp,
};

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Whose they are.
    pub environment: EnvironmentId,
    /// Their id.
    pub id: UserId,
    /// What they are called.
    pub display_name: Option<String>,
    /// Their address.
    pub email: Option<EmailAddress>,
    /// Whether it is proven to be theirs.
    pub email_verified: bool,
    /// A picture of them.
    pub picture_url: Option<String>,
    /// Since when they are suspended.
    pub suspended_at: Option<Timestamp>,
    /// Guards every change of them.
    pub version: i64,
    /// The number of their last event.
    pub sequence: i64,
    /// When they signed up.
    pub created_at: Timestamp,
    /// When something of them last changed.
    pub updated_at: Timestamp,
    /// When they last signed in.
    pub last_signed_in_at: Timestamp,
}

/// A way that a person is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its id.
    pub id: IdentityId,
    /// Who is known by it.
    pub user: UserId,
    /// What it is.
    pub kind: IdentityKind,
    /// When it was first seen.
    pub created_at: Timestamp,
    /// When it was last used to sign in.
    pub last_used_at: Option<Timestamp>,
}

/// What an identity is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentityKind {
    /// An account at a provider.
    Social(SocialIdentity),
    /// A proven address, unique in its environment.
    Email(EmailAddress),
}

/// An account at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SocialIdentity {
    /// Who vouches for it.
    pub issuer: Issuer,
    /// Its immutable id there.
    pub subject: Subject,
    /// Its second immutable id there.
    pub account_id: Option<String>,
    /// What it is called there, today.
    pub username: Option<String>,
    /// The address that it has there, today.
    pub email: Option<EmailAddress>,
    /// The connections that it came through.
    pub connections: Vec<ConnectionId>,
}

impl User {
    /// Their resource name.
    pub fn name(&self) -> UserName {
        UserName { environment: self.environment.clone(), user: self.id }
    }

    /// Whether nobody signs in as them.
    pub const fn is_suspended(&self) -> bool {
        self.suspended_at.is_some()
    }

    /// Whether their address is proven by one of these identities.
    pub fn is_proven_by<'a>(&self, identities: impl IntoIterator<Item = &'a Identity>) -> bool {
        self.email.as_ref().is_some_and(|email| {
            let proves = |kind: &_| matches!(kind, IdentityKind::Email(proven) if proven == email);
            identities.into_iter().any(|identity| proves(&identity.kind))
        })
    }
}

impl Identity {
    /// Its resource name.
    pub fn name(&self, environment: &EnvironmentId) -> IdentityName {
        IdentityName { environment: environment.clone(), user: self.user, identity: self.id }
    }
}
