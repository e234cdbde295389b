//! What a callback is answered with: made from the attempt and its end alone, so that a repeat
//! gets the same.

use std::sync::Arc;

use latchkey_domain::{
    application::Application,
    id::AttemptId,
    redirect_uri::RedirectUri,
    sign_in::{Failure, Refusal, Unsuccessful},
    test_login::TestEnd,
};
use latchkey_store::SignInEnd;
use secrecy::{ExposeSecret, SecretString};

use super::{StartLogin, WaitsFor, attempt::Opened, code::LoginCode, proof::Waits};
use crate::{Latchkey, Result};

/// How a sign-in ended, or what it waits for, and where the browser goes.
#[derive(Debug)]
pub struct Answer {
    /// How, or for what.
    pub outcome: Outcome,
    /// Where; nowhere if the application does not have that redirect URI any more, if the sign-in waits,
    /// or it was a test login. It carries the login code.
    pub redirect_url: Option<SecretString>,
    /// What the browser goes on with, if the sign-in waits.
    pub continuation: Option<SecretString>,
    /// What to start instead, if the person was refused because nobody knows them, and may sign up.
    pub sign_up: Option<StartLogin>,
    /// What the person signs in to, if it is still there.
    pub application: Option<Arc<Application>>,
    /// Names the sign-in to support.
    pub reference_id: AttemptId,
}

/// How far a sign-in came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reached {
    /// It has an end.
    Ended(SignInEnd),
    /// It waits for the person.
    Waits(Waits),
    /// It has its login code, and gets its end when that is redeemed.
    ToRedeem,
}

/// How a sign-in ended, or what it waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody is signed in.
    SignedIn,
    /// They may not, or did not want to.
    Refused(Refusal),
    /// It could not be found out who it is.
    Failed(Failure),
    /// It waits for the person.
    Waits(WaitsFor),
    /// It was a test login: this is what a sign-in would have done.
    Tested(TestEnd),
}

/// A callback that was answered.
pub type Completed = Answer;

impl Latchkey {
    /// Makes the answer to an attempt that came so far.
    pub(super) async fn answer(&self, opened: &Opened, reached: Reached) -> Result<Answer> {
        let reference_id = opened.attempt.flow.id;
        let application = self.cache.application(&opened.attempt.application_name()).await?;
        match reached {
            Reached::Ended(SignInEnd::Unsuccessful(end)) => {
                self.answer_end(opened, application, Err(end)).await
            }
            Reached::Ended(SignInEnd::Completed { .. }) | Reached::ToRedeem => {
                self.answer_end(opened, application, Ok(())).await
            }
            Reached::Waits(waits) => Ok(Answer {
                outcome: Outcome::Waits(waits.waits_for),
                redirect_url: None,
                continuation: Some(opened.continuation(&self.keyring)?),
                sign_up: None,
                application,
                reference_id,
            }),
        }
    }

    async fn answer_end(
        &self,
        opened: &Opened,
        application: Option<Arc<Application>>,
        end: std::result::Result<(), Unsuccessful>,
    ) -> Result<Answer> {
        let attempt = &opened.attempt;
        let ended = |outcome, redirect_url| Answer {
            outcome,
            redirect_url,
            continuation: None,
            sign_up: None,
            application: application.clone(),
            reference_id: attempt.flow.id,
        };
        let uri = application.as_deref().and_then(|app| attempt.redirect_uri.find(app));
        let Some(uri) = uri else {
            return Ok(ended(Outcome::Refused(Refusal::RedirectUriNotRegistered), None));
        };
        let redirect_url = match end {
            Ok(()) => {
                let code = LoginCode::of(opened, &self.keyring)?.to_text();
                redirect(uri, &[("code", code.expose_secret())], &attempt.application_state)
            }
            Err(end) => {
                let error = [("error", end.oauth_error()), ("error_description", end.as_str())];
                redirect(uri, &error, &attempt.application_state)
            }
        };
        let outcome = match end {
            Ok(()) => Outcome::SignedIn,
            Err(Unsuccessful::Refused(reason)) => Outcome::Refused(reason),
            Err(Unsuccessful::Failed(reason)) => Outcome::Failed(reason),
        };
        let sign_up = match outcome {
            Outcome::Refused(Refusal::AccountNotFound) => {
                self.sign_up_instead(attempt, uri).await?
            }
            _ => None,
        };
        Ok(Answer { sign_up, ..ended(outcome, Some(redirect_url)) })
    }
}

/// The redirect URI with the answer and the application's state, if it gave one.
fn redirect(uri: &RedirectUri, answer: &[(&str, &str)], state: &str) -> SecretString {
    let mut parameters = answer.to_vec();
    if !state.is_empty() {
        parameters.push(("state", state));
    }
    uri.answer(&parameters).into()
}
