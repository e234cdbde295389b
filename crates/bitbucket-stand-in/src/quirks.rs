//! Behaviour about which Bitbucket is silent or has changed its mind, as switches.

use serde::{Deserialize, Serialize};

/// Switches, all off to begin with: what is known of Bitbucket today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Quirks {
    /// A wrong key or secret is 401 `invalid_client` (RFC 6749, 5.2) instead of 400 `unauthorized_client`.
    pub invalid_client_is_401: bool,
    /// A code is used up by a token request that is refused or that fails.
    pub refused_code_is_burnt: bool,
    /// A `code_challenge` is binding: S256 alone, and its verifier is checked. Bitbucket ignores PKCE.
    pub strict_pkce: bool,
    /// Who asks to authorize is sent to sign in before consumer and redirect are looked at: the answer to a
    /// browser that is not signed in says nothing of either.
    pub sign_in_before_all: bool,
}
