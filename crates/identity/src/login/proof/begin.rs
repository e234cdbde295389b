//! A sign-in stops at an address that is to be proven.

use latchkey_domain::{email::EmailAddress, email_code::WAITS_FOR};
use latchkey_store::{Tx, WaitingSignIn};

use super::{Waits, send::Sending};
use crate::{
    Error, Latchkey, Result,
    login::{admitted::Admitted, answer::Reached, attempt::Opened, repeat::Today},
};

impl Latchkey {
    /// Has a sign-in wait: for an address, or for the code that is sent to the one that the provider
    /// told.
    pub(in crate::login) async fn wait(
        &self,
        tx: &Tx,
        (opened, admitted): (&Opened, &Admitted<'_>),
        today: Today<'_>,
        address: Option<EmailAddress>,
    ) -> Result<Reached> {
        let (id, now) = (opened.attempt.flow.id, self.clock.now());
        let mut waiting = WaitingSignIn {
            attempt: id,
            environment: opened.attempt.flow.environment.clone(),
            sealed_profile: Some(self.seal_waiting(&opened.attempt, today)?),
            address: None,
            code: None,
            proven_at: None,
            expires_at: now.plus(WAITS_FOR),
        };
        if let Some(address) = address {
            let application = admitted.application.as_ref();
            let application = application.ok_or(Error::Internal("a test login does not wait"))?;
            let sending = Sending {
                opened,
                application: &application.display_name,
                lifetime: admitted.environment.policies.email_code_lifetime,
            };
            self.send_code(tx, sending, &mut waiting, address).await?;
        }
        if !tx.add_waiting(&waiting).await? {
            return Err(Error::AttemptUsed);
        }
        Waits::of(&waiting).map(Reached::Waits)
    }

    /// Has a sign-in wait for whether the person wants to be linked to whoever holds the address that they
    /// have proven just now.
    pub(in crate::login) async fn ask_to_link(&self, tx: &Tx, opened: &Opened) -> Result<Reached> {
        let waiting = tx.hold_waiting(opened.attempt.flow.id).await?;
        let waiting = waiting.ok_or(Error::Internal("nobody waits any more"))?;
        Waits::of(&waiting).map(Reached::Waits)
    }
}
