//! Between the contract's messages and the domain's types.

mod fields;
mod filter;
mod mask;
mod page;
mod policy;
mod time;

pub(crate) mod api_key;
pub(crate) mod application;
pub(crate) mod audit;
pub(crate) mod callback;
pub(crate) mod check;
pub(crate) mod connection;
pub(crate) mod credential;
pub(crate) mod environment;
pub(crate) mod event;
pub(crate) mod grant;
pub(crate) mod link_ticket;
pub(crate) mod login;
pub(crate) mod login_step;
pub(crate) mod organization;
pub(crate) mod readiness;
pub(crate) mod sign_in;
pub(crate) mod signing_key;
pub(crate) mod test_login;
pub(crate) mod user;
pub(crate) mod user_change;

pub(crate) use fields::{Fields, entry, request_id};
