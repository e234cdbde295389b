//! Signing in, a step a file: options, start, complete (claim, read, record), redeem.

mod adding;
mod admitted;
mod again;
mod answer;
mod attempt;
mod code;
mod complete;
mod facts;
mod first;
mod flow;
mod follow;
mod gate;
mod membership;
mod noting;
mod offer;
#[cfg(any(test, fuzzing))]
mod opens;
mod options;
mod place;
mod profile;
mod proof;
mod record;
mod redeem;
mod repeat;
mod start;
mod state;
mod steps;
mod test_login;
mod turned_away;

pub use adding::{MadeLinkTicket, NewLinkTicket};
pub use answer::{Answer, Completed, Outcome};
pub use complete::{Callback, ProviderAnswer};
pub use options::{LoginOption, LoginOptions};
pub use proof::{CodeProblem, Continue, WaitsFor};
pub use redeem::{Redeemed, SignedIn};
pub use start::{StartLogin, Started};
pub use test_login::{NewTestLogin, RedeemTicket, StartedTest, TestLoginView};

pub(crate) use facts::sealed_place;
pub(crate) use gate::Gates;
#[cfg(any(test, fuzzing))]
pub(crate) use opens::opens;
pub(crate) use proof::waiting_place;
pub(crate) use test_login::profile_place;
