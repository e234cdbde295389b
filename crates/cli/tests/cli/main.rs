//! The binary, run as people run it.

mod browser;
mod configuration;
mod database;
mod dev;
mod process;
mod roles;
