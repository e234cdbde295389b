//! Tickets: what a test login's link carries, known to us by its hash.

use latchkey_keyring::{random_token, sha256};
use secrecy::{ExposeSecret, SecretString};

use crate::Result;

/// What tickets begin with, so that one in the wrong place is recognised.
const PREFIX: &str = "lk_test_";

/// A new ticket.
pub(super) fn ticket() -> Result<SecretString> {
    Ok(format!("{PREFIX}{}", random_token()?.expose_secret()).into())
}

/// How it is kept.
pub(super) fn hash(ticket: &SecretString) -> [u8; 32] {
    sha256(ticket.expose_secret().as_bytes())
}
