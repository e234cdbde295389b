//! The person says whether they want to be linked to the user who holds their proven address.

use latchkey_domain::{
    caller::Caller,
    sign_in::{Refusal, Unsuccessful},
};
use latchkey_store::WaitingSignIn;

use super::Continue;
use crate::{
    Error, Latchkey, Result,
    login::{Answer, attempt::Opened},
};

impl Latchkey {
    /// Links, or ends the sign-in: who does not want to be linked is not let in beside that user
    /// either, as one address is one person.
    #[tracing::instrument(skip_all, err(level = "debug"))]
    pub async fn confirm_link(
        &self,
        caller: &Caller,
        at: &Continue,
        wanted: bool,
    ) -> Result<Answer> {
        let opened = self.going_on(caller, at)?;
        let this = self.clone();
        self.undisturbed(async move {
            match this.proven_and_waiting(&opened).await? {
                None => this.answer_once_more(&opened).await,
                Some(waiting) if wanted => this.go_on(&opened, &waiting, true).await,
                Some(_) => this.decline(&opened).await,
            }
        })
        .await
    }

    async fn proven_and_waiting(&self, opened: &Opened) -> Result<Option<WaitingSignIn>> {
        let waiting = self.store.waiting(opened.attempt.flow.id).await?;
        let Some(waiting) = waiting.filter(|waiting| self.still_waits(waiting)) else {
            return Ok(None);
        };
        if waiting.proven_at.is_none() {
            return Err(Error::EmailNotProven);
        }
        Ok(Some(waiting))
    }

    async fn decline(&self, opened: &Opened) -> Result<Answer> {
        let end = Unsuccessful::Refused(Refusal::LinkDeclined);
        let reached = self.end_waiting(opened, end).await?;
        self.answer(opened, reached).await
    }
}
