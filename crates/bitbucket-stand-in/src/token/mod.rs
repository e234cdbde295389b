//! `/site/oauth2/access_token`: grants for tokens.

mod client;
mod code;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::consumer::Consumer;
use crate::fields::Fields;
use crate::fixture::{self, Fixture};
use crate::grants::{Grant, Holder};
use crate::opaque::opaque;
use crate::settings::Mode;
use crate::state::Known;

/// Begins as the one text that users have reported.
const PUBLIC_CONSUMER: &str = "Cannot use client_credentials with a consumer marked as \"public\".";

/// `POST`: answers a token request.
pub(crate) async fn answer(
    State(state): State<Arc<Known>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Fields::of_body(&headers, &body);
    let grant_type = form.get("grant_type");
    let known = ["authorization_code", "client_credentials", "refresh_token"];
    if !grant_type.is_some_and(|grant_type| known.contains(&grant_type)) {
        return fixture::UNSUPPORTED_GRANT.bad_request();
    }
    let consumer = match client::authenticate(&state, &headers, &form) {
        Ok(consumer) => consumer,
        Err(refusal) => {
            if let Some(code) = form.get("code").filter(|_| state.quirks().refused_code_is_burnt) {
                state.grants.burn_code(code);
            }
            return refusal.into_response();
        }
    };
    match grant_type {
        Some("authorization_code") => code::exchange(&state, &consumer, &form),
        Some("client_credentials") => client_credentials(&state, &consumer),
        // No refresh token that is given out works: to a client it is a revoked one.
        _ => fixture::INVALID_REFRESH.bad_request(),
    }
}

fn client_credentials(state: &Known, consumer: &Consumer) -> Response {
    if consumer.public {
        let body = json!({ "error": "invalid_grant", "error_description": PUBLIC_CONSUMER });
        return (StatusCode::BAD_REQUEST, Json(body)).into_response();
    }
    let grant = Grant {
        consumer: consumer.key.clone(),
        holder: Holder::App,
        scopes: consumer.scopes.clone(),
    };
    reply(state, "client_credentials", grant)
}

/// Gives out a token.
fn reply(state: &Known, grant_type: &str, grant: Grant) -> Response {
    let body = match (state.mode, grant_type) {
        (Mode::Since2026, "client_credentials") => {
            filled(state, &fixture::TOKEN_CLIENT_CREDENTIALS, grant)
        }
        (mode, _) => {
            let mut body = filled(state, recorded(mode), grant);
            // Not the caller's state: Bitbucket names the grant here.
            body.insert("state".to_owned(), json!(grant_type));
            body.insert("refresh_token".to_owned(), json!(opaque()));
            body
        }
    };
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// Gives out a token for the fragment: without a refresh token and without Bitbucket's `state`.
pub(crate) fn implicit_reply(state: &Known, grant: Grant) -> Map<String, Value> {
    let mut body = filled(state, recorded(state.mode), grant);
    body.remove("state");
    body.remove("refresh_token");
    body
}

fn recorded(mode: Mode) -> &'static Fixture {
    match mode {
        Mode::Since2026 => &fixture::TOKEN_2026,
        Mode::Legacy => &fixture::TOKEN_LEGACY,
    }
}

fn filled(state: &Known, recorded: &Fixture, grant: Grant) -> Map<String, Value> {
    let Value::Object(mut body) = recorded.value() else { return Map::new() };
    for name in ["scope", "scopes"] {
        if let Some(scopes) = body.get_mut(name) {
            *scopes = json!(grant.scopes.join(" "));
        }
    }
    let token = state.grants.issue_token(grant, state.clock.now());
    body.insert("access_token".to_owned(), json!(token));
    body
}
