//! Identity providers: a folder each, and one line in the registry.

mod address;
mod answer;
mod bitbucket;
mod endpoint;
#[cfg(any(test, fuzzing))]
pub mod fuzzed;
mod http;
mod oauth_http;
mod outage;
mod reachable;
mod reads;
mod registry;
mod resolver;
mod retry_after;
mod watch;

pub use crate::{
    reachable::reach,
    registry::{ProviderConfig, Registry},
};
