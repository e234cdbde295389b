//! The service under test, and the verbs that tests use.

pub(crate) mod app;
mod clients;
mod clock;
mod events;
mod gateway;
pub(crate) mod own_postgres;
pub(crate) mod person;
pub(crate) mod seed;
pub(crate) mod wire;

pub(crate) use app::{TestApp, with_app};
pub(crate) use clients::{Key, reason};
