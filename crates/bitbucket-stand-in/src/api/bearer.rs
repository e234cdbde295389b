//! Who calls the API: the token, its scopes, and the rate limit.

use std::sync::Arc;

use axum::extract::ConnectInfo;
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::json;

use crate::account::Account;
use crate::fields::Fields;
use crate::fixture::{self, text};
use crate::grants::Grant;
use crate::limit::Standing;
use crate::listener::Wire;
use crate::refusal::Refusal;
use crate::settings::Mode;
use crate::state::Known;

/// A caller whose token is good for the request.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) account: Arc<Account>,
    scopes: Vec<String>,
    accepted: &'static str,
    standing: Standing,
}

impl Caller {
    /// Lets a caller in who has the scope.
    pub(super) fn admit(
        state: &Known,
        parts: &Parts,
        body: &[u8],
        scope: &'static str,
    ) -> Result<Self, Refusal> {
        let grant = token(state.mode, parts, body)
            .and_then(|token| state.grants.token(&token, state.clock.now()));
        let holder = grant.and_then(|grant| Some((state.holder(&grant)?, grant)));
        let counted = holder.as_ref().map_or_else(|| peer(parts), |(who, _)| who.key.clone());
        let standing = state.limiter.count(&counted, state.clock.now());
        if let Standing::Over(limit) = standing {
            let mut refusal = fixture::rate_limited(limit.retry_after, &state.clock);
            refusal.headers_mut().insert("x-ratelimit-limit", HeaderValue::from(limit.per_hour));
            return Err(refusal.into());
        }
        let Some((account, Grant { scopes, .. })) = holder else {
            return Err(unauthorized(state.mode).into());
        };
        let caller = Self { account, scopes, accepted: scope, standing };
        if caller.scopes.iter().any(|granted| granted == scope) {
            Ok(caller)
        } else {
            Err(caller.lacks_scope().into())
        }
    }

    /// The headers of every answer to a known caller.
    pub(super) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-oauth-scopes", text(&self.scopes.join(", ")));
        headers.insert("x-accepted-oauth-scopes", HeaderValue::from_static(self.accepted));
        headers.insert("x-credential-type", HeaderValue::from_static("oauth2"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store"));
        if let Standing::Within { limit, near } = self.standing {
            headers.insert("x-ratelimit-limit", HeaderValue::from(limit));
            headers.insert("x-ratelimit-resource", HeaderValue::from_static("api"));
            let near = if near { "true" } else { "false" };
            headers.insert("x-ratelimit-nearlimit", HeaderValue::from_static(near));
        }
        headers
    }

    fn lacks_scope(&self) -> Response {
        let mut body = fixture::SCOPES.value();
        body["error"]["detail"]["required"] = json!([self.accepted]);
        body["error"]["detail"]["granted"] = json!(self.scopes);
        (StatusCode::FORBIDDEN, self.headers(), axum::Json(body)).into_response()
    }
}

/// The token of a request: in the header, and before 2026 in the query or the form as well.
fn token(mode: Mode, parts: &Parts, body: &[u8]) -> Option<String> {
    let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Some((scheme, token)) = header.and_then(|header| header.split_once(' ')) {
        return scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned());
    }
    if mode == Mode::Since2026 {
        return None;
    }
    let query = Fields::parse(parts.uri.query().unwrap_or_default().as_bytes());
    let form = Fields::of_body(&parts.headers, body);
    query.get("access_token").or(form.get("access_token")).map(str::to_owned)
}

/// Whom to count requests for when no token says it.
fn peer(parts: &Parts) -> String {
    let wire = parts.extensions.get::<ConnectInfo<Wire>>();
    wire.map_or_else(|| "anonymous".to_owned(), |ConnectInfo(wire)| wire.peer.ip().to_string())
}

fn unauthorized(mode: Mode) -> Response {
    let body = match mode {
        Mode::Since2026 => fixture::INVALID_TOKEN,
        Mode::Legacy => fixture::EXPIRED_TOKEN,
    };
    (StatusCode::UNAUTHORIZED, body.json()).into_response()
}
