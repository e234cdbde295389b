//! Whoever is signed in adds another account to themselves.

mod attack;
mod races;
mod refused;
mod tickets;
mod whole;
