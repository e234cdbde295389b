//! What pages say, in every language that has a catalogue: a new one is a file and a line here.

mod de;
mod en;
mod proof;
mod test;

use latchkey_proto::v1::{ErrorReason, FailureReason, RefusalReason};

use crate::reason::Reason;

pub(crate) use en::ENGLISH;
pub(crate) use proof::ProofTexts;
pub(crate) use test::{TestResult, TestTexts};

/// Every catalogue.
pub(crate) const ALL: [&Texts; 2] = [&en::ENGLISH, &de::GERMAN];

/// A catalogue. `{}` stands for a name.
#[derive(Debug)]
pub(crate) struct Texts {
    /// The language's tag (RFC 5646).
    pub(crate) lang: &'static str,
    pub(crate) sign_in_to: &'static str,
    pub(crate) add_account_at: &'static str,
    pub(crate) choose_to_add: &'static str,
    pub(crate) continue_with: &'static str,
    pub(crate) last_used: &'static str,
    pub(crate) no_options: &'static str,
    pub(crate) choose: &'static str,
    pub(crate) what_to_do: &'static str,
    pub(crate) start_again: &'static str,
    pub(crate) support: &'static str,
    pub(crate) reference: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) support_one: &'static str,
    /// Under what says that nobody is known.
    pub(crate) sign_up_offer: &'static str,
    pub(crate) sign_up: &'static str,
    pub(crate) go_back: &'static str,
    pub(crate) proof: ProofTexts,
    pub(crate) test: TestTexts,
    pub(crate) explanations: Explanations,
}

/// What an error page says.
#[derive(Debug)]
pub(crate) struct Explanation {
    /// The heading.
    pub(crate) title: &'static str,
    /// What happened.
    pub(crate) what: &'static str,
    /// What the person can do.
    pub(crate) advice: &'static str,
}

/// What error pages say: reasons that look the same to a person share a text.
#[derive(Debug)]
pub(crate) struct Explanations {
    pub(crate) link_invalid: Explanation,
    pub(crate) host: Explanation,
    pub(crate) unknown: Explanation,
    pub(crate) redirect_uri: Explanation,
    pub(crate) connection_off: Explanation,
    pub(crate) not_granted: Explanation,
    pub(crate) answer_invalid: Explanation,
    pub(crate) expired: Explanation,
    pub(crate) other_browser: Explanation,
    pub(crate) used: Explanation,
    pub(crate) in_progress: Explanation,
    pub(crate) start_again: Explanation,
    pub(crate) busy: Explanation,
    pub(crate) too_often: Explanation,
    pub(crate) unavailable: Explanation,
    pub(crate) internal: Explanation,
    pub(crate) misconfigured: Explanation,
    pub(crate) denied: Explanation,
    pub(crate) interaction: Explanation,
    pub(crate) account_not_found: Explanation,
    pub(crate) sign_up_not_allowed: Explanation,
    pub(crate) sign_in_not_allowed: Explanation,
    pub(crate) link_not_allowed: Explanation,
    pub(crate) sign_up_closed: Explanation,
    pub(crate) email_domain: Explanation,
    pub(crate) cancelled: Explanation,
    pub(crate) of_another_user: Explanation,
    pub(crate) waits_no_longer: Explanation,
    pub(crate) user_suspended: Explanation,
    pub(crate) workspace_not_allowed: Explanation,
    pub(crate) provider: Explanation,
    pub(crate) identity_changed: Explanation,
    pub(crate) cross_site: Explanation,
    pub(crate) page_not_found: Explanation,
    pub(crate) method: Explanation,
    pub(crate) too_large: Explanation,
    pub(crate) test_ticket: Explanation,
    pub(crate) link_ticket: Explanation,
}

impl Explanations {
    /// What to tell a person about `reason`.
    pub(crate) fn of(&self, reason: Reason) -> &Explanation {
        match reason {
            Reason::LinkInvalid => &self.link_invalid,
            Reason::HostInvalid | Reason::HostUnknown => &self.host,
            Reason::CrossSite => &self.cross_site,
            Reason::CallbackInvalid | Reason::TokenInQuery => &self.answer_invalid,
            Reason::PageNotFound => &self.page_not_found,
            Reason::MethodNotAllowed => &self.method,
            Reason::RequestTooLarge => &self.too_large,
            Reason::ServiceUnavailable | Reason::TimedOut => &self.unavailable,
            Reason::Rpc(reason) => self.of_rpc(reason),
            Reason::Refused(reason) => self.of_refusal(reason),
            Reason::Failed(reason) => self.of_failure(reason),
        }
    }

    #[expect(clippy::too_many_lines, reason = "a line for each reason, so that none is forgotten")]
    fn of_rpc(&self, reason: ErrorReason) -> &Explanation {
        use ErrorReason as R;
        match reason {
            R::FieldInvalid => &self.link_invalid,
            R::CredentialsInvalid | R::CallerNotAllowed => &self.misconfigured,
            R::ResourceNotFound => &self.unknown,
            R::RedirectUriNotRegistered => &self.redirect_uri,
            R::CredentialsMissing | R::ConnectionDisabled => &self.connection_off,
            R::ApplicationNotGranted => &self.not_granted,
            R::StateInvalid => &self.answer_invalid,
            R::StateExpired => &self.expired,
            R::BrowserMismatch => &self.other_browser,
            R::AttemptUsed => &self.used,
            R::ContinuationInvalid | R::EmailGiven | R::EmailMissing | R::EmailNotProven => {
                &self.waits_no_longer
            }
            R::AttemptInProgress => &self.in_progress,
            R::StartAgain => &self.start_again,
            R::StorageUnavailable | R::KeyMissing | R::ServerStopping | R::Contention => {
                &self.unavailable
            }
            R::Overloaded => &self.busy,
            R::RateLimited => &self.too_often,
            R::TestTicketInvalid => &self.test_ticket,
            R::LinkTicketInvalid => &self.link_ticket,
            R::Unspecified
            | R::ResourceExists
            | R::EtagMismatch
            | R::ResourceInUse
            | R::ResourceNotDeleted
            | R::ApiKeyExpired
            | R::DomainMissing
            | R::VerificationNotStarted
            | R::DomainTaken
            | R::RequestIdReused
            | R::LoginCodeInvalid
            | R::IdTokenInvalid
            | R::UserLastIdentity
            | R::UserSuspended
            | R::WatcherTooSlow
            | R::Internal => &self.internal,
        }
    }

    fn of_refusal(&self, reason: RefusalReason) -> &Explanation {
        use RefusalReason as R;
        match reason {
            R::Unspecified => &self.internal,
            R::DeniedByUser => &self.denied,
            R::InteractionRequired => &self.interaction,
            R::AccountNotFound => &self.account_not_found,
            R::ConnectionDisabled => &self.connection_off,
            R::ApplicationNotGranted => &self.not_granted,
            R::RedirectUriNotRegistered => &self.redirect_uri,
            R::SignUpNotAllowed => &self.sign_up_not_allowed,
            R::SignInNotAllowed => &self.sign_in_not_allowed,
            R::LinkNotAllowed => &self.link_not_allowed,
            R::SignUpClosed => &self.sign_up_closed,
            R::EmailDomainNotAllowed => &self.email_domain,
            R::CancelledByUser => &self.cancelled,
            R::IdentityOfAnotherUser => &self.of_another_user,
            R::UserSuspended => &self.user_suspended,
            R::WorkspaceNotAllowed => &self.workspace_not_allowed,
        }
    }

    fn of_failure(&self, reason: FailureReason) -> &Explanation {
        use FailureReason as R;
        match reason {
            R::Unspecified => &self.internal,
            R::CredentialsRejected | R::ScopeMissing | R::MailNotConfigured => &self.misconfigured,
            R::CodeRejected | R::CallbackEmpty | R::AttemptAbandoned | R::ConnectionChanged => {
                &self.start_again
            }
            R::ProviderUnavailable
            | R::ProviderRateLimited
            | R::ProviderMalformed
            | R::ProviderError => &self.provider,
            R::IdentityChanged => &self.identity_changed,
        }
    }
}
