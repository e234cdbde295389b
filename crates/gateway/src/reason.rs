//! Why a page says no: the closed list of what can be wrong, with its HTTP status.

use http::StatusCode;
use latchkey_proto::v1::{ErrorReason, FailureReason, RefusalReason};

/// Why a page says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// A parameter of the sign-in link is missing, malformed or there twice.
    LinkInvalid,
    /// A proxy does not say on which host the browser is.
    HostInvalid,
    /// People do not sign in on this host.
    HostUnknown,
    /// Another site sent the form.
    CrossSite,
    /// The callback's query is not what a provider sends.
    CallbackInvalid,
    /// A callback brought a token in its query.
    TokenInQuery,
    /// There is no such page.
    PageNotFound,
    /// The page is not for this method.
    MethodNotAllowed,
    /// The request is too long.
    RequestTooLarge,
    /// The service cannot be reached.
    ServiceUnavailable,
    /// The service took too long.
    TimedOut,
    /// The service said no.
    Rpc(ErrorReason),
    /// The sign-in was refused, and there is nowhere to send the browser.
    Refused(RefusalReason),
    /// The sign-in failed, and there is nowhere to send the browser.
    Failed(FailureReason),
}

impl Reason {
    /// A fault of our own.
    pub(crate) const INTERNAL: Self = Self::Rpc(ErrorReason::Internal);

    /// The reason in upper case, as support and logs know it.
    pub(crate) fn code(self) -> &'static str {
        let (name, prefix) = match self {
            Self::LinkInvalid => ("LINK_INVALID", ""),
            Self::HostInvalid => ("HOST_INVALID", ""),
            Self::HostUnknown => ("HOST_UNKNOWN", ""),
            Self::CrossSite => ("CROSS_SITE", ""),
            Self::CallbackInvalid => ("CALLBACK_INVALID", ""),
            Self::TokenInQuery => ("TOKEN_IN_QUERY", ""),
            Self::PageNotFound => ("PAGE_NOT_FOUND", ""),
            Self::MethodNotAllowed => ("METHOD_NOT_ALLOWED", ""),
            Self::RequestTooLarge => ("REQUEST_TOO_LARGE", ""),
            Self::ServiceUnavailable => ("SERVICE_UNAVAILABLE", ""),
            Self::TimedOut => ("TIMED_OUT", ""),
            Self::Rpc(reason) => (reason.as_str_name(), "ERROR_REASON_"),
            Self::Refused(reason) => (reason.as_str_name(), "REFUSAL_REASON_"),
            Self::Failed(reason) => (reason.as_str_name(), "FAILURE_REASON_"),
        };
        name.strip_prefix(prefix).unwrap_or(name)
    }

    /// The status of the page.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::LinkInvalid | Self::HostInvalid | Self::CallbackInvalid | Self::TokenInQuery => {
                StatusCode::BAD_REQUEST
            }
            Self::HostUnknown => StatusCode::MISDIRECTED_REQUEST,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::PageNotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::RequestTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::ServiceUnavailable | Self::TimedOut => StatusCode::SERVICE_UNAVAILABLE,
            Self::Rpc(reason) => rpc_status(reason),
            Self::Refused(reason) => refusal_status(reason),
            Self::Failed(reason) => failure_status(reason),
        }
    }
}

#[expect(clippy::too_many_lines, reason = "a line for each reason, so that none is forgotten")]
fn rpc_status(reason: ErrorReason) -> StatusCode {
    use ErrorReason as R;
    match reason {
        R::FieldInvalid | R::RedirectUriNotRegistered | R::StateInvalid => StatusCode::BAD_REQUEST,
        R::ConnectionDisabled | R::ApplicationNotGranted | R::BrowserMismatch => {
            StatusCode::FORBIDDEN
        }
        R::ResourceNotFound => StatusCode::NOT_FOUND,
        R::AttemptUsed
        | R::AttemptInProgress
        | R::StartAgain
        | R::EmailGiven
        | R::EmailMissing
        | R::EmailNotProven => StatusCode::CONFLICT,
        R::StateExpired | R::TestTicketInvalid | R::LinkTicketInvalid | R::ContinuationInvalid => {
            StatusCode::GONE
        }
        R::Overloaded | R::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        R::CredentialsMissing
        | R::StorageUnavailable
        | R::KeyMissing
        | R::ServerStopping
        | R::Contention => StatusCode::SERVICE_UNAVAILABLE,
        // Our own key is wrong, or the service answered what these calls never answer.
        R::Unspecified
        | R::CredentialsInvalid
        | R::CallerNotAllowed
        | R::ResourceExists
        | R::EtagMismatch
        | R::ResourceInUse
        | R::ResourceNotDeleted
        | R::ApiKeyExpired
        | R::DomainMissing
        | R::VerificationNotStarted
        | R::DomainTaken
        | R::RequestIdReused
        | R::LoginCodeInvalid
        | R::IdTokenInvalid
        | R::UserLastIdentity
        | R::UserSuspended
        | R::WatcherTooSlow
        | R::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn refusal_status(reason: RefusalReason) -> StatusCode {
    match reason {
        RefusalReason::RedirectUriNotRegistered => StatusCode::BAD_REQUEST,
        RefusalReason::Unspecified => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::FORBIDDEN,
    }
}

fn failure_status(reason: FailureReason) -> StatusCode {
    use FailureReason as R;
    match reason {
        R::CodeRejected | R::CallbackEmpty => StatusCode::BAD_REQUEST,
        R::IdentityChanged => StatusCode::FORBIDDEN,
        R::AttemptAbandoned | R::ConnectionChanged => StatusCode::CONFLICT,
        R::ProviderUnavailable | R::ProviderRateLimited => StatusCode::SERVICE_UNAVAILABLE,
        R::ProviderMalformed | R::ProviderError => StatusCode::BAD_GATEWAY,
        R::Unspecified | R::CredentialsRejected | R::ScopeMissing | R::MailNotConfigured => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}
