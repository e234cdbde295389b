//! The home of SMTP: hands mail over as the domain's port asks for.
//!
//! Neither an address nor what a mail says is ever logged here, and what a server says is not either:
//! servers repeat the address.

mod config;
mod connect;
mod failure;
mod idle;
mod mailer;
mod write;

pub use config::{Config, Tls};
pub use mailer::{Error, Mailer};
