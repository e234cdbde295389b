//! What every provider must do, each against its own stand-in.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

/// Fails with the value that does not fit the pattern.
macro_rules! assert_matches {
    ($value:expr, $pattern:pat) => {
        match $value {
            $pattern => {}
            other => panic!("{other:?} is not {}", stringify!($pattern)),
        }
    };
}

mod accounts;
mod callbacks;
mod checks;
mod connections;
mod emails;
mod hostile;
mod limits;
mod outages;
mod peer;
mod refusals;
mod registry;
mod sign_in;
mod spans;
mod stage;
mod tls;
mod workspaces;
