//! What an answer of a provider means for a connection.

use super::CheckReason::{
    self, CallbackNotRegistered, CallbackNotTold, CallbackTooWide, CredentialsRejected,
    NoCallbackRegistered, ProviderIsStandIn, ProviderMalformed, ProviderNotConfigured,
    ProviderRateLimited, ProviderUnavailable, ScopeMissing, ScopesNotTold, TlsFailed, TlsNotUsed,
};
use crate::{
    environment::ProviderProblem,
    provider::{Callback, Error, Scopes},
};

/// The answer to a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All is well.
    Passed,
    /// It must be mended.
    Failed(CheckReason),
    /// It cannot be told.
    Unknown(CheckReason),
}

impl Verdict {
    /// Of a provider that the environment does not admit.
    pub const fn of_problem(problem: ProviderProblem) -> Self {
        match problem {
            ProviderProblem::NotConfigured => Self::Failed(ProviderNotConfigured),
            ProviderProblem::StandIn => Self::Failed(ProviderIsStandIn),
        }
    }

    /// Of an endpoint that was asked without a secret.
    pub const fn of_reach(answer: &Result<(), Error>) -> Self {
        match answer {
            Ok(()) => Self::Passed,
            Err(Error::RateLimited { .. }) => Self::Unknown(ProviderRateLimited),
            Err(error) => Self::Failed(outage(error)),
        }
    }

    /// Of TLS, by what the endpoints answered. Whoever answers at all was spoken to with it.
    pub fn of_tls(encrypted: bool, answers: &[&Result<(), Error>]) -> Self {
        if answers.iter().any(|answer| matches!(answer, Err(Error::Insecure(_)))) {
            return Self::Failed(TlsFailed);
        }
        if !encrypted {
            return Self::Unknown(TlsNotUsed);
        }
        if answers.iter().any(|answer| matches!(answer, Err(Error::Unavailable(_)))) {
            return Self::Unknown(ProviderUnavailable);
        }
        Self::Passed
    }

    /// Of a key and secret.
    pub const fn of_credentials(answer: &Result<(), Error>) -> Self {
        match answer {
            Ok(()) => Self::Passed,
            Err(Error::ClientRefused) => Self::Failed(CredentialsRejected),
            Err(error) => Self::Unknown(outage(error)),
        }
    }

    /// Of the scopes of a consumer.
    pub const fn of_scopes(answer: &Result<Scopes, Error>) -> Self {
        match answer {
            Ok(Scopes::Enough) => Self::Passed,
            Ok(Scopes::Missing) => Self::Failed(ScopeMissing),
            Ok(Scopes::NotTold) => Self::Unknown(ScopesNotTold),
            Err(error) => Self::Unknown(outage(error)),
        }
    }

    /// Of a callback URL; and whether nothing beside it is accepted.
    pub const fn of_callback(answer: &Result<Callback, Error>) -> (Self, Self) {
        match answer {
            Ok(Callback::Registered) => (Self::Passed, Self::Passed),
            Ok(Callback::RegisteredTooWide) => (Self::Passed, Self::Failed(CallbackTooWide)),
            Ok(Callback::NotRegistered) => {
                (Self::Failed(CallbackNotRegistered), Self::Unknown(CallbackNotRegistered))
            }
            Ok(Callback::NoneRegistered) => {
                (Self::Failed(NoCallbackRegistered), Self::Unknown(NoCallbackRegistered))
            }
            Ok(Callback::NotTold) => {
                (Self::Unknown(CallbackNotTold), Self::Unknown(CallbackNotTold))
            }
            Err(error) => (Self::Unknown(outage(error)), Self::Unknown(outage(error))),
        }
    }

    /// Why it did not pass.
    pub const fn reason(self) -> Option<CheckReason> {
        match self {
            Self::Passed => None,
            Self::Failed(reason) | Self::Unknown(reason) => Some(reason),
        }
    }
}

/// Why an answer does not tell what was asked.
const fn outage(error: &Error) -> CheckReason {
    match error {
        Error::ClientRefused => CredentialsRejected,
        Error::ScopeMissing => ScopeMissing,
        Error::RateLimited { .. } => ProviderRateLimited,
        Error::Insecure(_) => TlsFailed,
        Error::Unavailable(_) => ProviderUnavailable,
        // Nobody's code was asked about, so its refusal is no answer to anything.
        Error::CodeRefused | Error::Malformed(_) => ProviderMalformed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limited() -> Error {
        Error::RateLimited { retry_after: None }
    }

    fn away() -> Error {
        Error::Unavailable("away".into())
    }

    fn insecure() -> Error {
        Error::Insecure("no trust".into())
    }

    #[test]
    fn an_endpoint_is_reached_if_the_provider_itself_answers() {
        for (answer, verdict) in [
            (Ok(()), Verdict::Passed),
            (Err(away()), Verdict::Failed(ProviderUnavailable)),
            (Err(insecure()), Verdict::Failed(TlsFailed)),
            (Err(Error::Malformed("a page")), Verdict::Failed(ProviderMalformed)),
            (Err(limited()), Verdict::Unknown(ProviderRateLimited)),
        ] {
            assert_eq!(Verdict::of_reach(&answer), verdict, "{answer:?}");
        }
    }

    #[test]
    fn tls_is_known_of_whoever_answers() {
        let (well, gone, bad, odd) =
            (Ok(()), Err(away()), Err(insecure()), Err(Error::Malformed("a page")));
        for (encrypted, answers, verdict) in [
            (true, [&well, &well], Verdict::Passed),
            (true, [&well, &odd], Verdict::Passed),
            (true, [&well, &gone], Verdict::Unknown(ProviderUnavailable)),
            (true, [&gone, &bad], Verdict::Failed(TlsFailed)),
            (false, [&well, &well], Verdict::Unknown(TlsNotUsed)),
            (false, [&well, &bad], Verdict::Failed(TlsFailed)),
        ] {
            assert_eq!(Verdict::of_tls(encrypted, &answers), verdict, "{answers:?}");
        }
    }

    #[test]
    fn only_a_refusal_of_the_client_speaks_against_its_secret() {
        for (answer, verdict) in [
            (Ok(()), Verdict::Passed),
            (Err(Error::ClientRefused), Verdict::Failed(CredentialsRejected)),
            (Err(away()), Verdict::Unknown(ProviderUnavailable)),
            (Err(limited()), Verdict::Unknown(ProviderRateLimited)),
            (Err(Error::CodeRefused), Verdict::Unknown(ProviderMalformed)),
        ] {
            assert_eq!(Verdict::of_credentials(&answer), verdict, "{answer:?}");
        }
    }

    #[test]
    fn scopes_are_missing_only_where_the_provider_says_so() {
        for (answer, verdict) in [
            (Ok(Scopes::Enough), Verdict::Passed),
            (Ok(Scopes::Missing), Verdict::Failed(ScopeMissing)),
            (Ok(Scopes::NotTold), Verdict::Unknown(ScopesNotTold)),
            (Err(Error::ClientRefused), Verdict::Unknown(CredentialsRejected)),
            (Err(away()), Verdict::Unknown(ProviderUnavailable)),
        ] {
            assert_eq!(Verdict::of_scopes(&answer), verdict, "{answer:?}");
        }
    }

    #[test]
    fn a_callback_passes_alone_or_with_all_of_its_host() {
        use Verdict::{Failed, Passed, Unknown};
        for (answer, verdicts) in [
            (Ok(Callback::Registered), (Passed, Passed)),
            (Ok(Callback::RegisteredTooWide), (Passed, Failed(CallbackTooWide))),
            (
                Ok(Callback::NotRegistered),
                (Failed(CallbackNotRegistered), Unknown(CallbackNotRegistered)),
            ),
            (
                Ok(Callback::NoneRegistered),
                (Failed(NoCallbackRegistered), Unknown(NoCallbackRegistered)),
            ),
            (Ok(Callback::NotTold), (Unknown(CallbackNotTold), Unknown(CallbackNotTold))),
            (Err(away()), (Unknown(ProviderUnavailable), Unknown(ProviderUnavailable))),
        ] {
            assert_eq!(Verdict::of_callback(&answer), verdicts, "{answer:?}");
        }
    }
}
