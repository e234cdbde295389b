//! People: looking them up, and what administrators do with them.

mod change;
mod delete;
mod read;
mod suspend;
mod unlink;

pub use change::Guarded;
pub use read::UserView;
