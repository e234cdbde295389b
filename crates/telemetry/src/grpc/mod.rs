//! Spans and metrics of RPCs, on the side that answers and on the side that asks.

mod body;
mod call;
mod code;
mod methods;
mod propagate;
mod trace;

pub use propagate::{GrpcPropagate, GrpcPropagateLayer};
pub use trace::{GrpcTrace, GrpcTraceLayer};
