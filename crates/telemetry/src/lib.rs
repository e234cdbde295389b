//! Traces, metrics and logs, and how they travel.
//!
//! Other crates write spans and log lines with the `tracing` macros, count with [`metrics`], and carry traces with
//! [`current_traceparent`], [`inject`] and the layers. None of them names OpenTelemetry. The conventions are in
//! `docs/LOGGING.md`.

mod config;
mod grpc;
mod http_trace;
mod log;
pub mod metrics;
mod panics;
mod propagation;
mod scrape;
mod spans;
mod start;

pub use config::{Config, LogFormat};
pub use grpc::{GrpcTrace, GrpcTraceLayer};
pub use http_trace::{HttpTrace, HttpTraceLayer};
pub use propagation::{
    current_traceparent, inject, link_to, set_parent_from_headers, set_parent_from_traceparent,
};
pub use scrape::serve_metrics;
pub use start::{Error, Telemetry, start, try_start};
