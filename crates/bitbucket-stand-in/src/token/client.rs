//! Which consumer sends a token request, and whether it knows its secret.

use std::sync::Arc;

use axum::Json;
use axum::response::IntoResponse as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode, header};
use serde_json::json;
use url::form_urlencoded;

use crate::consumer::Consumer;
use crate::fault::server_error;
use crate::fields::Fields;
use crate::fixture;
use crate::refusal::Refusal;
use crate::state::Known;

/// Finds the consumer by its key and secret, in a Basic header or in the form.
pub(super) fn authenticate(
    state: &Known,
    headers: &HeaderMap,
    form: &Fields,
) -> Result<Arc<Consumer>, Refusal> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (key, secret) = match header.and_then(|header| header.split_once(' ')) {
        // Users report an HTML page here, and not its status.
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("bearer") => {
            return Err(server_error(StatusCode::BAD_REQUEST.as_u16()).into());
        }
        Some((scheme, encoded)) if scheme.eq_ignore_ascii_case("basic") => {
            basic(encoded).ok_or_else(|| refused(state))?
        }
        _ => in_form(form).ok_or_else(|| fixture::MISSING_CLIENT_AUTH.bad_request())?,
    };
    let consumer = state.consumers.find(&key).or_else(|| state.consumers.find(&decoded(&key)));
    consumer
        .filter(|consumer| consumer.knows(&secret) || consumer.knows(&decoded(&secret)))
        .ok_or_else(|| refused(state))
}

fn refused(state: &Known) -> Refusal {
    if state.quirks().invalid_client_is_401 {
        let body = Json(json!({ "error": "invalid_client" }));
        return (StatusCode::UNAUTHORIZED, body).into_response().into();
    }
    fixture::INVALID_CLIENT.bad_request().into()
}

fn basic(encoded: &str) -> Option<(String, String)> {
    let bytes = STANDARD.decode(encoded.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (key, secret) = text.split_once(':')?;
    Some((key.to_owned(), secret.to_owned()))
}

fn in_form(form: &Fields) -> Option<(String, String)> {
    Some((form.get("client_id")?.to_owned(), form.get("client_secret")?.to_owned()))
}

/// RFC 6749, 2.3.1 has key and secret form-encoded within the Basic header; not every client does it.
fn decoded(text: &str) -> String {
    let pair = form_urlencoded::parse(text.as_bytes()).next();
    pair.map(|(text, _)| text.into_owned()).unwrap_or_default()
}
