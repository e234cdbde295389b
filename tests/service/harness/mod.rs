//! The service under test, and the verbs that tests use.

pub(crate) mod app;
pub(crate) mod broker;
mod clients;
mod clock;
mod events;
pub(crate) mod gateway;
pub(crate) mod leaks;
pub(crate) mod own_postgres;
pub(crate) mod person;
pub(crate) mod seed;
pub(crate) mod telemetry;
mod watch;
mod web;
pub(crate) mod wire;

pub(crate) use app::{TestApp, with_app};
pub(crate) use clients::{Key, reason};
