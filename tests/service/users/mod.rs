//! What administrators do with people, and what a sign-in has to do with it.

mod deleting;
mod history;
mod races;
mod suspending;
mod unlinking;
