//! Telemetry as other crates and operators meet it.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may fail like the tests")]

mod collector;
mod config;
mod fixture;
mod grpc;
mod http;
mod logs;
mod metrics;
mod process;
mod propagation;
mod tonic_calls;
