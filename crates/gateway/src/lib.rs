//! HTTP in, gRPC out: the sign-in page, the callback and the error pages.

mod assets;
mod brand;
mod client;
mod config;
mod cookies;
pub mod demo;
mod fault;
#[cfg(any(test, fuzzing))]
pub mod fuzzed;
mod headers;
mod health;
mod jwks;
mod language;
mod login;
mod logos;
mod names;
mod networks;
mod page;
mod place;
mod query;
mod random;
mod reason;
mod redirect;
mod routes;
mod serve;
mod service;
mod site;
mod texts;

pub use config::Config;
pub use routes::router;
pub use serve::{DRAIN, Error, serve};
pub use service::channel;
