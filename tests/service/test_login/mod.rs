//! Test logins: the whole way with a real person, and nobody signed in.

mod ends;
mod events;
mod separate;
mod tickets;
mod whole;
