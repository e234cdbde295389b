//! The control surface as JSON over HTTP, for clients in other processes and languages.

use std::sync::Arc;

use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Control;
use crate::account::Account;
use crate::consumer::Consumer;
use crate::decision::Decision;
use crate::fault::{Endpoint, Fault};
use crate::limit::RateLimit;
use crate::log::LoggedRequest;
use crate::pages::LISTED;
use crate::quirks::Quirks;
use crate::state::Known;

/// Paths below `/_control`; a change answers 204.
pub(crate) fn routes() -> Router<Arc<Known>> {
    Router::new()
        .route("/", get(overview))
        .route("/consumers", post(add_consumer))
        .route("/consumers/{key}/secret", put(rotate_secret))
        .route("/accounts", get(accounts).post(add_account))
        .route("/accounts/{account}", get(account).patch(alter_account))
        .route("/decisions", post(decide_next).put(decide_always).delete(clear_decisions))
        .route("/faults", post(fail_next).put(fail_always).delete(heal))
        .route("/delays", put(delay))
        .route("/limit", put(set_limit))
        .route("/quirks", get(quirks).put(set_quirks))
        .route("/tokens/expire", post(expire_tokens))
        .route("/tokens/revoke", post(revoke_tokens))
        .route("/clock", post(shift_clock))
        .route("/requests", get(requests).delete(clear_requests))
        .fallback(|| async { StatusCode::NOT_FOUND })
}

/// The answer to a change of something that may not be there.
fn changed(found: bool) -> StatusCode {
    if found { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

async fn overview(State(state): State<Arc<Known>>) -> Json<Value> {
    let consumers = state.consumers.list();
    let consumers: Vec<_> = consumers.iter().map(|consumer| &consumer.key).collect();
    let accounts = state.accounts.list(LISTED);
    let accounts: Vec<_> = accounts.iter().map(|account| &account.key).collect();
    Json(json!({
        "mode": state.mode,
        "base_url": state.base_url,
        "now": state.clock.now(),
        "consumers": consumers,
        "accounts": accounts,
    }))
}

async fn add_consumer(
    State(state): State<Arc<Known>>,
    Json(consumer): Json<Consumer>,
) -> StatusCode {
    Control::new(state).add_consumer(consumer);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSecret {
    secret: String,
    #[serde(default)]
    keep_previous: bool,
}

async fn rotate_secret(
    State(state): State<Arc<Known>>,
    Path(key): Path<String>,
    Json(new): Json<NewSecret>,
) -> StatusCode {
    changed(Control::new(state).rotate_secret(&key, &new.secret, new.keep_previous))
}

async fn accounts(State(state): State<Arc<Known>>) -> Response {
    let all: Vec<Account> =
        state.accounts.list(usize::MAX).iter().map(|account| Account::clone(account)).collect();
    Json(all).into_response()
}

async fn add_account(State(state): State<Arc<Known>>, Json(account): Json<Account>) -> StatusCode {
    Control::new(state).add_account(account);
    StatusCode::NO_CONTENT
}

async fn account(State(state): State<Arc<Known>>, Path(name): Path<String>) -> Response {
    match state.accounts.find(&name) {
        Some(account) => Json(Account::clone(&account)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Replaces the fields that are given (RFC 7396, one level deep: e-mails are replaced as a list).
async fn alter_account(
    State(state): State<Arc<Known>>,
    Path(name): Path<String>,
    Json(patch): Json<Value>,
) -> Response {
    let Some(found) = state.accounts.find(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match patched(&found, patch) {
        Ok(account) => changed(state.accounts.alter(&name, |old| *old = account)).into_response(),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()).into_response(),
    }
}

fn patched(account: &Account, patch: Value) -> serde_json::Result<Account> {
    let mut fields = serde_json::to_value(account)?;
    let changes: serde_json::Map<String, Value> = serde_json::from_value(patch)?;
    for (name, value) in changes {
        fields[name] = value;
    }
    serde_json::from_value(fields)
}

async fn decide_next(
    State(state): State<Arc<Known>>,
    Json(decision): Json<Decision>,
) -> StatusCode {
    Control::new(state).decide_next(decision);
    StatusCode::NO_CONTENT
}

async fn decide_always(
    State(state): State<Arc<Known>>,
    Json(decision): Json<Option<Decision>>,
) -> StatusCode {
    Control::new(state).decide_always(decision);
    StatusCode::NO_CONTENT
}

async fn clear_decisions(State(state): State<Arc<Known>>) -> StatusCode {
    Control::new(state).clear_decisions();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Failing {
    endpoint: Endpoint,
    fault: Fault,
}

async fn fail_next(State(state): State<Arc<Known>>, Json(failing): Json<Failing>) -> StatusCode {
    Control::new(state).fail_next(failing.endpoint, failing.fault);
    StatusCode::NO_CONTENT
}

async fn fail_always(State(state): State<Arc<Known>>, Json(failing): Json<Failing>) -> StatusCode {
    Control::new(state).fail_always(failing.endpoint, failing.fault);
    StatusCode::NO_CONTENT
}

async fn heal(State(state): State<Arc<Known>>) -> StatusCode {
    Control::new(state).heal();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Delay {
    endpoint: Endpoint,
    milliseconds: u64,
}

async fn delay(State(state): State<Arc<Known>>, Json(delay): Json<Delay>) -> StatusCode {
    Control::new(state).delay(delay.endpoint, Duration::from_millis(delay.milliseconds));
    StatusCode::NO_CONTENT
}

async fn set_limit(
    State(state): State<Arc<Known>>,
    Json(limit): Json<Option<RateLimit>>,
) -> StatusCode {
    Control::new(state).set_limit(limit);
    StatusCode::NO_CONTENT
}

async fn quirks(State(state): State<Arc<Known>>) -> Json<Quirks> {
    Json(state.quirks())
}

async fn set_quirks(State(state): State<Arc<Known>>, Json(quirks): Json<Quirks>) -> StatusCode {
    Control::new(state).set_quirks(quirks);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whose {
    #[serde(default)]
    account: Option<String>,
}

async fn expire_tokens(State(state): State<Arc<Known>>, Json(whose): Json<Whose>) -> StatusCode {
    Control::new(state).expire_tokens(whose.account.as_deref());
    StatusCode::NO_CONTENT
}

async fn revoke_tokens(State(state): State<Arc<Known>>, Json(whose): Json<Whose>) -> StatusCode {
    Control::new(state).revoke_tokens(whose.account.as_deref());
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shift {
    seconds: i64,
}

async fn shift_clock(State(state): State<Arc<Known>>, Json(shift): Json<Shift>) -> StatusCode {
    Control::new(state).shift_clock(shift.seconds);
    StatusCode::NO_CONTENT
}

async fn requests(State(state): State<Arc<Known>>) -> Json<Vec<LoggedRequest>> {
    Json(Control::new(state).requests())
}

async fn clear_requests(State(state): State<Arc<Known>>) -> StatusCode {
    Control::new(state).clear_requests();
    StatusCode::NO_CONTENT
}
