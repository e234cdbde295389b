//! The stand-in as an OAuth client meets it.

#![expect(clippy::unwrap_used, reason = "where a helper fails, its test fails")]

mod application;
mod approval;
mod authorize;
mod control;
mod embedding;
mod faults;
mod limits;
mod mail;
mod modes;
mod pages;
mod profile;
mod redirects;
mod tokens;
mod workspaces;
