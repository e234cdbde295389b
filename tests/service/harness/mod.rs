//! The service under test, and the verbs that tests use.

pub(crate) mod app;
mod browsing;
pub(crate) mod chromium;
mod chromium_process;
mod clients;
mod clock;
mod devtools;
mod events;
mod gateway;
pub(crate) mod own_postgres;
pub(crate) mod person;
pub(crate) mod seed;
mod variable;
pub(crate) mod wire;

pub(crate) use app::{TestApp, with_app};
pub(crate) use chromium::{Chromium, Wishes};
pub(crate) use clients::{Key, reason};
