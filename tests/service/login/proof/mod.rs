//! An address is proven by a code on the way.

mod caps;
mod codes;
mod equal;
mod linking;
mod races;
mod waiting;
