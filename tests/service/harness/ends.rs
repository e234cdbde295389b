//! How a sign-in ended, in a form that tests compare.

use latchkey_proto::v1::{CompleteLoginResponse, complete_login_response::Outcome};
use url::Url;

use super::{TestApp, person::parameter, seed::REDIRECT_URI};

/// An end of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct End {
    /// `SIGNED_IN`, or the reason why not.
    pub(crate) reason: String,
    /// Where the browser goes; empty if nowhere.
    pub(crate) redirect_url: String,
    pub(crate) reference_id: String,
    /// Whether it is a refusal.
    pub(crate) is_refusal: bool,
}

impl End {
    pub(crate) fn of(completed: &CompleteLoginResponse) -> Self {
        let (reason, redirect_url, reference_id) = match completed.outcome.as_ref().unwrap() {
            Outcome::SignedIn(end) => ("SIGNED_IN", &end.redirect_url, &end.reference_id),
            Outcome::Refused(end) => {
                (end.reason().as_str_name(), &end.redirect_url, &end.reference_id)
            }
            Outcome::Failed(end) => {
                (end.reason().as_str_name(), &end.redirect_url, &end.reference_id)
            }
            Outcome::EmailRequired(_)
            | Outcome::EmailVerificationRequired(_)
            | Outcome::LinkConfirmationRequired(_) => panic!("it waits: {completed:?}"),
            Outcome::Tested(_) => panic!("nobody signs in by a test login"),
        };
        let short = reason.strip_prefix("REFUSAL_REASON_");
        Self {
            reason: short.or(reason.strip_prefix("FAILURE_REASON_")).unwrap_or(reason).to_owned(),
            redirect_url: redirect_url.clone(),
            reference_id: reference_id.clone(),
            is_refusal: short.is_some(),
        }
    }

    /// Holds that the application gets the OAuth `error` and its state, and nothing to redeem.
    fn tells_the_application(&self, error: &str) {
        let url = Url::parse(&self.redirect_url).unwrap();
        assert_eq!(format!("{}{}", url.origin().ascii_serialization(), url.path()), REDIRECT_URI);
        assert_eq!(parameter(&url, "error"), error, "{}", self.reason);
        assert_eq!(parameter(&url, "error_description"), self.reason);
        assert_eq!(parameter(&url, "state"), "the-applications-own");
        assert_eq!(parameter(&url, "code"), "");
    }
}

/// The reason why a sign-in ended without anybody, or `SIGNED_IN`.
pub(crate) fn outcome(completed: &CompleteLoginResponse) -> String {
    End::of(completed).reason
}

impl TestApp {
    /// Holds that a sign-in ended so, that the application hears of it, and that nothing is left
    /// behind but the end itself and, of a refusal, its event.
    pub(crate) async fn ended_without_anybody(
        &self,
        completed: &CompleteLoginResponse,
        (reason, error): (&str, &str),
    ) {
        let end = End::of(completed);
        assert_eq!(end.reason, reason);
        end.tells_the_application(error);
        assert!(end.reference_id.len() > 20, "{end:?}");
        self.left_only_the_end(&end).await;
    }

    /// Holds that of everything that was told so far nothing is left but ends without anybody.
    pub(crate) async fn left_only_the_end(&self, end: &End) {
        assert_eq!(self.rows("users").await, 0, "{end:?}");
        assert_eq!(self.rows("identities").await, 0, "{end:?}");
        let kind = if end.is_refusal { "REFUSED" } else { "FAILED" };
        let told = format!(
            "sign_ins WHERE result = '{kind}' AND reason = '{}' AND finished_at IS NOT NULL \
             AND user_id IS NULL AND identity_id IS NULL AND login_code_hash IS NULL",
            end.reason
        );
        assert!(self.rows(&told).await > 0, "{end:?}");
        let events = self.events().await;
        let about_it: Vec<_> =
            events.iter().filter(|event| event.causation_id == end.reference_id).collect();
        assert_eq!(about_it.len(), usize::from(end.is_refusal), "{about_it:?}");
        assert!(events.iter().all(|event| event.r#type == "latchkey.sign_in.refused.v1"));
    }
}
