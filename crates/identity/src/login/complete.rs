//! Finishing a sign-in with what the provider sent back.

use std::time::Duration;

use latchkey_domain::{
    caller::Caller,
    grant::GrantRights,
    host::Host,
    name::ConnectionName,
    sign_in::{Failure, Refusal, Unsuccessful},
};
use latchkey_keyring::sha256;
use latchkey_store::{Claim, Claimed, SignInEnd, WayIn};
use latchkey_telemetry::metrics;
use secrecy::{ExposeSecret, SecretString};

use super::{
    Answer, Outcome,
    attempt::{Attempt, Opened},
    facts::refused_unknown,
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

/// A way in that may be used, and for what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Admitted<'a> {
    pub(super) way_in: &'a WayIn,
    pub(super) rights: GrantRights,
}

impl ProviderAnswer {
    /// Tells two answers apart without keeping either.
    fn hash(&self) -> [u8; 32] {
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
        let opened = self.open(&callback).inspect_err(|error| {
            metrics::callbacks_refused(error.reason());
        })?;
        let this = self.clone();
        let span = tracing::Span::current();
        let work = async move { this.claim_and_finish(opened, callback.answer).await };
        let work = self.work.spawn(tracing::Instrument::instrument(work, span));
        work.await.map_err(|_| Error::Internal("the work on a sign-in panicked"))?
    }

    /// Opens the seal, and lets the browser through that began the sign-in here, lately.
    fn open(&self, callback: &Callback) -> Result<Opened> {
        let opened = Attempt::open(callback.state.expose_secret(), &self.keyring)?;
        let attempt = &opened.attempt;
        if attempt.connection_name() != callback.connection || attempt.host != callback.host {
            return Err(Error::StateInvalid);
        }
        attempt.same_browser(callback.browser_secret.expose_secret())?;
        attempt.fresh(self.clock.now())?;
        Ok(opened)
    }

    async fn claim_and_finish(&self, opened: Opened, answer: ProviderAnswer) -> Result<Answer> {
        let attempt = &opened.attempt;
        let claim = Claim {
            attempt: attempt.id,
            connection: attempt.connection_name(),
            application: attempt.application_name(),
            answer_hash: answer.hash(),
            code_challenge: attempt.code_challenge,
            now: self.clock.now(),
        };
        let way_in = self.cache.way_in(&claim.connection).await?;
        if let (Some(way_in), ProviderAnswer::Code(_)) = (&way_in, &answer) {
            // While the call can still be tried again, at a replica that has the key.
            self.has_key_of(way_in, attempt.credential)?;
        }
        match self.store.claim(&claim).await? {
            Claimed::Before(before) => self.answer_again(&opened, before, claim.answer_hash).await,
            Claimed::Now => {
                // From here on a retry of the call could not help: whatever fails, start again.
                let end = match self.finish(&opened, way_in.as_deref(), answer).await {
                    Ok(end) => end,
                    Err(error) => self.end_that_was_written(&opened, error).await?,
                };
                let answer = self.answer(&opened, end).await.map_err(start_again)?;
                let took = self.clock.now().since(attempt.started_at);
                count(&answer, way_in.as_deref(), took);
                Ok(answer)
            }
        }
    }

    /// Finds out who it is and signs them in, or writes down why not.
    async fn finish(
        &self,
        opened: &Opened,
        way_in: Option<&WayIn>,
        answer: ProviderAnswer,
    ) -> Result<SignInEnd> {
        let outcome = match self.may_finish(&opened.attempt, way_in).await? {
            Err(refusal) => Err(Unsuccessful::Refused(refusal)),
            Ok(admitted) => match answer {
                ProviderAnswer::Code(code) => self.sign_in(opened, admitted, &code).await?,
                ProviderAnswer::Error(error) => Err(Unsuccessful::from_callback_error(&error)),
                ProviderAnswer::Nothing => Err(Unsuccessful::Failed(Failure::CallbackEmpty)),
            },
        };
        match outcome {
            Ok(end) => Ok(end),
            Err(end) => self.end_unsuccessfully(&opened.attempt, end).await,
        }
    }

    /// Asks again what was asked at the start: it may have changed while the person was away.
    async fn may_finish<'a>(
        &self,
        attempt: &Attempt,
        way_in: Option<&'a WayIn>,
    ) -> Result<std::result::Result<Admitted<'a>, Refusal>> {
        let (connection, application) = (attempt.connection_name(), attempt.application_name());
        let found = self.cache.application(&application).await?;
        // First, as without it there is nowhere to tell of anything else.
        if found.is_none_or(|found| attempt.redirect_uri.find(&found).is_none()) {
            return Ok(Err(Refusal::RedirectUriNotRegistered));
        }
        let environment = self.cache.environment(&attempt.environment).await?;
        let is_open = |way_in: &&WayIn| {
            environment.is_some_and(|environment| self.is_open(way_in, &environment))
        };
        let Some(way_in) = way_in.filter(is_open) else {
            return Ok(Err(Refusal::ConnectionDisabled));
        };
        let rights = self.cache.grant(&connection, &application).await?;
        let Some(rights) = rights.filter(|rights| rights.is_offered()) else {
            return Ok(Err(Refusal::ApplicationNotGranted));
        };
        Ok(Ok(Admitted { way_in, rights }))
    }

    async fn end_unsuccessfully(&self, attempt: &Attempt, end: Unsuccessful) -> Result<SignInEnd> {
        let now = self.clock.now();
        let tx = self.store.begin().await?;
        if !tx.end_sign_in(attempt.id, end, now).await? {
            return Err(Error::AttemptUsed);
        }
        // Nobody is left to hear of a connection whose whole environment is gone.
        if let Unsuccessful::Refused(reason) = end
            && let Some(connection) = tx.connection_ever(&attempt.connection_name()).await?
        {
            tx.emit(&refused_unknown(attempt, &connection.provider, reason, now)).await?;
        }
        tx.commit().await?;
        Ok(SignInEnd::Unsuccessful(end))
    }

    /// After a failure the end may be there all the same: the answer to a commit was lost, or
    /// somebody took the sign-in for abandoned.
    async fn end_that_was_written(&self, opened: &Opened, error: Error) -> Result<SignInEnd> {
        tracing::warn!(error = &error as &dyn std::error::Error, "a sign-in was cut off");
        let written = self.store.sign_in(opened.attempt.id).await;
        let end = written.ok().flatten().and_then(|sign_in| sign_in.end);
        end.ok_or(start_again(error))
    }
}

fn start_again(error: Error) -> Error {
    Error::StartAgain(Box::new(error))
}

/// Counts an end, and how long the person took to get there.
fn count(answer: &Answer, way_in: Option<&WayIn>, took: Duration) {
    let provider = way_in.map_or("unknown", |way_in| way_in.connection.provider.as_str());
    let (outcome, reason) = match answer.outcome {
        Outcome::SignedIn => ("signed_in", "none"),
        Outcome::Refused(reason) => ("refused", reason.as_str()),
        Outcome::Failed(reason) => ("failed", reason.as_str()),
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
        };
        let shown = format!("{callback:?}");
        assert!(shown.contains("login.example.com") && !shown.contains("-secret"), "{shown}");
    }
}
