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
            sealed_profile: Some(self.seal_waiting(&opened.attempt, admitted.way_in, today)?),
            address: None,
            code: None,
            proven_at: None,
            link_asked_at: None,
            expires_at: now.plus(WAITS_FOR),
        };
        if let Some(address) = address {
            let provider = self.provider_of(admitted.way_in)?;
            let account = (provider.issuer(), &today.account.subject);
            let sending = Sending { opened, admitted, account };
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
        let mut waiting = waiting.ok_or(Error::Internal("nobody waits any more"))?;
        waiting.link_asked_at = Some(self.clock.now());
        tx.update_waiting(&waiting).await?;
        Waits::of(&waiting).map(Reached::Waits)
    }
}
