//! Facts that other services hear about.

use crate::{
    email::EmailAddress,
    grant::GrantRights,
    host::Host,
    id::{EnvironmentId, EventId},
    name::{
        ApplicationName, ConnectionName, CredentialName, IdentityName, OrganizationName, UserName,
    },
    organization::DomainProblem,
    profile::{Issuer, Subject},
    provider::ProviderName,
    sign_in::{Refusal, SignInResult},
    time::Timestamp,
    user::IdentityKind,
};

/// A fact, with all that its envelope says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id: the key that a consumer knows a repeat by.
    pub id: EventId,
    /// Whose it is.
    pub environment: EnvironmentId,
    /// When it was recorded.
    pub time: Timestamp,
    /// What it is about, and its number among what was told of that.
    pub subject: Option<(EventSubject, i64)>,
    /// What it came about by: the sign-in's reference.
    pub causation_id: Option<String>,
    /// What happened.
    pub body: EventBody,
}

/// What an event is about: each has its own sequence.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EventSubject {
    /// A person.
    User(UserName),
    /// A connection.
    Connection(ConnectionName),
    /// An application.
    Application(ApplicationName),
    /// An organization.
    Organization(OrganizationName),
}

impl EventSubject {
    /// The environment that it is in.
    pub const fn environment(&self) -> &EnvironmentId {
        match self {
            Self::User(name) => &name.environment,
            Self::Connection(name) => &name.environment,
            Self::Application(name) => &name.environment,
            Self::Organization(name) => &name.environment,
        }
    }
}

impl std::fmt::Display for EventSubject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(name) => name.fmt(f),
            Self::Connection(name) => name.fmt(f),
            Self::Application(name) => name.fmt(f),
            Self::Organization(name) => name.fmt(f),
        }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventBody {
    /// A user was made.
    UserSignedUp(SignInFacts),
    /// A sign-in was committed.
    UserSignedIn(SignInFacts, SignInResult),
    /// An account was linked to a user who was known.
    UserLinked(SignInFacts),
    /// What a provider tells of a user changed, or whether it is proven.
    UserUpdated {
        /// Who.
        user: UserName,
        /// The address now.
        email: Option<EmailAddress>,
        /// Whether it is proven.
        email_verified: bool,
        /// What they are called now.
        display_name: Option<String>,
        /// A picture of them now.
        picture_url: Option<String>,
        /// Which of these changed.
        changed_fields: Vec<&'static str>,
    },
    /// A way in was taken from a user.
    UserUnlinked {
        /// Which.
        identity: IdentityName,
        /// What it was.
        kind: IdentityKind,
    },
    /// A user cannot sign in any more.
    UserSuspended(UserName),
    /// A user can sign in again.
    UserUnsuspended(UserName),
    /// A user was deleted, with the ways that they were known.
    UserDeleted(UserName),
    /// A sign-in was refused.
    SignInRefused {
        /// Through what.
        context: SignInContext,
        /// Why.
        reason: Refusal,
        /// Who, if that is known.
        user: Option<UserName>,
    },
    /// A connection was created.
    ConnectionCreated {
        /// Which.
        connection: ConnectionName,
        /// Who vouches for its people.
        provider: ProviderName,
        /// What people read on the button.
        display_name: String,
    },
    /// A connection was changed.
    ConnectionUpdated {
        /// Which.
        connection: ConnectionName,
        /// Which of its fields.
        changed_fields: Vec<String>,
    },
    /// A connection was deleted.
    ConnectionDeleted(ConnectionName),
    /// A deleted connection is back.
    ConnectionUndeleted(ConnectionName),
    /// A deleted connection was removed for ever.
    ConnectionPurged(ConnectionName),
    /// An application may use a connection, for this.
    ConnectionApplicationGranted(ConnectionName, ApplicationName, GrantRights),
    /// An application may not use a connection any more.
    ConnectionApplicationRevoked(ConnectionName, ApplicationName),
    /// A credential was added.
    CredentialCreated {
        /// Which.
        credential: CredentialName,
        /// The consumer's key.
        client_id: String,
        /// The one host that it is for.
        host: Option<String>,
    },
    /// A credential was taken away.
    CredentialDeleted(CredentialName),
    /// A credential that stood by is the active one now.
    CredentialPromoted {
        /// Which.
        credential: CredentialName,
        /// The one that was active.
        replaced: Option<CredentialName>,
    },
    /// An application was created.
    ApplicationCreated {
        /// Which.
        application: ApplicationName,
        /// What people read on the sign-in page.
        display_name: String,
    },
    /// An application was changed.
    ApplicationUpdated {
        /// Which.
        application: ApplicationName,
        /// Which of its fields.
        changed_fields: Vec<String>,
    },
    /// An application was deleted, with its keys and grants.
    ApplicationDeleted(ApplicationName),
    /// An organization was created.
    OrganizationCreated {
        /// Which.
        organization: OrganizationName,
        /// What administrators read.
        display_name: String,
        /// Its custom domain, not verified yet.
        custom_domain: Option<Host>,
    },
    /// An organization was changed.
    OrganizationUpdated {
        /// Which.
        organization: OrganizationName,
        /// Which of its fields.
        changed_fields: Vec<String>,
    },
    /// An organization was deleted.
    OrganizationDeleted(OrganizationName),
    /// People sign in on an organization's custom domain from now on.
    OrganizationDomainVerified(OrganizationName, Host),
    /// Nobody signs in on it any more, or nobody will.
    OrganizationDomainFailed(OrganizationName, Host, DomainProblem),
}

/// Who signed in, and through what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInFacts {
    /// Who.
    pub user: UserName,
    /// By which identity.
    pub identity: IdentityName,
    /// Who vouches for it.
    pub issuer: Issuer,
    /// The account's id there.
    pub subject: Subject,
    /// The user's address.
    pub email: Option<EmailAddress>,
    /// Whether it is proven.
    pub email_verified: bool,
    /// What they are called.
    pub display_name: Option<String>,
    /// A picture of them.
    pub picture_url: Option<String>,
    /// Through what.
    pub context: SignInContext,
}

/// Through what a sign-in went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInContext {
    /// The connection.
    pub connection: ConnectionName,
    /// The application; none in a test event.
    pub application: Option<ApplicationName>,
    /// The organization, if it was for one.
    pub organization: Option<OrganizationName>,
    /// The identity provider.
    pub provider: ProviderName,
    /// Names the sign-in to support.
    pub reference_id: String,
}

impl EventBody {
    /// `<entity>.<past participle>`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::UserSignedUp(_) => "user.signed_up",
            Self::UserSignedIn(..) => "user.signed_in",
            Self::UserLinked(_) => "user.linked",
            Self::UserUpdated { .. } => "user.updated",
            Self::UserUnlinked { .. } => "user.unlinked",
            Self::UserSuspended(_) => "user.suspended",
            Self::UserUnsuspended(_) => "user.unsuspended",
            Self::UserDeleted(_) => "user.deleted",
            Self::SignInRefused { .. } => "sign_in.refused",
            Self::ConnectionCreated { .. } => "connection.created",
            Self::ConnectionUpdated { .. } => "connection.updated",
            Self::ConnectionDeleted(_) => "connection.deleted",
            Self::ConnectionUndeleted(_) => "connection.undeleted",
            Self::ConnectionPurged(_) => "connection.purged",
            Self::ConnectionApplicationGranted(..) => "connection.application_granted",
            Self::ConnectionApplicationRevoked(..) => "connection.application_revoked",
            Self::CredentialCreated { .. } => "credential.created",
            Self::CredentialDeleted(_) => "credential.deleted",
            Self::CredentialPromoted { .. } => "credential.promoted",
            Self::ApplicationCreated { .. } => "application.created",
            Self::ApplicationUpdated { .. } => "application.updated",
            Self::ApplicationDeleted(_) => "application.deleted",
            Self::OrganizationCreated { .. } => "organization.created",
            Self::OrganizationUpdated { .. } => "organization.updated",
            Self::OrganizationDeleted(_) => "organization.deleted",
            Self::OrganizationDomainVerified(..) => "organization.domain_verified",
            Self::OrganizationDomainFailed(..) => "organization.domain_failed",
        }
    }
}
