//! Finishing a sign-in with what the provider sent back.

use std::time::Duration;

use latchkey_domain::{
    caller::Caller,
    host::Host,
    mail::Language,
    name::ConnectionName,
    sign_in::{Failure, Unsuccessful},
    test_login::{StepKind, TurnedAway},
};
use latchkey_keyring::{KeyId, sha256};
use latchkey_store::{Claim, Claimed, SignInEnd, WayIn};
use latchkey_telemetry::metrics;
use secrecy::{ExposeSecret, SecretString};

use super::{
    Answer, Outcome,
    answer::Reached,
    attempt::{Attempt, Opened},
    facts::{context, refused_unknown},
    state::State,
    steps::Steps,
};
use crate::{Error, Latchkey, Result};

/// What a callback brought, and where it came in.
#[derive(Debug)]
pub struct Callback {
    /// The connection that its path names.
    pub connection: ConnectionName,
    /// The host that it came in on.
    pub host: Host,
    /// The sealed state.
    pub state: SecretString,
    /// What the browser kept.
    pub browser_secret: SecretString,
    /// What the provider sent.
    pub answer: ProviderAnswer,
    /// The language of the page, for mail.
    pub language: Language,
}

/// What the provider sent back with the browser.
#[derive(Debug)]
pub enum ProviderAnswer {
    /// A code.
    Code(SecretString),
    /// An error, by its name.
    Error(String),
    /// Neither.
    Nothing,
}

impl ProviderAnswer {
    /// The code, or why there is none.
    pub(super) fn code(self) -> std::result::Result<SecretString, Unsuccessful> {
        match self {
            Self::Code(code) => Ok(code),
            Self::Error(error) => Err(Unsuccessful::from_callback_error(&error)),
            Self::Nothing => Err(Unsuccessful::Failed(Failure::CallbackEmpty)),
        }
    }

    /// Tells two answers apart without keeping either.
    pub(super) fn hash(&self) -> [u8; 32] {
        match self {
            Self::Code(code) => sha256(format!("code {}", code.expose_secret()).as_bytes()),
            Self::Error(error) => sha256(format!("error {error}").as_bytes()),
            Self::Nothing => sha256(b"nothing"),
        }
    }
}

impl Latchkey {
    /// Finishes the sign-in that a callback belongs to, once; a repeat gets the same answer.
    ///
    /// The work runs in a task of its own: a caller who gives up does not end it.
    #[tracing::instrument(skip_all, fields(connection = %callback.connection), err(level = "debug"))]
    pub async fn complete_login(&self, caller: &Caller, callback: Callback) -> Result<Answer> {
        Self::see(caller, &callback.connection.environment)?;
        let steps = Steps::default();
        let refused = |error: &Error| metrics::callbacks_refused(error.reason());
        let (state, key) = self.open(&callback, &steps).inspect_err(refused)?;
        if let Err(reason) = self.let_through(&state, &callback, &steps) {
            let error = Error::from(reason);
            refused(&error);
            if let State::Test(flow) = &state {
                self.note_turned_away(flow, reason, &steps).await;
            }
            return Err(error);
        }
        let this = self.clone();
        self.undisturbed(async move {
            match state {
                State::SignIn(attempt) => {
                    let opened = Opened { attempt, key, language: callback.language };
                    this.claim_and_finish(opened, callback.answer, &steps).await
                }
                State::Test(flow) => this.finish_test(&flow, callback.answer, &steps).await,
            }
        })
        .await
    }

    /// Does something in a task of its own, so that a caller who gives up does not end it.
    pub(super) async fn undisturbed(
        &self,
        work: impl Future<Output = Result<Answer>> + Send + 'static,
    ) -> Result<Answer> {
        let span = tracing::Span::current();
        let work = self.work.spawn(tracing::Instrument::instrument(work, span));
        work.await.map_err(|_| Error::Internal("the work on a sign-in panicked"))?
    }

    /// Opens the seal of what began here.
    fn open(&self, callback: &Callback, steps: &Steps) -> Result<(State, KeyId)> {
        steps.begin(StepKind::SealOpened);
        let (sealed, connection) = (callback.state.expose_secret(), &callback.connection);
        let (state, key) = State::open(sealed, connection, &callback.host, &self.keyring)?;
        steps.end(StepKind::SealOpened, None);
        Ok((state, key))
    }

    /// Lets the browser through that began, lately.
    fn let_through(
        &self,
        state: &State,
        callback: &Callback,
        steps: &Steps,
    ) -> std::result::Result<(), TurnedAway> {
        let flow = state.flow();
        steps.begin(StepKind::BrowserMatched);
        flow.same_browser(callback.browser_secret.expose_secret())
            .inspect_err(|reason| steps.turn_away(StepKind::BrowserMatched, *reason))?;
        steps.end(StepKind::BrowserMatched, None);
        steps.begin(StepKind::Claimed);
        flow.fresh(self.clock.now())
            .inspect_err(|reason| steps.turn_away(StepKind::Claimed, *reason))
    }

    async fn claim_and_finish(
        &self,
        opened: Opened,
        answer: ProviderAnswer,
        steps: &Steps,
    ) -> Result<Answer> {
        let attempt = &opened.attempt;
        let claim = Claim {
            attempt: attempt.flow.id,
            connection: attempt.flow.connection_name(),
            application: attempt.application_name(),
            organization: attempt.organization.clone(),
            custom_domain: attempt.custom_domain().cloned(),
            answer_hash: answer.hash(),
            code_challenge: attempt.code_challenge,
            now: self.clock.now(),
        };
        let way_in = self.cache.way_in(&claim.connection, &attempt.flow.host).await?;
        if let (Some(way_in), ProviderAnswer::Code(_)) = (&way_in, &answer) {
            // While the call can still be tried again, at a replica that has the key.
            self.has_key_of(way_in, attempt.flow.credential)?;
        }
        match self.store.claim(&claim).await? {
            Claimed::Before(before) => self.answer_again(&opened, before, claim.answer_hash).await,
            Claimed::Now => {
                // From here on a retry of the call could not help: whatever fails, start again.
                let reached = match self.finish(&opened, way_in.as_deref(), answer, steps).await {
                    Ok(reached) => reached,
                    Err(error) => self.written(&opened, &error).await.ok_or(start_again(error))?,
                };
                let answer = self.answer(&opened, reached).await.map_err(start_again)?;
                let took = self.clock.now().since(attempt.flow.started_at);
                count(&answer, way_in.as_deref(), took);
                Ok(answer)
            }
        }
    }

    /// Finds out who it is and signs them in, has them wait, or writes down why not.
    async fn finish(
        &self,
        opened: &Opened,
        way_in: Option<&WayIn>,
        answer: ProviderAnswer,
        steps: &Steps,
    ) -> Result<Reached> {
        let outcome = match self.may_finish(&opened.attempt, way_in).await? {
            Err(end) => Err(end),
            Ok(admitted) => match answer.code() {
                Ok(code) => self.sign_in(opened, &admitted, &code, steps).await?,
                Err(end) => Err(end),
            },
        };
        match outcome {
            Ok(reached) => Ok(reached),
            Err(end) => self.end_unsuccessfully(&opened.attempt, end).await.map(Reached::Ended),
        }
    }

    pub(super) async fn end_unsuccessfully(
        &self,
        attempt: &Attempt,
        end: Unsuccessful,
    ) -> Result<SignInEnd> {
        let now = self.clock.now();
        let tx = self.store.begin().await?;
        if !tx.end_sign_in(attempt.flow.id, end, now).await? {
            return Err(Error::AttemptUsed);
        }
        tx.stop_waiting(attempt.flow.id).await?;
        // Nobody is left to hear of a connection whose whole environment is gone.
        if let Unsuccessful::Refused(reason) = end
            && let Some(connection) = tx.connection_ever(&attempt.flow.connection_name()).await?
        {
            let context = context(attempt, &connection.provider);
            tx.emit(&refused_unknown(context, reason, now)).await?;
        }
        tx.commit().await?;
        Ok(SignInEnd::Unsuccessful(end))
    }

    /// After a failure it may be written all the same how far the sign-in came: the answer to a commit was
    /// lost, or somebody took it for abandoned.
    pub(super) async fn written(&self, opened: &Opened, error: &Error) -> Option<Reached> {
        tracing::warn!(error = error as &dyn std::error::Error, "a sign-in was cut off");
        let written = self.store.sign_in(opened.attempt.flow.id).await.ok().flatten()?;
        self.rests_at(&written).await.ok().flatten()
    }
}

pub(super) fn start_again(error: Error) -> Error {
    Error::StartAgain(Box::new(error))
}

/// Counts an end, and how long the person took to get there.
fn count(answer: &Answer, way_in: Option<&WayIn>, took: Duration) {
    let provider = way_in.map_or("unknown", |way_in| way_in.connection.provider.as_str());
    let (outcome, reason) = match &answer.outcome {
        Outcome::SignedIn => ("signed_in", "none"),
        Outcome::Refused(reason) => ("refused", reason.as_str()),
        Outcome::Failed(reason) => ("failed", reason.as_str()),
        // Nobody signs in by a test login; and who is waited for may still.
        Outcome::Tested(_) | Outcome::Waits(_) => return,
    };
    metrics::sign_in(outcome, reason, provider, took);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_can_be_shown_without_what_it_proves_itself_with() {
        let callback = Callback {
            connection: "environments/dev/connections/bitbucket".parse().unwrap(),
            host: Host::parse("login.example.com").unwrap(),
            state: "sealed-secret".into(),
            browser_secret: "browser-secret".into(),
            answer: ProviderAnswer::Code("code-secret".into()),
            language: Language::English,
        };
        let shown = format!("{callback:?}");
        assert!(shown.contains("login.example.com") && !shown.contains("-secret"), "{shown}");
    }
}
