//! A call that was refused, as a person reads it, and the code that the process then ends with.

use std::fmt;

use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::printable;

/// How a command ends that did not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ExitCode {
    /// It failed.
    Failed = 1,
    /// The command line, the configuration or a field of the request is wrong; clap ends with this too.
    Misused = 2,
    /// The key does not work, or may not do this.
    NotAllowed = 3,
    /// What was named is not there, or is another tenant's.
    NotFound = 4,
    /// What is there is in the way: another etag, an id that is taken, a resource that is still in use.
    InTheWay = 5,
    /// It may work later: the service cannot be reached, or has too much to do.
    Unavailable = 6,
}

/// What the service answered instead of doing what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) struct Refusal(Box<Status>);

impl From<Status> for Refusal {
    fn from(status: Status) -> Self {
        Self(Box::new(status))
    }
}

impl Refusal {
    /// The code of the answer.
    pub(crate) fn code(&self) -> Code {
        self.0.code()
    }

    /// How a process ends that was refused so.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self.code() {
            Code::InvalidArgument | Code::OutOfRange => ExitCode::Misused,
            Code::Unauthenticated | Code::PermissionDenied => ExitCode::NotAllowed,
            Code::NotFound => ExitCode::NotFound,
            Code::AlreadyExists | Code::Aborted | Code::FailedPrecondition => ExitCode::InTheWay,
            Code::Unavailable | Code::DeadlineExceeded | Code::ResourceExhausted => {
                ExitCode::Unavailable
            }
            _ => ExitCode::Failed,
        }
    }

    /// What to do about it, where the message leaves that open.
    fn advice(&self) -> Option<&'static str> {
        let reason = self.0.get_error_details().error_info().map(|info| info.reason.clone());
        match (reason.as_deref().unwrap_or_default(), self.code()) {
            ("CREDENTIALS_INVALID", _) | (_, Code::Unauthenticated) => {
                Some("check LATCHKEY_KEY or --key: it may be mistyped, revoked or expired")
            }
            ("CALLER_NOT_ALLOWED", _) => Some("most commands need an environment or operator key"),
            ("RESOURCE_NOT_FOUND", _) => {
                Some("check the name and --environment; a key sees its own environment only")
            }
            ("DOMAIN_MISSING", _) => {
                Some("give it one: `latchkey organizations update` with --custom-domain")
            }
            ("VERIFICATION_NOT_STARTED", _) => {
                Some("start it: `latchkey organizations start-domain-verification`")
            }
            ("USER_LAST_IDENTITY", _) => Some("delete the user: `latchkey users delete`"),
            ("ETAG_MISMATCH", _) => Some("get it again for the etag of now"),
            (_, Code::Unavailable | Code::DeadlineExceeded) => {
                Some("check --server or LATCHKEY_SERVER, and that the service runs")
            }
            (_, Code::Unimplemented) => Some("the service may be older than this command"),
            _ => None,
        }
    }

    /// The deepest cause, of a call that did not reach the service.
    fn cause(&self) -> Option<String> {
        let mut cause = std::error::Error::source(&*self.0)?;
        while let Some(below) = cause.source() {
            cause = below;
        }
        Some(cause.to_string())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details = self.0.get_error_details();
        let fields = details.bad_request().map(|bad| bad.field_violations.as_slice());
        match fields.unwrap_or_default() {
            [] => f.write_str(&printable(self.0.message()))?,
            [one] => write!(f, "{}: {}", printable(&one.field), printable(&one.description))?,
            all => {
                write!(f, "{} fields are wrong", all.len())?;
                for one in all {
                    write!(f, "\n  {}: {}", printable(&one.field), printable(&one.description))?;
                }
            }
        }
        if let Some(cause) = self.cause() {
            write!(f, ": {}", printable(&cause))?;
        }
        if let Some(info) = details.error_info() {
            write!(f, " ({})", printable(&info.reason))?;
        }
        self.advice().map_or(Ok(()), |advice| write!(f, "\n  {advice}"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn every_wrong_field_is_told_with_its_sentence() {
        let mut details =
            ErrorDetails::with_error_info("FIELD_INVALID", "latchkey", HashMap::new());
        details.add_bad_request_violation("connection.provider", "is not configured");
        details.add_bad_request_violation("connection.display_name", "must have a\u{1b}[2J name");
        let status = Status::with_error_details(Code::InvalidArgument, "both", details);
        let refusal = Refusal::from(status);
        assert_eq!(
            refusal.to_string(),
            "2 fields are wrong\n  connection.provider: is not configured\n  \
             connection.display_name: must have a[2J name (FIELD_INVALID)"
        );
        assert_eq!(refusal.exit_code(), ExitCode::Misused);
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        for (code, told, exit) in [
            (Code::Unauthenticated, "LATCHKEY_KEY", ExitCode::NotAllowed),
            (Code::Unavailable, "LATCHKEY_SERVER", ExitCode::Unavailable),
            (Code::Unimplemented, "older", ExitCode::Failed),
        ] {
            let refusal = Refusal::from(Status::new(code, "no"));
            assert!(refusal.to_string().contains(told), "{refusal}");
            assert_eq!(refusal.exit_code(), exit);
        }
    }
}
