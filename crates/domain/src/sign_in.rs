//! A sign-in: its times, its intent and its ends.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::Invalid;

/// How long a person may take at the provider.
pub const STATE_LIFETIME: Duration = Duration::from_mins(10);
/// How long the browser keeps its secret: longer than the state lives, so that who comes late is
/// told so, and not that the browser is another one.
pub const COOKIE_LIFETIME: Duration = Duration::from_mins(45);
/// How long a login code can be redeemed: the application does it at once (ASVS 10.4.3, level 3).
pub const LOGIN_CODE_LIFETIME: Duration = Duration::from_mins(1);
/// How long a link ticket can be used: the application sends the browser on at once.
pub const LINK_TICKET_LIFETIME: Duration = Duration::from_mins(1);
/// How old an id token may be that a link ticket is made from: who has an old one need not be who
/// signed in.
pub const LINKS_AFTER_SIGN_IN: Duration = Duration::from_mins(10);
/// When a claimed sign-in without an end is taken for abandoned: beyond all of a provider's time.
pub const ABANDONED_AFTER: Duration = Duration::from_secs(15);

/// Whom a sign-in is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Intent {
    /// Whoever comes.
    #[default]
    SignInOrUp,
    /// Known people only.
    SignIn,
    /// New people; a known one signs in.
    SignUp,
}

/// What a completed sign-in did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignInResult {
    /// The person was known.
    SignedIn,
    /// A user was made.
    SignedUp,
    /// The account was linked to a user: known by a proven address, or signed in already.
    Linked,
}

macro_rules! reasons {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal => $oauth:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name in the API and in the database.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            /// The reason with this name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|reason| reason.as_str() == name)
            }

            /// The `error` of OAuth that the application reads (RFC 6749, 4.1.2.1, and OpenID
            /// Connect, 3.1.2.6).
            pub const fn oauth_error(self) -> &'static str {
                match self {
                    $(Self::$variant => $oauth,)*
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

reasons! {
    /// Why a person may not, or did not want to, sign in.
    Refusal {
        /// They said no at the provider.
        DeniedByUser = "DENIED_BY_USER" => "access_denied",
        /// The provider wants them to do something first.
        InteractionRequired = "INTERACTION_REQUIRED" => "interaction_required",
        /// Nobody is known by this account, and the intent was to sign in; or whom it was to be added
        /// to is deleted.
        AccountNotFound = "ACCOUNT_NOT_FOUND" => "access_denied",
        /// The connection was switched off or deleted.
        ConnectionDisabled = "CONNECTION_DISABLED" => "unauthorized_client",
        /// The connection was taken from the application.
        ApplicationNotGranted = "APPLICATION_NOT_GRANTED" => "unauthorized_client",
        /// The redirect URI was taken from the application.
        RedirectUriNotRegistered = "REDIRECT_URI_NOT_REGISTERED" => "invalid_request",
        /// Nobody is known by this account, and the application takes nobody new this way.
        SignUpNotAllowed = "SIGN_UP_NOT_ALLOWED" => "access_denied",
        /// They are known, and the application does not let them in this way.
        SignInNotAllowed = "SIGN_IN_NOT_ALLOWED" => "access_denied",
        /// Somebody is known by the address, or is signed in, and the application does not link accounts
        /// this way.
        LinkNotAllowed = "LINK_NOT_ALLOWED" => "access_denied",
        /// Nobody is known by this account, and nobody new is taken.
        SignUpClosed = "SIGN_UP_CLOSED" => "access_denied",
        /// Nobody is known by this account, and the proven address is of no domain that is taken.
        EmailDomainNotAllowed = "EMAIL_DOMAIN_NOT_ALLOWED" => "access_denied",
        /// They gave up on proving their address, or did not want to be linked to who holds it.
        CancelledByUser = "CANCELLED_BY_USER" => "access_denied",
        /// The account was to be added to whoever is signed in, and is another user's.
        IdentityOfAnotherUser = "IDENTITY_OF_ANOTHER_USER" => "access_denied",
        /// Whoever they are known as is suspended.
        UserSuspended = "USER_SUSPENDED" => "access_denied",
        /// They are a member of no workspace that may come through the connection.
        WorkspaceNotAllowed = "WORKSPACE_NOT_ALLOWED" => "access_denied",
    }
}

reasons! {
    /// Why it could not be found out who a person is.
    Failure {
        /// The provider refused the key and secret.
        CredentialsRejected = "CREDENTIALS_REJECTED" => "server_error",
        /// The provider refused the code.
        CodeRejected = "CODE_REJECTED" => "server_error",
        /// The provider cannot be reached.
        ProviderUnavailable = "PROVIDER_UNAVAILABLE" => "temporarily_unavailable",
        /// The provider wants fewer requests.
        ProviderRateLimited = "PROVIDER_RATE_LIMITED" => "temporarily_unavailable",
        /// The provider's answer cannot be understood.
        ProviderMalformed = "PROVIDER_MALFORMED" => "server_error",
        /// The consumer lacks a scope.
        ScopeMissing = "SCOPE_MISSING" => "server_error",
        /// The provider sent an error of its own.
        ProviderError = "PROVIDER_ERROR" => "server_error",
        /// The callback brought neither a code nor an error.
        CallbackEmpty = "CALLBACK_EMPTY" => "server_error",
        /// The work was cut off.
        AttemptAbandoned = "ATTEMPT_ABANDONED" => "server_error",
        /// Endpoints, key or host changed on the way.
        ConnectionChanged = "CONNECTION_CHANGED" => "server_error",
        /// The account's id stands for somebody else.
        IdentityChanged = "IDENTITY_CHANGED" => "server_error",
        /// An address is to be proven, and the service sends no mail.
        MailNotConfigured = "MAIL_NOT_CONFIGURED" => "server_error",
    }
}

/// How a sign-in ended without anybody being signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Unsuccessful {
    /// The person may not, or did not want to.
    Refused(Refusal),
    /// It could not be found out who it is.
    Failed(Failure),
}

impl Unsuccessful {
    /// What the callback's `error` says (RFC 6749, 4.1.2.1; OpenID Connect, 3.1.2.6).
    ///
    /// These stay apart because a person can do something about some of them (Kinde's error codes
    /// 4030 to 4034).
    pub fn from_callback_error(error: &str) -> Self {
        match error {
            "access_denied" => Self::Refused(Refusal::DeniedByUser),
            "interaction_required"
            | "login_required"
            | "consent_required"
            | "account_selection_required" => Self::Refused(Refusal::InteractionRequired),
            "temporarily_unavailable" | "server_error" => {
                Self::Failed(Failure::ProviderUnavailable)
            }
            _ => Self::Failed(Failure::ProviderError),
        }
    }

    /// The reason's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused(reason) => reason.as_str(),
            Self::Failed(reason) => reason.as_str(),
        }
    }

    /// The reason with this name: no refusal and no failure have the same.
    pub fn from_name(name: &str) -> Option<Self> {
        let failed = || Failure::from_name(name).map(Self::Failed);
        Refusal::from_name(name).map(Self::Refused).or_else(failed)
    }

    /// The `error` that the application reads.
    pub const fn oauth_error(self) -> &'static str {
        match self {
            Self::Refused(reason) => reason.oauth_error(),
            Self::Failed(reason) => reason.oauth_error(),
        }
    }
}

impl From<Unsuccessful> for String {
    fn from(end: Unsuccessful) -> Self {
        end.as_str().to_owned()
    }
}

impl TryFrom<String> for Unsuccessful {
    type Error = Invalid;

    fn try_from(name: String) -> Result<Self, Invalid> {
        Self::from_name(&name).ok_or(Invalid::new("must be the name of a reason"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_provider_sends_back_is_told_apart() {
        use Unsuccessful::{Failed, Refused};
        for (error, end) in [
            ("access_denied", Refused(Refusal::DeniedByUser)),
            ("login_required", Refused(Refusal::InteractionRequired)),
            ("server_error", Failed(Failure::ProviderUnavailable)),
            ("temporarily_unavailable", Failed(Failure::ProviderUnavailable)),
            ("invalid_scope", Failed(Failure::ProviderError)),
            ("<script>", Failed(Failure::ProviderError)),
        ] {
            assert_eq!(Unsuccessful::from_callback_error(error), end, "{error}");
        }
    }

    #[test]
    fn every_reason_reads_back_by_its_name() {
        for reason in Refusal::ALL {
            assert_eq!(Refusal::from_name(reason.as_str()), Some(*reason));
            let end = Unsuccessful::Refused(*reason);
            assert_eq!(Unsuccessful::from_name(end.as_str()), Some(end));
        }
        for reason in Failure::ALL {
            assert_eq!(Failure::from_name(reason.as_str()), Some(*reason));
            let end = Unsuccessful::Failed(*reason);
            assert_eq!(Unsuccessful::from_name(end.as_str()), Some(end));
        }
    }
}
