//! Spans and metrics of RPCs, on the side that answers.

mod body;
mod call;
mod code;
mod methods;
mod trace;

pub use trace::{GrpcTrace, GrpcTraceLayer};
