//! Test logins: the whole way with a real person, and nobody signed in.

mod assumed;
mod cut_off;
mod ends;
mod events;
mod separate;
mod tickets;
mod turned_away;
mod whole;
