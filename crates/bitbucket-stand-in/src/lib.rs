//! A Bitbucket Cloud to develop and test OAuth clients against.
//!
//! Start one with [`StandIn::start`], steer it with [`Control`], and point a client at
//! `{base}/site/oauth2/authorize`, `{base}/site/oauth2/access_token` and `{base}/2.0`.

mod account;
mod accounts;
mod api;
mod authorize;
mod bounded;
mod clock;
mod consumer;
mod control;
mod decision;
mod fault;
mod fields;
mod fixture;
mod gate;
mod grants;
mod limit;
mod listener;
mod log;
mod opaque;
mod pages;
mod people;
mod quirks;
mod refusal;
mod router;
mod server;
mod settings;
mod state;
mod token;

pub use crate::account::{Account, Email, NextLink, UuidShape, Workspace};
pub use crate::consumer::Consumer;
pub use crate::control::Control;
pub use crate::decision::{Decision, RedirectFault};
pub use crate::fault::{Endpoint, Fault};
pub use crate::limit::{RateLimit, RetryAfter};
pub use crate::log::LoggedRequest;
pub use crate::quirks::Quirks;
pub use crate::router::router;
pub use crate::server::{Error, StandIn};
pub use crate::settings::{Mode, Settings};
pub use crate::state::State;
