//! Sending a code, unless its address had too many.

use latchkey_domain::{
    application::Application, email::EmailAddress, email_code::SentCode, environment::Environment,
    mail, policy::CodeLifetime, text::DisplayName,
};
use latchkey_store::{Tx, WaitingSignIn};
use secrecy::ExposeSecret;

use super::code::code_of;
use crate::{Error, Latchkey, Result, login::attempt::Opened};

/// Of which sign-in a code is, and what its letter says besides.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sending<'a> {
    pub(super) opened: &'a Opened,
    pub(super) application: &'a DisplayName,
    pub(super) lifetime: CodeLifetime,
}

/// What a letter of a sign-in that waits is written from, read before anything is held.
pub(super) struct Sender {
    environment: Environment,
    application: std::sync::Arc<Application>,
}

impl Sender {
    /// What is sent of a sign-in.
    pub(super) fn of<'a>(&'a self, opened: &'a Opened) -> Sending<'a> {
        let application = &self.application.display_name;
        let lifetime = self.environment.policies.email_code_lifetime;
        Sending { opened, application, lifetime }
    }
}

impl Latchkey {
    /// Reads what a letter is written from.
    pub(super) async fn sender(&self, opened: &Opened) -> Result<Sender> {
        let attempt = &opened.attempt;
        let environment = self.environment_of(&attempt.flow.environment).await?;
        let application = self.cache.application(&attempt.application_name()).await?;
        Ok(Sender { environment, application: application.ok_or(Error::NotFound)? })
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
        let number = waiting.code.map_or(0, |before| before.number) + 1;
        let allowance = tx.hold_allowance(&waiting.environment, &address, now).await?;
        let counted = allowance.send(now);
        if let Some(counted) = &counted {
            tx.count_for_address(&waiting.environment, &address, counted).await?;
            let letter = self.letter(sending, number, &address)?;
            self.queue_email_code(tx, &waiting.environment, letter).await?;
        } else {
            tracing::warn!(reference = %waiting.attempt, "an address had too many codes");
        }
        waiting.code = Some(SentCode {
            number,
            was_sent: counted.is_some(),
            sent_at: now,
            expires_at: now.plus(sending.lifetime.duration()),
            tries: 0,
        });
        waiting.address = Some(address);
        Ok(())
    }

    fn letter(
        &self,
        Sending { opened, application, lifetime }: Sending<'_>,
        number: u32,
        to: &EmailAddress,
    ) -> Result<mail::EmailCode> {
        let code = code_of(opened, number, &self.keyring)?;
        Ok(mail::EmailCode {
            to: to.clone(),
            code: code.expose_secret().to_owned().into(),
            application: application.clone(),
            lifetime: lifetime.duration(),
            language: opened.language,
        })
    }
}
