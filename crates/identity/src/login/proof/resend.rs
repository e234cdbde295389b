//! The person asks for another code.

use latchkey_domain::caller::Caller;

use super::{CodeProblem, Continue, Waits, WaitsFor};
use crate::{
    Error, Latchkey, Result,
    login::{Answer, admitted::Admitted, answer::Reached, attempt::Opened},
};

impl Latchkey {
    /// Sends another code, half a minute after the last one at the earliest. The last one works no
    /// longer.
    #[tracing::instrument(skip_all, err(level = "debug"))]
    pub async fn resend_email_code(&self, caller: &Caller, at: &Continue) -> Result<Answer> {
        let opened = self.going_on(caller, at)?;
        let way_in = self.way_in_of(&opened).await?;
        let admitted = match self.may_finish(&opened.attempt, way_in.as_deref()).await? {
            Ok(admitted) => admitted,
            Err(end) => return self.end_and_answer(&opened, end).await,
        };
        match self.send_another(&opened, &admitted).await? {
            Some(waits) => self.answer(&opened, Reached::Waits(waits)).await,
            None => self.answer_its_end(&opened).await,
        }
    }

    async fn send_another(
        &self,
        opened: &Opened,
        admitted: &Admitted<'_>,
    ) -> Result<Option<Waits>> {
        let tx = self.store.begin().await?;
        let held = tx.hold_waiting(opened.attempt.flow.id).await?;
        let Some(mut waiting) = held.filter(|waiting| self.still_waits(waiting)) else {
            return Ok(None);
        };
        let waits = Waits::of(&waiting)?;
        match waits.waits_for {
            // There is no code yet; or none is needed any more.
            WaitsFor::Email => return Err(Error::EmailMissing),
            WaitsFor::Link { .. } => return Ok(Some(waits)),
            WaitsFor::Code { resend_at, .. } if self.clock.now() < resend_at => {
                return Ok(Some(waits.because(CodeProblem::TooSoon)));
            }
            WaitsFor::Code { address, .. } => {
                self.send_next(&tx, (opened, admitted), &mut waiting, address).await?;
                tx.update_waiting(&waiting).await?;
                tx.commit().await?;
            }
        }
        Waits::of(&waiting).map(Some)
    }
}
