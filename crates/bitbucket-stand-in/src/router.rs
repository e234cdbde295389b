//! The paths of the stand-in.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::state::State;
use crate::{api, authorize, control, gate, pages, token};

/// All of the stand-in as a router, to be served by a caller's own listener.
///
/// Without [`crate::StandIn::start`] [`crate::Fault::ConnectionReset`] closes the connection in order, without an answer.
pub fn router(state: State) -> Router {
    let State(state) = state;
    Router::new()
        .route("/site/oauth2/authorize", get(authorize::ask).post(authorize::decide))
        .route("/site/oauth2/access_token", post(token::answer))
        .route("/2.0/user", get(api::user))
        .route("/2.0/user/emails", get(api::emails))
        .route("/2.0/user/workspaces", get(api::workspaces))
        .fallback(api::not_found)
        .layer(from_fn_with_state(state.clone(), gate::gate))
        .merge(pages::routes())
        .nest("/_control", control::routes())
        .with_state(state)
}
