//! The way of a sign-in, a file a step.

pub(crate) mod attempt;
pub(crate) mod callback;
mod offer;
pub(crate) mod page;
mod request;
pub(crate) mod start;
pub(crate) mod test;
pub(crate) mod waiting;
mod waiting_page;
