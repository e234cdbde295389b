//! Test logins, a step a file: an administrator starts one, a person redeems its ticket, goes to the
//! provider and finishes it, and the administrator reads what came of it.

mod event;
mod finish;
mod read;
mod redeem;
mod start;
mod ticket;

pub use read::TestLoginView;
pub(crate) use read::profile_place;
pub use redeem::RedeemTicket;
pub use start::{NewTestLogin, StartedTest};
