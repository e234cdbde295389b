//! The person wants to be linked to the user who holds their proven address.

use latchkey_domain::caller::Caller;
use latchkey_store::WaitingSignIn;

use super::Continue;
use crate::{
    Error, Latchkey, Result,
    login::{Answer, attempt::Opened},
};

impl Latchkey {
    /// Links, and signs the person in. Again it gets the same answer, while the login code is fresh and
    /// unredeemed.
    #[tracing::instrument(skip_all, err(level = "debug"))]
    pub async fn confirm_link(&self, caller: &Caller, at: &Continue) -> Result<Answer> {
        let opened = self.going_on(caller, at)?;
        let this = self.clone();
        self.undisturbed(async move {
            match this.proven_and_waiting(&opened).await? {
                Some(waiting) => this.go_on(&opened, &waiting, true).await,
                None => this.answer_once_more(&opened).await,
            }
        })
        .await
    }

    async fn proven_and_waiting(&self, opened: &Opened) -> Result<Option<WaitingSignIn>> {
        let waiting = self.store.waiting(opened.attempt.flow.id).await?;
        let Some(waiting) = waiting.filter(|waiting| self.still_waits(waiting)) else {
            return Ok(None);
        };
        if waiting.link_asked_at.is_none() {
            return Err(Error::EmailNotProven);
        }
        Ok(Some(waiting))
    }
}
