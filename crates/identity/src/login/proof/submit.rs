//! The person gives an address, once.

use latchkey_domain::{caller::Caller, email::EmailAddress};
use latchkey_store::WaitingSignIn;

use super::{Continue, Waits, send::Sending};
use crate::{
    Error, Latchkey, Result,
    login::{Answer, admitted::Admitted, answer::Reached, attempt::Opened},
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
        let way_in = self.way_in_of(&opened).await?;
        let admitted = match self.may_finish(&opened.attempt, way_in.as_deref()).await? {
            Ok(admitted) => admitted,
            Err(end) => return self.end_and_answer(&opened, end).await,
        };
        match self.take_address(&opened, &admitted, address).await? {
            Some(waits) => self.answer(&opened, Reached::Waits(waits)).await,
            None => self.answer_its_end(&opened).await,
        }
    }

    async fn take_address(
        &self,
        opened: &Opened,
        admitted: &Admitted<'_>,
        address: EmailAddress,
    ) -> Result<Option<Waits>> {
        let tx = self.store.begin().await?;
        let held = tx.hold_waiting(opened.attempt.flow.id).await?;
        let Some(mut waiting) = held.filter(|waiting| self.still_waits(waiting)) else {
            return Ok(None);
        };
        match &waiting.address {
            Some(given) if *given == address => {}
            Some(_) => return Err(Error::EmailGiven),
            None => {
                self.send_next(&tx, (opened, admitted), &mut waiting, address).await?;
                tx.update_waiting(&waiting).await?;
                tx.commit().await?;
            }
        }
        Waits::of(&waiting).map(Some)
    }

    /// Sends the next code of a sign-in that waits.
    pub(super) async fn send_next(
        &self,
        tx: &latchkey_store::Tx,
        (opened, admitted): (&Opened, &Admitted<'_>),
        waiting: &mut WaitingSignIn,
        address: EmailAddress,
    ) -> Result<()> {
        let profile = self.open_waiting(waiting)?;
        let account = (&profile.issuer, &profile.account.subject);
        self.send_code(tx, Sending { opened, admitted, account }, waiting, address).await
    }
}
