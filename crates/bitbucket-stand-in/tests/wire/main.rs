//! The stand-in as an OAuth client meets it.

mod application;
mod approval;
mod authorize;
mod control;
mod faults;
mod limits;
mod mail;
mod modes;
mod pages;
mod profile;
mod redirects;
mod tokens;
