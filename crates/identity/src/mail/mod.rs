//! Mail: queued with what it tells of, and sent from there, at least once.

mod deliver;
mod measure;
mod next_try;
mod queue;
mod sealed_letter;
mod send;

pub(crate) use sealed_letter::place;
