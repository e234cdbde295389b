//! What the pages of a test login say. Whoever tries a connection out may be able to mend it.

mod de;
mod en;

use latchkey_proto::v1::{FailureReason, RefusalReason};

pub(super) use de::GERMAN;
pub(super) use en::ENGLISH;

use crate::reason::Reason;

/// The pages before and after.
#[derive(Debug)]
pub(crate) struct TestTexts {
    pub(crate) title: &'static str,
    /// What will happen.
    pub(crate) what: &'static str,
    /// Who will see what.
    pub(crate) seen: &'static str,
    pub(crate) begin: &'static str,
    pub(crate) mend: &'static str,
    /// Where the person goes from here.
    pub(crate) over: &'static str,
    pub(crate) results: TestResults,
}

/// What a test came to.
#[derive(Debug)]
pub(crate) struct TestResult {
    /// The heading.
    pub(crate) title: &'static str,
    /// What happened.
    pub(crate) what: &'static str,
    /// What follows from it, or how to mend it.
    pub(crate) next: &'static str,
}

/// Every end: reasons that are mended in the same way share a text.
#[derive(Debug)]
pub(crate) struct TestResults {
    pub(crate) passed: TestResult,
    pub(crate) denied: TestResult,
    pub(crate) interaction: TestResult,
    pub(crate) not_admitted: TestResult,
    pub(crate) not_let_in: TestResult,
    pub(crate) workspace: TestResult,
    pub(crate) credentials: TestResult,
    pub(crate) code: TestResult,
    pub(crate) scope: TestResult,
    pub(crate) unavailable: TestResult,
    pub(crate) malformed: TestResult,
    pub(crate) provider_error: TestResult,
    pub(crate) changed: TestResult,
    pub(crate) identity_changed: TestResult,
    pub(crate) mail: TestResult,
    pub(crate) cut_off: TestResult,
}

impl TestResults {
    /// What to tell of a test that failed for `reason`, or passed.
    pub(crate) fn of(&self, reason: Option<Reason>) -> &TestResult {
        match reason {
            None => &self.passed,
            Some(Reason::Refused(reason)) => self.of_refusal(reason),
            Some(Reason::Failed(reason)) => self.of_failure(reason),
            Some(_) => &self.cut_off,
        }
    }

    fn of_refusal(&self, reason: RefusalReason) -> &TestResult {
        use RefusalReason as R;
        match reason {
            R::DeniedByUser => &self.denied,
            R::InteractionRequired => &self.interaction,
            R::ConnectionDisabled => &self.not_admitted,
            R::WorkspaceNotAllowed => &self.workspace,
            R::Unspecified
            | R::AccountNotFound
            | R::ApplicationNotGranted
            | R::SignUpNotAllowed
            | R::SignInNotAllowed
            | R::LinkNotAllowed
            | R::SignUpClosed
            | R::EmailDomainNotAllowed
            | R::CancelledByUser
            | R::IdentityOfAnotherUser
            | R::UserSuspended
            | R::RedirectUriNotRegistered => &self.not_let_in,
        }
    }

    fn of_failure(&self, reason: FailureReason) -> &TestResult {
        use FailureReason as R;
        match reason {
            R::CredentialsRejected => &self.credentials,
            R::CodeRejected => &self.code,
            R::ScopeMissing => &self.scope,
            R::ProviderUnavailable | R::ProviderRateLimited => &self.unavailable,
            R::ProviderMalformed => &self.malformed,
            R::ProviderError | R::CallbackEmpty => &self.provider_error,
            R::ConnectionChanged => &self.changed,
            R::IdentityChanged => &self.identity_changed,
            R::MailNotConfigured => &self.mail,
            R::Unspecified | R::AttemptAbandoned => &self.cut_off,
        }
    }
}
