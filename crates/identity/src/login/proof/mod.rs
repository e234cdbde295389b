//! Proving an address on the way: ask for one, send a code, take it back, and go on where it stopped.

mod begin;
mod cancel;
mod code;
mod confirm;
mod continuation;
mod profile;
mod resend;
mod send;
mod step;
mod submit;
mod verify;
mod waits;

pub use continuation::Continue;
pub use waits::{CodeProblem, WaitsFor};

pub(super) use profile::WaitingProfile;
pub(crate) use profile::waiting_place;
pub(super) use waits::Waits;
