//! The code grant.

use aws_lc_rs::digest::{SHA256, digest};
use axum::Json;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::json;

use crate::consumer::Consumer;
use crate::fields::Fields;
use crate::fixture;
use crate::grants::{Challenge, Code};
use crate::state::Known;

/// Exchanges a code for a token, once.
pub(super) fn exchange(state: &Known, consumer: &Consumer, form: &Fields) -> Response {
    let quirks = state.quirks();
    let fits = |found: Option<&Code>| {
        let code = found.filter(|code| code.grant.consumer == consumer.key).ok_or(Refusal::Code)?;
        if !same_redirect(code, consumer, form.get("redirect_uri")) {
            return Err(Refusal::Redirect);
        }
        match &code.challenge {
            Some(challenge) if quirks.strict_pkce => verify(challenge, form.get("code_verifier")),
            _ => Ok(()),
        }
    };
    let opaque = form.get("code").unwrap_or_default();
    let now = state.clock.now();
    match state.grants.take_code(opaque, now, quirks.refused_code_is_burnt, fits) {
        Ok(Some(code)) => super::reply(state, "authorization_code", code.grant),
        Ok(None) => Refusal::Code.response(),
        Err(refusal) => refusal.response(),
    }
}

/// Why a code is not exchanged.
#[derive(Debug)]
enum Refusal {
    /// Unknown, expired, used, or another consumer's.
    Code,
    /// Not the `redirect_uri` of the authorize request.
    Redirect,
    /// The verifier is missing or wrong.
    Verifier,
}

impl Refusal {
    /// Only the first text is known of Bitbucket.
    fn response(self) -> Response {
        let description = match self {
            Self::Code => return fixture::INVALID_CODE.bad_request(),
            Self::Redirect => "The redirect_uri is not the one of the authorize request.",
            Self::Verifier => "The code_verifier does not match the code_challenge.",
        };
        let body = json!({ "error": "invalid_grant", "error_description": description });
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    }
}

/// What was sent must be repeated; what was not sent may be left out or be the registered callback.
fn same_redirect(code: &Code, consumer: &Consumer, repeated: Option<&str>) -> bool {
    match (code.redirect_uri.as_deref(), repeated) {
        (None, None) => true,
        (None, Some(repeated)) => consumer.callback_url.as_deref() == Some(repeated),
        (sent, repeated) => sent == repeated,
    }
}

fn verify(challenge: &Challenge, verifier: Option<&str>) -> Result<(), Refusal> {
    let hashed =
        verifier.map(|verifier| URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes())));
    if hashed.as_deref() == Some(challenge.value.as_str()) {
        Ok(())
    } else {
        Err(Refusal::Verifier)
    }
}
