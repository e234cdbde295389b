//! The binary, run as people run it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod administering;
mod applying;
mod applying_organizations;
mod broker;
mod browser;
mod commands;
mod completions;
mod configuration;
mod database;
mod deployment;
mod dev;
mod developing;
mod doctor;
mod first_call;
mod key_ring;
mod mailing;
mod metrics;
mod organizations;
mod process;
mod real_bitbucket;
mod relaying;
mod roles;
mod tls;
mod trying;
mod users;
