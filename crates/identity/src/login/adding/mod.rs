//! Somebody who is signed in adds another account to themselves, a step a file: their application gets
//! a ticket, a sign-in begins with it, the callback keeps who came, and the redemption links.

mod add;
mod arrive;
mod create;
mod redeem;
mod ticket;

pub use create::{MadeLinkTicket, NewLinkTicket};
