//! Between the contract's messages and the domain's types.

mod fields;
mod filter;
mod page;
mod time;

pub(crate) mod connection;
pub(crate) mod event;
pub(crate) mod login;
pub(crate) mod tenant;
pub(crate) mod user;

pub(crate) use fields::{Fields, entry, request_id};
