//! The recorded bodies, and the replies made of them.

use std::sync::LazyLock;

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;

use crate::clock::Clock;
use crate::limit::RetryAfter;

/// A body as Bitbucket sends it.
pub(crate) struct Fixture(&'static str);

macro_rules! fixture {
    ($name:literal) => {
        Fixture(include_str!(concat!("../fixtures/", $name, ".json")))
    };
}

pub(crate) const TOKEN_2026: Fixture = fixture!("token_2026");
pub(crate) const TOKEN_LEGACY: Fixture = fixture!("token_legacy");
pub(crate) const TOKEN_CLIENT_CREDENTIALS: Fixture = fixture!("token_client_credentials_2026");
pub(crate) const MISSING_CLIENT_AUTH: Fixture = fixture!("token_error_missing_client_auth");
pub(crate) const INVALID_CLIENT: Fixture = fixture!("token_error_invalid_client_credentials");
pub(crate) const UNSUPPORTED_GRANT: Fixture = fixture!("token_error_unsupported_grant");
pub(crate) const INVALID_CODE: Fixture = fixture!("token_error_invalid_code");
pub(crate) const INVALID_REFRESH: Fixture = fixture!("token_error_invalid_refresh");
pub(crate) const NO_CALLBACK: Fixture = fixture!("token_error_no_callback");
pub(crate) const INVALID_TOKEN: Fixture = fixture!("api_error_401_invalid_token");
pub(crate) const EXPIRED_TOKEN: Fixture = fixture!("api_error_401_expired");
pub(crate) const FORBIDDEN: Fixture = fixture!("api_error_403_forbidden");
pub(crate) const SCOPES: Fixture = fixture!("api_error_403_scopes");
pub(crate) const NOT_FOUND: Fixture = fixture!("api_error_404_not_found");
const RATE_LIMIT: Fixture = fixture!("rate_limit_429");

/// The account of the recording, parsed once: it is asked for most.
pub(crate) static USER: LazyLock<Value> = LazyLock::new(|| fixture!("user").value());
/// A page of e-mails with one entry.
pub(crate) static EMAILS: LazyLock<Value> = LazyLock::new(|| fixture!("emails_single").value());
/// A page of workspaces with one entry: documented, and not recorded.
pub(crate) static WORKSPACES: LazyLock<Value> = LazyLock::new(|| fixture!("workspaces").value());

impl Fixture {
    /// The body as a value to put a case's own data into.
    pub(crate) fn value(&self) -> Value {
        serde_json::from_str(self.0).expect("fixtures are JSON")
    }

    /// The body as it is.
    pub(crate) fn json(&self) -> Json<Value> {
        Json(self.value())
    }

    /// The body as it is, as a token endpoint's refusal.
    pub(crate) fn bad_request(&self) -> Response {
        (StatusCode::BAD_REQUEST, self.json()).into_response()
    }
}

/// The recorded 429: plain text with its headers.
pub(crate) fn rate_limited(retry_after: RetryAfter, clock: &Clock) -> Response {
    let recorded = RATE_LIMIT.value();
    let mut headers = HeaderMap::new();
    for (name, value) in recorded["headers"].as_object().into_iter().flatten() {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a recorded header name");
        headers.insert(name, text(value.as_str().unwrap_or_default()));
    }
    match retry_after {
        RetryAfter::None => {}
        RetryAfter::Seconds(seconds) => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        RetryAfter::HttpDate(seconds) => {
            headers.insert(header::RETRY_AFTER, text(&clock.http_date(seconds)));
        }
    }
    let body = recorded["body_text"].as_str().unwrap_or_default().to_owned();
    (StatusCode::TOO_MANY_REQUESTS, headers, body).into_response()
}

/// A header value; what cannot be one is left empty.
pub(crate) fn text(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fixture_is_json() {
        for fixture in [
            TOKEN_2026,
            TOKEN_LEGACY,
            TOKEN_CLIENT_CREDENTIALS,
            MISSING_CLIENT_AUTH,
            INVALID_CLIENT,
            UNSUPPORTED_GRANT,
            INVALID_CODE,
            INVALID_REFRESH,
            NO_CALLBACK,
            INVALID_TOKEN,
            EXPIRED_TOKEN,
            FORBIDDEN,
            SCOPES,
            NOT_FOUND,
            RATE_LIMIT,
        ] {
            assert!(fixture.value().is_object());
        }
        assert!(USER.is_object() && EMAILS["values"][0].is_object());
        assert!(WORKSPACES["values"][0]["workspace"].is_object());
    }
}
