//! What every request passes: the log, the delay, the fault.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use tokio::time::sleep;

use crate::clock::arrival_micros;
use crate::fault::{self, Endpoint};
use crate::fields::Fields;
use crate::listener::Wire;
use crate::log::LoggedRequest;
use crate::state::Known;

/// The largest body that a request of OAuth or the API may have.
const BODY_LIMIT: usize = 64 * 1024;

/// Lets a request through to Bitbucket's endpoints, unless a fault is due.
pub(crate) async fn gate(
    State(state): State<Arc<Known>>,
    request: Request,
    next: Next,
) -> Response {
    let stop = state.stop.clone();
    stop.run_until_cancelled(pass(state, request, next))
        .await
        .unwrap_or_else(|| StatusCode::SERVICE_UNAVAILABLE.into_response())
}

async fn pass(state: Arc<Known>, request: Request, next: Next) -> Response {
    let arrived_micros = arrival_micros();
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    state.log.add(LoggedRequest::of(&parts, &body, arrived_micros));

    let endpoint = Endpoint::of(parts.uri.path());
    let Some(endpoint) = endpoint else {
        return next.run(Request::from_parts(parts, Body::from(body))).await;
    };
    let (delay, due) = state.faults.take(endpoint);
    if !delay.is_zero() {
        sleep(delay).await;
    }
    let Some(due) = due else {
        return next.run(Request::from_parts(parts, Body::from(body))).await;
    };
    let wire = parts.extensions.get::<ConnectInfo<Wire>>().map(|ConnectInfo(wire)| wire.clone());
    if endpoint == Endpoint::Token
        && state.quirks().refused_code_is_burnt
        && !due.spoils_right_answer()
    {
        burn(&state, &body);
    }
    if let Some(response) = fault::at_once(&state, due, wire.as_ref()).await {
        return response;
    }
    let right = next.run(Request::from_parts(parts, Body::from(body))).await;
    fault::spoil(&state, due, right).await
}

/// Uses up the code of a token request that is about to fail.
fn burn(state: &Known, body: &Bytes) {
    if let Some(code) = Fields::parse(body).get("code") {
        state.grants.burn_code(code);
    }
}
