//! How a sign-in ended, and the names that a row has for it.

use latchkey_domain::{
    id::{IdentityId, UserId},
    sign_in::{Failure, Refusal, SignInResult, Unsuccessful},
};

/// How a sign-in ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInEnd {
    /// Somebody is signed in.
    Completed {
        /// What it did.
        result: SignInResult,
        /// Who.
        user: UserId,
        /// By which identity.
        identity: IdentityId,
    },
    /// Nobody is.
    Unsuccessful(Unsuccessful),
}

pub(crate) const fn result_name(result: SignInResult) -> &'static str {
    match result {
        SignInResult::SignedIn => "SIGNED_IN",
        SignInResult::SignedUp => "SIGNED_UP",
        SignInResult::Linked => "LINKED",
    }
}

pub(crate) const fn unsuccessful_name(end: Unsuccessful) -> &'static str {
    match end {
        Unsuccessful::Refused(_) => "REFUSED",
        Unsuccessful::Failed(_) => "FAILED",
    }
}

/// How it ended, by the names of a result and of a reason.
pub(crate) fn outcome(
    result: &str,
    reason: Option<&str>,
) -> Option<std::result::Result<SignInResult, Unsuccessful>> {
    let reason = reason.unwrap_or_default();
    match result {
        "SIGNED_IN" => Some(Ok(SignInResult::SignedIn)),
        "SIGNED_UP" => Some(Ok(SignInResult::SignedUp)),
        "LINKED" => Some(Ok(SignInResult::Linked)),
        "REFUSED" => Some(Err(Unsuccessful::Refused(Refusal::from_name(reason)?))),
        "FAILED" => Some(Err(Unsuccessful::Failed(Failure::from_name(reason)?))),
        _ => None,
    }
}
