//! What a handler answers when it cannot go on; the page is made of it in `page.rs`.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use latchkey_proto::v1::ErrorReason;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::{brand::Brand, random, reason::Reason};

/// `google.rpc.ErrorInfo.domain` of the service's own reasons.
const DOMAIN: &str = "latchkey";
/// The field of the service's requests that holds where the browser is.
const HOST: &str = "host";

/// Why a request is answered with an error page.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    /// Why.
    pub(crate) reason: Reason,
    /// Names it in logs and to support.
    pub(crate) reference_id: String,
    /// Where the person can begin again, if that is known; a path on this site.
    pub(crate) start_again: Option<String>,
    /// After how many seconds it makes sense to try again.
    pub(crate) retry_after: Option<u64>,
    /// What the person was signing in to, if that is known.
    pub(crate) brand: Box<Brand>,
    /// What the service answered; for the log only.
    pub(crate) source: Option<Status>,
}

impl Fault {
    /// A fault that nobody has named yet.
    pub(crate) fn new(reason: Reason) -> Self {
        Self::named(reason, random::reference_id())
    }

    /// A fault that the service has named.
    pub(crate) fn named(reason: Reason, reference_id: String) -> Self {
        Self {
            reason,
            reference_id,
            start_again: None,
            retry_after: None,
            brand: Box::default(),
            source: None,
        }
    }

    /// Offers the person a place to begin again.
    pub(crate) fn or_start_again_at(self, path: String) -> Self {
        Self { start_again: Some(path), ..self }
    }
}

impl From<Reason> for Fault {
    fn from(reason: Reason) -> Self {
        Self::new(reason)
    }
}

impl From<Status> for Fault {
    fn from(status: Status) -> Self {
        let retry = status.get_details_retry_info().and_then(|info| info.retry_delay);
        Self {
            retry_after: retry.map(|delay| rounded_up(delay).max(1)),
            source: Some(status.clone()),
            ..Self::new(reason_of(&status))
        }
    }
}

/// Whole seconds, not sooner than what was told.
fn rounded_up(delay: Duration) -> u64 {
    delay.as_secs() + u64::from(delay.subsec_nanos() > 0)
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.reason.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The reason that the service gives, or what its status alone tells.
fn reason_of(status: &Status) -> Reason {
    let info = status.get_details_error_info().filter(|info| info.domain == DOMAIN);
    let named = |name: String| ErrorReason::from_str_name(&format!("ERROR_REASON_{name}"));
    match info.and_then(|info| named(info.reason)) {
        Some(ErrorReason::FieldInvalid) if refuses_host(status) => return Reason::HostUnknown,
        Some(reason) => return Reason::Rpc(reason),
        None => {}
    }
    match status.code() {
        Code::Unavailable => Reason::ServiceUnavailable,
        // `Cancelled` is what a channel answers whose own time ran out.
        Code::DeadlineExceeded | Code::Cancelled => Reason::TimedOut,
        Code::Unauthenticated => Reason::Rpc(ErrorReason::CredentialsInvalid),
        Code::ResourceExhausted => Reason::Rpc(ErrorReason::Overloaded),
        _ => Reason::INTERNAL,
    }
}

/// Whether the service says that the host is none of the environment's.
fn refuses_host(status: &Status) -> bool {
    let request = status.get_details_bad_request();
    request.is_some_and(|it| it.field_violations.iter().any(|violation| violation.field == HOST))
}
