//! gRPC in: decode, call, encode. What happens is told by the use cases.

mod access;
mod config;
#[cfg(any(test, fuzzing))]
pub mod fuzzed;
mod health;
mod limits;
mod malformed;
mod prove;
mod seats;
mod serve;
mod service;
mod status;
mod wire;

pub use config::Config;
pub use limits::LimitsConfig;
pub use serve::{Error, in_process, serve};
