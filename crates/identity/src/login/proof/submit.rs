//! The person gives an address, once.

use latchkey_domain::{caller::Caller, email::EmailAddress};

use super::{Continue, Waits};
use crate::{
    Error, Latchkey, Result,
    login::{Answer, answer::Reached, attempt::Opened},
};

impl Latchkey {
    /// Takes the address that a person gives, and sends a code to it. They are asked once: with the
    /// same address again nothing more is sent, and another is refused.
    #[tracing::instrument(skip_all, err(level = "debug"))]
    pub async fn submit_email(
        &self,
        caller: &Caller,
        at: &Continue,
        address: EmailAddress,
    ) -> Result<Answer> {
        let opened = self.going_on(caller, at)?;
        match self.take_address(&opened, address).await? {
            Some(waits) => self.answer(&opened, Reached::Waits(waits)).await,
            None => self.answer_its_end(&opened).await,
        }
    }

    async fn take_address(&self, opened: &Opened, address: EmailAddress) -> Result<Option<Waits>> {
        let sender = self.sender(opened).await?;
        let tx = self.store.begin().await?;
        let held = tx.hold_waiting(opened.attempt.flow.id).await?;
        let Some(mut waiting) = held.filter(|waiting| self.still_waits(waiting)) else {
            return Ok(None);
        };
        match &waiting.address {
            Some(given) if *given == address => {}
            Some(_) => return Err(Error::EmailGiven),
            None => {
                self.send_code(&tx, sender.of(opened), &mut waiting, address).await?;
                tx.update_waiting(&waiting).await?;
                tx.commit().await?;
            }
        }
        Waits::of(&waiting).map(Some)
    }
}
