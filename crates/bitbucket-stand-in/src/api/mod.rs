//! `/2.0`: what Bitbucket's API tells about an account.

mod bearer;
mod emails;
mod paged;
mod user;
mod workspaces;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;

use crate::fields::Fields;
use crate::fixture;
use crate::refusal::Refusal;
use crate::state::Known;

use bearer::Caller;

/// `GET /2.0/user`, scope `account`.
pub(crate) async fn user(
    State(state): State<Arc<Known>>,
    parts: Parts,
    body: Bytes,
) -> Result<Response, Refusal> {
    let caller = Caller::admit(&state, &parts, &body, "account")?;
    Ok((caller.headers(), Json(user::body(&state.base_url, &caller.account))).into_response())
}

/// `GET /2.0/user/emails`, scope `email`.
pub(crate) async fn emails(
    State(state): State<Arc<Known>>,
    parts: Parts,
    body: Bytes,
) -> Result<Response, Refusal> {
    let query = Fields::parse(parts.uri.query().unwrap_or_default().as_bytes());
    let caller = Caller::admit(&state, &parts, &body, "email")?;
    let page = emails::body(&state.base_url, &caller.account, &query);
    Ok((caller.headers(), Json(page)).into_response())
}

/// `GET /2.0/user/workspaces`, scope `account`.
pub(crate) async fn workspaces(
    State(state): State<Arc<Known>>,
    parts: Parts,
    body: Bytes,
) -> Result<Response, Refusal> {
    let query = Fields::parse(parts.uri.query().unwrap_or_default().as_bytes());
    let caller = Caller::admit(&state, &parts, &body, "account")?;
    let page = workspaces::body(&state.base_url, &caller.account, &query);
    Ok((caller.headers(), Json(page)).into_response())
}

/// Every other path.
pub(crate) async fn not_found() -> Response {
    (StatusCode::NOT_FOUND, fixture::NOT_FOUND.json()).into_response()
}
