//! How far a sign-in is that waits: for a page that is shown again, and for whoever comes too late.

use std::sync::Arc;

use latchkey_domain::{caller::Caller, sign_in::Unsuccessful};
use latchkey_store::{SignInEnd, WaitingSignIn, WayIn};

use super::{Continue, Waits};
use crate::{
    Error, Latchkey, Result,
    login::{Answer, answer::Reached, attempt::Opened},
};

impl Latchkey {
    /// How far a sign-in is that waits. Changes nothing.
    #[tracing::instrument(skip_all, err(level = "debug"))]
    pub async fn login_step(&self, caller: &Caller, at: &Continue) -> Result<Answer> {
        let opened = self.going_on(caller, at)?;
        let waiting = self.store.waiting(opened.attempt.flow.id).await?;
        match waiting.filter(|waiting| self.still_waits(waiting)) {
            Some(waiting) => self.answer(&opened, Reached::Waits(Waits::of(&waiting)?)).await,
            None => self.answer_its_end(&opened).await,
        }
    }

    /// The way in of a sign-in that goes on, as it is now.
    pub(super) async fn way_in_of(&self, opened: &Opened) -> Result<Option<Arc<WayIn>>> {
        let flow = &opened.attempt.flow;
        Ok(self.cache.way_in(&flow.connection_name(), &flow.host).await?)
    }

    /// Ends a sign-in that waits, unless it has another end by now, and answers with that.
    pub(super) async fn end_and_answer(
        &self,
        opened: &Opened,
        end: Unsuccessful,
    ) -> Result<Answer> {
        match self.end_unsuccessfully(&opened.attempt, end).await {
            Ok(end) => self.answer(opened, Reached::Ended(end)).await,
            Err(Error::AttemptUsed) => self.answer_its_end(opened).await,
            Err(error) => Err(error),
        }
    }

    /// Whether somebody is waited for.
    pub(super) fn still_waits(&self, waiting: &WaitingSignIn) -> bool {
        waiting.sealed_profile.is_some() && self.clock.now() < waiting.expires_at
    }

    /// The answer to whoever goes on with a sign-in that waits no longer: how it ended, unless it has
    /// signed somebody in: that is told to whoever did it.
    pub(super) async fn answer_its_end(&self, opened: &Opened) -> Result<Answer> {
        match self.look_at(opened.attempt.flow.id).await?.end {
            Some(end @ SignInEnd::Unsuccessful(_)) => {
                self.answer(opened, Reached::Ended(end)).await
            }
            _ => Err(Error::AttemptUsed),
        }
    }
}
