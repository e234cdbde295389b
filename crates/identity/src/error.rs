//! What went wrong, by what the caller can do about it.

use latchkey_domain::{Invalid, test_login::TurnedAway};

/// A result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use case did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A field holds what it may not hold.
    #[error("{field}: {invalid}")]
    Field {
        /// Which, by its path in the request.
        field: &'static str,
        /// What is wrong with it.
        invalid: Invalid,
    },
    /// No key, or not one that works.
    #[error("the call needs an API key that works")]
    Unauthenticated,
    /// There is no such resource, or it is another tenant's.
    #[error("there is no such resource")]
    NotFound,
    /// The id is taken.
    #[error("the id is taken; a deleted environment or connection keeps its id")]
    Exists,
    /// What is to be undeleted is not deleted.
    #[error("the connection is not deleted; there is nothing to undo")]
    NotDeleted,
    /// What is to be purged is not deleted.
    #[error("the connection is not deleted; delete it first")]
    StillThere,
    /// What is to be rotated works no longer.
    #[error("the key works no longer; create a new one")]
    ApiKeyExpired,
    /// There is nothing to prove.
    #[error("the organization has no custom domain; set one first")]
    DomainMissing,
    /// Nobody has begun to prove it.
    #[error("the verification of the custom domain was not started; start it first")]
    VerificationNotStarted,
    /// The host is an organization's, or another environment's.
    #[error(
        "the domain is somebody else's: an organization's verified custom domain, or the default domain of another environment"
    )]
    DomainTaken,
    /// It is not for an environment's own administrators.
    #[error("only an operator key can change the default domain")]
    OperatorsOnly,
    /// The etag is not the current one.
    #[error("the resource was changed meanwhile; read it again")]
    EtagMismatch,
    /// The resource still holds others.
    #[error("the environment still holds connections, applications, organizations or users")]
    InUse,
    /// A request id came before, with another request.
    #[error("the request id came before with another request")]
    RequestIdReused,
    /// Not one of the application's redirect URIs.
    #[error("the redirect URI is not one of the application's")]
    RedirectUriNotRegistered,
    /// The connection has no credential for this host.
    #[error("the connection has no credential for this host")]
    CredentialsMissing,
    /// The connection is switched off, or its provider vouches for nobody here.
    #[error("the connection is switched off, or its provider is not usable")]
    ConnectionDisabled,
    /// The application may not use the connection, or not for this.
    #[error("the application may not use this connection, or not for this")]
    ApplicationNotGranted,
    /// The state is not one of ours, or not for this connection or host.
    #[error("the state is not one of ours")]
    StateInvalid,
    /// The sign-in began too long ago.
    #[error("the sign-in began more than 10 minutes ago; start again")]
    StateExpired,
    /// The sign-in was begun by another browser.
    #[error("the sign-in was begun by another browser")]
    BrowserMismatch,
    /// The sign-in was finished already.
    #[error("the sign-in was finished already; start again")]
    AttemptUsed,
    /// The sign-in is still at work.
    #[error("the sign-in is still at work; start again")]
    AttemptInProgress,
    /// It is not known how the sign-in ended.
    #[error("the sign-in was cut off; start again")]
    StartAgain(#[source] Box<Error>),
    /// The continuation is not one of ours, or not for this host.
    #[error("the continuation is not one of ours")]
    ContinuationInvalid,
    /// Another address was given before.
    #[error("another address was given before; to give another one, start again")]
    EmailGiven,
    /// No address was given yet.
    #[error("no address was given yet; submit one first")]
    EmailMissing,
    /// The address is not proven yet.
    #[error("the address is not proven yet; verify it first")]
    EmailNotProven,
    /// The login code cannot be redeemed.
    #[error("the login code cannot be redeemed")]
    LoginCodeInvalid,
    /// The user was suspended since they signed in.
    #[error("the user is suspended")]
    UserSuspended,
    /// Without it, nobody would be known as the user.
    #[error("it is the last identity of the user; delete the user")]
    UserLastIdentity,
    /// The ticket of a test login does not work.
    #[error("the link of this test does not work: it works once, for 10 minutes, on its host")]
    TestTicketInvalid,
    /// The link ticket does not work.
    #[error("the link ticket does not work: it works once, for a minute, for its application")]
    LinkTicketInvalid,
    /// The id token is not one that a link ticket can be made from.
    #[error(
        "the id token is not one that was issued to this application for an active user at most 10 minutes ago"
    )]
    IdTokenInvalid,
    /// The database cannot be reached.
    #[error("the database cannot be reached")]
    StorageUnavailable(#[source] latchkey_store::Error),
    /// Too many others changed the same thing.
    #[error("too many others changed the same thing; try again")]
    Contention(#[source] latchkey_store::Error),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[source] latchkey_store::Error),
    /// A value could not be sealed, opened or derived.
    #[error("the key ring failed")]
    Keyring(#[source] latchkey_keyring::Error),
    /// A value was sealed with a key that this process does not have; another may have it.
    #[error("a key is missing here; another replica may have it")]
    KeyMissing(#[source] latchkey_keyring::Error),
    /// Anything else that is ours to fix.
    #[error("{0}")]
    Internal(&'static str),
}

/// What a caller can do about an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Fix the request.
    Invalid,
    /// Bring a key that works.
    Unauthenticated,
    /// Nothing: it is not theirs to do.
    Denied,
    /// Ask for something that exists.
    NotFound,
    /// Choose another id.
    Exists,
    /// Change something else first.
    Precondition,
    /// Begin again, one level up.
    StartOver,
    /// Try the same call again.
    Unavailable,
    /// Nothing: it is ours to fix.
    Internal,
}

impl From<latchkey_keyring::Error> for Error {
    fn from(error: latchkey_keyring::Error) -> Self {
        match error {
            latchkey_keyring::Error::KeyMissing(_) => Self::KeyMissing(error),
            _ => Self::Keyring(error),
        }
    }
}

impl From<latchkey_store::Error> for Error {
    fn from(error: latchkey_store::Error) -> Self {
        match error {
            latchkey_store::Error::Conflict(_) => Self::Contention(error),
            latchkey_store::Error::Unavailable(_) => Self::StorageUnavailable(error),
            _ => Self::Storage(error),
        }
    }
}

impl From<TurnedAway> for Error {
    fn from(reason: TurnedAway) -> Self {
        match reason {
            TurnedAway::BrowserMismatch => Self::BrowserMismatch,
            TurnedAway::StateExpired => Self::StateExpired,
        }
    }
}

impl Error {
    /// A field that holds what it may not hold.
    pub(crate) const fn field(field: &'static str, invalid: Invalid) -> Self {
        Self::Field { field, invalid }
    }

    /// Whether the whole use case can be tried again: somebody else was faster.
    pub(crate) const fn is_conflict(&self) -> bool {
        matches!(self, Self::Contention(_))
    }

    /// The field of the request that is wrong, and what is wrong with it, where it is one field.
    pub fn wrong_field(&self) -> Option<(&'static str, String)> {
        let field = match self {
            Self::Field { field, invalid } => return Some((field, invalid.to_string())),
            Self::RequestIdReused => "request_id",
            Self::RedirectUriNotRegistered => "redirect_uri",
            Self::StateInvalid => "state",
            Self::ContinuationInvalid => "continuation",
            Self::EmailGiven => "email",
            Self::LoginCodeInvalid => "code",
            Self::TestTicketInvalid => "ticket",
            Self::LinkTicketInvalid => "link_ticket",
            Self::IdTokenInvalid => "id_token",
            _ => return None,
        };
        Some((field, self.to_string()))
    }

    /// What the caller can do.
    pub const fn kind(&self) -> ErrorKind {
        self.class().0
    }

    /// The reason's name in the API.
    pub const fn reason(&self) -> &'static str {
        self.class().1
    }

    #[expect(clippy::too_many_lines, reason = "a table: a line an error, and none left out")]
    const fn class(&self) -> (ErrorKind, &'static str) {
        use ErrorKind::{
            Denied, Exists, Internal, Invalid, NotFound, Precondition, StartOver, Unauthenticated,
            Unavailable,
        };
        match self {
            Self::Field { .. } => (Invalid, "FIELD_INVALID"),
            Self::Unauthenticated => (Unauthenticated, "CREDENTIALS_INVALID"),
            Self::NotFound => (NotFound, "RESOURCE_NOT_FOUND"),
            Self::Exists | Self::NotDeleted => (Exists, "RESOURCE_EXISTS"),
            Self::StillThere => (Precondition, "RESOURCE_NOT_DELETED"),
            Self::ApiKeyExpired => (Precondition, "API_KEY_EXPIRED"),
            Self::DomainMissing => (Precondition, "DOMAIN_MISSING"),
            Self::VerificationNotStarted => (Precondition, "VERIFICATION_NOT_STARTED"),
            Self::DomainTaken => (Exists, "DOMAIN_TAKEN"),
            Self::EtagMismatch => (StartOver, "ETAG_MISMATCH"),
            Self::InUse => (Precondition, "RESOURCE_IN_USE"),
            Self::RequestIdReused => (Invalid, "REQUEST_ID_REUSED"),
            Self::RedirectUriNotRegistered => (Invalid, "REDIRECT_URI_NOT_REGISTERED"),
            Self::CredentialsMissing => (Precondition, "CREDENTIALS_MISSING"),
            Self::ConnectionDisabled => (Precondition, "CONNECTION_DISABLED"),
            Self::ApplicationNotGranted => (Precondition, "APPLICATION_NOT_GRANTED"),
            Self::StateInvalid => (Invalid, "STATE_INVALID"),
            Self::ContinuationInvalid => (Invalid, "CONTINUATION_INVALID"),
            Self::EmailGiven => (Precondition, "EMAIL_GIVEN"),
            Self::EmailMissing => (Precondition, "EMAIL_MISSING"),
            Self::EmailNotProven => (Precondition, "EMAIL_NOT_PROVEN"),
            Self::StateExpired => (Precondition, "STATE_EXPIRED"),
            Self::OperatorsOnly => (Denied, "CALLER_NOT_ALLOWED"),
            Self::BrowserMismatch => (Denied, "BROWSER_MISMATCH"),
            Self::AttemptUsed => (StartOver, "ATTEMPT_USED"),
            Self::AttemptInProgress => (StartOver, "ATTEMPT_IN_PROGRESS"),
            Self::StartAgain(_) => (StartOver, "START_AGAIN"),
            Self::LoginCodeInvalid => (Invalid, "LOGIN_CODE_INVALID"),
            Self::UserSuspended => (Precondition, "USER_SUSPENDED"),
            Self::UserLastIdentity => (Precondition, "USER_LAST_IDENTITY"),
            Self::TestTicketInvalid => (Invalid, "TEST_TICKET_INVALID"),
            Self::LinkTicketInvalid => (Invalid, "LINK_TICKET_INVALID"),
            Self::IdTokenInvalid => (Invalid, "ID_TOKEN_INVALID"),
            Self::StorageUnavailable(_) => (Unavailable, "STORAGE_UNAVAILABLE"),
            Self::KeyMissing(_) => (Unavailable, "KEY_MISSING"),
            Self::Contention(_) => (StartOver, "CONTENTION"),
            Self::Storage(_) | Self::Keyring(_) | Self::Internal(_) => (Internal, "INTERNAL"),
        }
    }
}
