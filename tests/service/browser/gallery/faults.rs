//! A page for each refusal, failure and error.

use latchkey_proto::v1::{
    ErrorReason, FailureReason, RefusalReason, SignInFailed, SignInRefused,
    complete_login_response::Outcome,
};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::{Page, callback, steps::nothing};
use crate::harness::stage::{STATE, Says, application};

const REFERENCE: &str = "01939f2e-7c1a-7b6e-9d59-2f6b1c0a4e11";

/// The name of a page, from that of its reason.
fn named(kind: &str, reason: &str) -> String {
    let (_, reason) = reason.split_once("REASON_").unwrap();
    format!("{kind}-{}", reason.to_lowercase().replace('_', "-"))
}

fn ending(name: &str, end: Result<Outcome, Status>) -> Page {
    Page::new(name, Says { end, ..nothing() }, callback())
}

fn refusal(reason: RefusalReason) -> Page {
    let refused = SignInRefused {
        reason: reason.into(),
        reference_id: REFERENCE.to_owned(),
        application: Some(application()),
        ..SignInRefused::default()
    };
    ending(&named("refused", reason.as_str_name()), Ok(Outcome::Refused(refused)))
}

fn failure(reason: FailureReason) -> Page {
    let failed = SignInFailed {
        reason: reason.into(),
        reference_id: REFERENCE.to_owned(),
        application: Some(application()),
        ..SignInFailed::default()
    };
    ending(&named("failed", reason.as_str_name()), Ok(Outcome::Failed(failed)))
}

fn error(reason: ErrorReason) -> Page {
    let (_, code) = reason.as_str_name().split_once("REASON_").unwrap();
    let details = ErrorDetails::with_error_info(code, "latchkey", []);
    let status = Status::with_error_details(Code::Internal, "no", details);
    ending(&named("error", reason.as_str_name()), Err(status))
}

fn unknown_host() -> Page {
    let mut details = ErrorDetails::with_error_info("FIELD_INVALID", "latchkey", []);
    details.add_bad_request_violation("host", "is none of the environment's");
    let status = Status::with_error_details(Code::InvalidArgument, "no", details);
    ending("gateway-host-unknown", Err(status))
}

/// Every number that may be a reason.
fn numbers() -> std::ops::Range<i32> {
    1..1000
}

pub(super) fn pages() -> Vec<Page> {
    let refusals = numbers().filter_map(|it| RefusalReason::try_from(it).ok()).map(refusal);
    let failures = numbers().filter_map(|it| FailureReason::try_from(it).ok()).map(failure);
    let errors = numbers().filter_map(|it| ErrorReason::try_from(it).ok()).map(error);
    let gateway = [
        ("gateway-link-invalid", "/login"),
        ("gateway-page-not-found", "/nowhere"),
        ("gateway-method-not-allowed", "/login/bitbucket"),
        ("gateway-callback-invalid", &format!("{}&error=e", callback())),
        ("gateway-token-in-query", &format!("{}&access_token=t", callback())),
        ("gateway-other-browser", &format!("/login/continue/0000000000000000.{STATE}")),
    ]
    .map(|(name, path)| Page::new(name, nothing(), path));
    let unavailable = ending("gateway-unavailable", Err(Status::unavailable("down")));
    let pages = refusals.chain(failures).chain(errors).chain(gateway);
    pages.chain([unavailable, unknown_host()]).collect()
}
