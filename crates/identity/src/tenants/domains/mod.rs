//! Proving that a custom domain is an organization's own, a step a file.

mod due;
mod look;
mod start;
