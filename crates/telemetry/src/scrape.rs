//! `/metrics` for Prometheus and `/healthz` for whoever restarts dead processes.

use std::{io, time::Duration};

use axum::{Router, http::header::CONTENT_TYPE, response::IntoResponse, routing::get};
use http::StatusCode;
use prometheus::{Encoder, TextEncoder};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::metrics;

/// How long open connections may hold up the end; a scraper keeps its own alive for ever.
const DRAIN: Duration = Duration::from_secs(1);

/// Serves `/metrics` (Prometheus text 0.0.4) and `/healthz` on `listener` until `stop` is cancelled.
pub async fn serve_metrics(listener: TcpListener, stop: CancellationToken) -> io::Result<()> {
    let router = Router::new()
        .route("/metrics", get(exposition))
        .route("/healthz", get(|| async { "ok\n" }));
    let serve =
        axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
    tokio::select! {
        served = serve => served,
        () = async { stop.cancelled().await; tokio::time::sleep(DRAIN).await } => Ok(()),
    }
}

async fn exposition() -> impl IntoResponse {
    let encoder = TextEncoder::new();
    let mut text = Vec::new();
    match encoder.encode(&metrics::gather(), &mut text) {
        Ok(()) => ([(CONTENT_TYPE, encoder.format_type().to_owned())], text).into_response(),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "metrics cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
