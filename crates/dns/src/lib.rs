//! The home of DNS: asks the name servers what the domain's port asks for.

mod config;
mod resolver;
mod server;
mod texts;

pub use config::Config;
pub use resolver::Resolver;
