//! Whether the gateway is alive, and whether it can do its work.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;

use crate::site::Site;

/// Alive.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// Ready: the service behind says that it serves.
pub(crate) async fn readyz(State(site): State<Arc<Site>>) -> (StatusCode, &'static str) {
    if site.service.serves().await {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the service does not serve\n")
    }
}
