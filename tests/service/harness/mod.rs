//! The service under test, and the verbs that tests use.

pub(crate) mod admin;
pub(crate) mod app;
mod clients;
mod clock;
mod events;
pub(crate) mod person;
pub(crate) mod raw;
pub(crate) mod seed;

pub(crate) use app::{TestApp, with_app};
pub(crate) use clients::{Keyed, reason};
