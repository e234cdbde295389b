//! An address is proven by a code on the way.

mod caps;
mod codes;
mod elsewhere;
mod equal;
mod linking;
mod meanwhile;
mod races;
mod waiting;
