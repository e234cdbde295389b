//! The one mapping of errors to gRPC.

use std::{collections::HashMap, time::Duration};

use latchkey_identity::{Error, ErrorKind};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, PreconditionViolation, StatusExt};

/// The domain of every reason (AIP-193).
const DOMAIN: &str = "latchkey";
/// How soon the same call may work again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Says what went wrong, and hides how when it is ours to fix.
pub(crate) fn from_error(error: Error) -> Status {
    let kind = error.kind();
    let code = match kind {
        ErrorKind::Invalid => Code::InvalidArgument,
        ErrorKind::Unauthenticated => Code::Unauthenticated,
        ErrorKind::Denied => Code::PermissionDenied,
        ErrorKind::NotFound => Code::NotFound,
        ErrorKind::Exists => Code::AlreadyExists,
        ErrorKind::Precondition => Code::FailedPrecondition,
        ErrorKind::StartOver => Code::Aborted,
        ErrorKind::Unavailable => Code::Unavailable,
        ErrorKind::Internal => Code::Internal,
    };
    let mut details = ErrorDetails::with_error_info(error.reason(), DOMAIN, HashMap::new());
    if let Some((field, description)) = error.wrong_field() {
        details.add_bad_request_violation(field, description);
    }
    match kind {
        ErrorKind::Precondition => {
            let violation =
                PreconditionViolation::new(error.reason(), "latchkey", error.to_string());
            details.set_precondition_failure(vec![violation]);
        }
        ErrorKind::Unavailable => {
            details.set_retry_info(Some(RETRY_AFTER));
            log(&error);
        }
        ErrorKind::Internal => {
            log(&error);
            return Status::with_error_details(code, "internal error", details);
        }
        _ => {}
    }
    Status::with_error_details(code, error.to_string(), details)
}

fn log(error: &Error) {
    tracing::error!(error = error as &dyn std::error::Error, "request failed");
}

/// Says which fields hold what they may not hold.
pub(crate) fn invalid_fields(violations: Vec<FieldViolation>) -> Status {
    let told = violations.iter().map(|found| format!("{}: {}", found.field, found.description));
    let message = told.collect::<Vec<_>>().join("; ");
    let mut details = ErrorDetails::with_error_info("FIELD_INVALID", DOMAIN, HashMap::new());
    details.set_bad_request(violations);
    Status::with_error_details(Code::InvalidArgument, message, details)
}

/// Says that a request cannot be read, and at which field if that is known.
pub(crate) fn malformed(field: &str, what: &str) -> Status {
    let mut details = ErrorDetails::with_error_info("FIELD_INVALID", DOMAIN, HashMap::new());
    if field.is_empty() {
        let message = format!("the request is no message of this method: {what}");
        return Status::with_error_details(Code::InvalidArgument, message, details);
    }
    details.add_bad_request_violation(field, what);
    Status::with_error_details(Code::InvalidArgument, format!("{field}: {what}"), details)
}

/// Says that keys of this kind cannot make this call.
pub(crate) fn not_allowed() -> Status {
    let details = ErrorDetails::with_error_info("CALLER_NOT_ALLOWED", DOMAIN, HashMap::new());
    let message = "keys of this kind cannot make this call";
    Status::with_error_details(Code::PermissionDenied, message, details)
}

/// Says that the server stops.
pub(crate) fn stopping() -> Status {
    come_back(Code::Unavailable, "SERVER_STOPPING", "the server stops")
}

/// Says that a watcher took nothing for too long.
pub(crate) fn asleep() -> Status {
    let message = "nothing was taken from the stream for too long";
    come_back(Code::Unavailable, "WATCHER_TOO_SLOW", message)
}

/// Says that as many calls are under way as there may be.
pub(crate) fn overloaded() -> Status {
    come_back(Code::ResourceExhausted, "OVERLOADED", "too many calls are under way")
}

/// Says that something came too often, and when it may come again.
pub(crate) fn rate_limited(wait: Duration) -> Status {
    let message = "this came too often; wait before it comes again";
    come_back_after(wait, Code::ResourceExhausted, "RATE_LIMITED", message)
}

fn come_back(code: Code, reason: &str, message: &str) -> Status {
    come_back_after(RETRY_AFTER, code, reason, message)
}

fn come_back_after(wait: Duration, code: Code, reason: &str, message: &str) -> Status {
    let mut details = ErrorDetails::with_error_info(reason, DOMAIN, HashMap::new());
    details.set_retry_info(Some(wait));
    Status::with_error_details(code, message, details)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_invalid_names_its_field() {
        for (error, field) in [
            (Error::RequestIdReused, "request_id"),
            (Error::RedirectUriNotRegistered, "redirect_uri"),
            (Error::StateInvalid, "state"),
            (Error::LoginCodeInvalid, "code"),
            (Error::TestTicketInvalid, "ticket"),
        ] {
            let status = from_error(error);
            assert_eq!(status.code(), Code::InvalidArgument);
            let told = status.get_details_bad_request().unwrap().field_violations;
            assert_eq!(told.len(), 1);
            assert_eq!(told[0].field, field);
        }
    }
}
