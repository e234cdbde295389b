//! `GET /login/callback/{connection}`: finishes a sign-in with what the provider sent back.

use std::sync::Arc;

use axum::{
    Extension,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{Method, StatusCode, header, request::Parts};
use latchkey_proto::v1::{CompleteLoginRequest, ErrorReason, complete_login_response::Outcome};

use super::{attempt::Attempt, offer, test, waiting};
use crate::{
    brand::Brand,
    fault::Fault,
    names,
    page::Language,
    place::Place,
    query::{Params, Twice},
    reason::Reason,
    redirect,
    site::Site,
};

/// Nothing but callbacks is served here.
pub(crate) const FOLDER: &str = "/login/callback/";

/// Longest query: a state of under 1.5 KB, a code, and what a provider adds.
const LONGEST_QUERY: usize = 4 * 1024;
/// `CompleteLoginRequest.code`, in characters.
const LONGEST_CODE: usize = 2048;
/// `CompleteLoginRequest.error`, in characters.
const LONGEST_ERROR: usize = 128;

/// The provider sent the browser back.
pub(crate) async fn arrived(
    State(site): State<Arc<Site>>,
    Extension(Language(texts)): Extension<Language>,
    place: Place,
    Parts { method, uri, headers, .. }: Parts,
) -> Result<Response, Fault> {
    // As it came in: an encoded name is not the name.
    let Some(id) = uri.path().strip_prefix(FOLDER).filter(|id| names::is_id(id)) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    // HEAD too: whatever looks ahead at a link must not finish somebody's sign-in.
    if method != Method::GET {
        return Ok((StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET")]).into_response());
    }
    let answer = Answer::read(uri.query().unwrap_or_default())?;
    let attempt = Attempt::read(place.jar.attempt_name(&answer.state), &headers)
        .ok_or(Reason::Rpc(ErrorReason::BrowserMismatch))?;
    let call = CompleteLoginRequest {
        language_code: texts.lang.to_owned(),
        browser_secret: attempt.browser_secret.clone(),
        connection: format!("{}/connections/{id}", site.environment),
        host: place.host.clone(),
        state: answer.state,
        code: answer.code,
        error: answer.error,
    };
    match site.service.complete(call).await?.outcome.ok_or(Reason::INTERNAL)? {
        Outcome::EmailRequired(step) => waiting::go_on(&place, &step.continuation, &attempt),
        Outcome::EmailVerificationRequired(step) => {
            waiting::go_on(&place, &step.continuation, &attempt)
        }
        Outcome::LinkConfirmationRequired(step) => {
            waiting::go_on(&place, &step.continuation, &attempt)
        }
        Outcome::SignedIn(end) => {
            to(Reason::INTERNAL, end.redirect_url, end.reference_id, Brand::default())
        }
        Outcome::Refused(end) => offer::refused(&site, texts, end),
        Outcome::Failed(end) => {
            let brand = Brand::of(end.application.as_ref());
            to(Reason::Failed(end.reason()), end.redirect_url, end.reference_id, brand)
        }
        Outcome::Tested(end) => test::over(&site, texts, &end),
    }
}

/// What the provider sent.
struct Answer {
    state: String,
    code: String,
    error: String,
}

impl Answer {
    fn read(query: &str) -> Result<Self, Fault> {
        if query.len() > LONGEST_QUERY {
            return Err(Reason::CallbackInvalid.into());
        }
        let params = Params::parse(query.as_bytes());
        // The implicit grant was asked for: somebody changed the link to the provider.
        if params.has("access_token") || params.has("id_token") {
            return Err(Reason::TokenInQuery.into());
        }
        let one = |name| params.once(name).map_err(|Twice| Fault::new(Reason::CallbackInvalid));
        let (state, code, error) = (one("state")?, one("code")?, one("error")?);
        if state.is_empty() {
            return Err(Reason::Rpc(ErrorReason::StateInvalid).into());
        }
        let both = !code.is_empty() && !error.is_empty();
        if both || !is_short(code, LONGEST_CODE) || !is_short(error, LONGEST_ERROR) {
            return Err(Reason::CallbackInvalid.into());
        }
        Ok(Self { state: state.to_owned(), code: code.to_owned(), error: error.to_owned() })
    }
}

/// Reads a query, whatever it is.
#[cfg(any(test, fuzzing))]
pub(crate) fn read_any(query: &str) {
    if let Ok(Answer { state, code, error }) = Answer::read(query) {
        assert!(!state.is_empty() && (code.is_empty() || error.is_empty()));
        assert!(code.len() <= LONGEST_CODE && error.len() <= LONGEST_ERROR);
        assert!((code + &error).bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    }
}

/// Codes and errors are printable ASCII (RFC 6749, appendix A).
fn is_short(value: &str, most: usize) -> bool {
    value.len() <= most && value.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// Sends the browser on, or says why that cannot be.
pub(super) fn to(
    reason: Reason,
    redirect_url: String,
    reference_id: String,
    brand: Brand,
) -> Result<Response, Fault> {
    if redirect_url.is_empty() {
        return Err(Fault { brand: Box::new(brand), ..Fault::named(reason, reference_id) });
    }
    redirect::to_application(&redirect_url).map_err(|fault| Fault {
        reference_id,
        brand: Box::new(brand),
        ..fault
    })
}
