//! The gateway from outside: real HTTP in front, a scripted service behind.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod adding;
mod app;
mod browser;
mod callback;
mod configuration;
mod contrast;
mod demo;
mod error_pages;
mod every_answer;
mod jwks;
mod logos;
mod logs;
mod offer;
mod peer;
mod places;
mod serving;
mod sign_in_page;
mod start;
mod tls;
mod trying;
mod waiting;
