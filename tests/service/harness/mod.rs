//! The service under test, and the verbs that tests use.

pub(crate) mod adding;
pub(crate) mod admin;
pub(crate) mod app;
pub(crate) mod broker;
mod browsing;
pub(crate) mod canary;
pub(crate) mod chromium;
mod chromium_process;
mod clients;
mod clock;
pub(crate) mod configuring;
mod devtools;
pub(crate) mod ends;
mod events;
pub(crate) mod gateway;
pub(crate) mod leaks;
pub(crate) mod looking;
pub(crate) mod mailing;
pub(crate) mod organizations;
pub(crate) mod own_postgres;
pub(crate) mod person;
pub(crate) mod proving;
pub(crate) mod raw;
pub(crate) mod replica;
pub(crate) mod seed;
pub(crate) mod telemetry;
pub(crate) mod trying;
pub(crate) mod users;
mod variable;
pub(crate) mod watch;
mod web;
pub(crate) mod wire;

pub(crate) use app::{TestApp, with_app};
pub(crate) use chromium::{Chromium, Wishes};
pub(crate) use clients::{Key, Keyed, reason};
