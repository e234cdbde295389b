//! The person gives up, or does not want to be linked.

use latchkey_domain::{
    caller::Caller,
    sign_in::{Refusal, Unsuccessful},
};

use super::Continue;
use crate::{
    Latchkey, Result,
    login::{Answer, attempt::Opened},
};

impl Latchkey {
    /// Ends a sign-in that waits. Who does not want to be linked is not let in beside that user either:
    /// one address is one person.
    #[tracing::instrument(skip_all, err(level = "debug"))]
    pub async fn cancel_login(&self, caller: &Caller, at: &Continue) -> Result<Answer> {
        let opened = self.going_on(caller, at)?;
        let this = self.clone();
        self.undisturbed(async move { this.cancel(&opened).await }).await
    }

    async fn cancel(&self, opened: &Opened) -> Result<Answer> {
        let waiting = self.store.waiting(opened.attempt.flow.id).await?;
        if waiting.is_none_or(|waiting| !self.still_waits(&waiting)) {
            return self.answer_its_end(opened).await;
        }
        self.end_and_answer(opened, Unsuccessful::Refused(Refusal::CancelledByUser)).await
    }
}
