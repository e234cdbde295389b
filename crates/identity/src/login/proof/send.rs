//! Sending a code, unless its address or its account had too many.

use latchkey_domain::{
    email::EmailAddress,
    email_code::{Allowance, CountedFor, SentCode},
    mail,
    profile::{Issuer, Subject},
    time::Timestamp,
};
use latchkey_store::{Tx, WaitingSignIn};
use secrecy::ExposeSecret;

use super::code::code_of;
use crate::{
    Error, Latchkey, Result,
    login::{admitted::Admitted, attempt::Opened},
};

/// Of which sign-in a code is, and who came.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sending<'a> {
    pub(super) opened: &'a Opened,
    pub(super) admitted: &'a Admitted<'a>,
    pub(super) account: (&'a Issuer, &'a Subject),
}

impl Latchkey {
    /// Sends the next code of a sign-in to an address. To one that had too many nothing is sent, and
    /// nobody can tell: whoever asks need not be whose it is. The same holds for an account, which could
    /// name another address each time.
    pub(super) async fn send_code(
        &self,
        tx: &Tx,
        sending: Sending<'_>,
        waiting: &mut WaitingSignIn,
        address: EmailAddress,
    ) -> Result<()> {
        let now = self.clock.now();
        let lifetime = sending.admitted.environment.policies.email_code_lifetime;
        let code = SentCode {
            number: waiting.code.map_or(0, |before| before.number) + 1,
            was_sent: count(tx, waiting, (sending.account, &address), now).await?,
            sent_at: now,
            // It is of no use to whoever is not waited for any more.
            expires_at: now.plus(lifetime.duration()).min(waiting.expires_at),
            tries: 0,
        };
        if code.was_sent {
            let letter = self.letter(sending, &code, &address)?;
            self.queue_email_code(tx, &waiting.environment, letter).await?;
        } else {
            tracing::warn!(reference = %waiting.attempt, "an address or an account had too many codes");
        }
        waiting.code = Some(code);
        waiting.address = Some(address);
        Ok(())
    }

    fn letter(
        &self,
        Sending { opened, admitted, .. }: Sending<'_>,
        code: &SentCode,
        to: &EmailAddress,
    ) -> Result<mail::EmailCode> {
        let application = admitted.application.as_ref();
        let application = application.ok_or(Error::Internal("a test login sends no code"))?;
        let digits = code_of(opened, code.number, &self.keyring)?;
        Ok(mail::EmailCode {
            to: to.clone(),
            code: digits.expose_secret().to_owned().into(),
            application: application.display_name.clone(),
            lifetime: code.expires_at.since(code.sent_at),
            language: opened.language,
        })
    }
}

/// Counts a code, for its account and for its address, if neither had too many.
async fn count(
    tx: &Tx,
    waiting: &WaitingSignIn,
    ((issuer, subject), address): ((&Issuer, &Subject), &EmailAddress),
    now: Timestamp,
) -> Result<bool> {
    let environment = &waiting.environment;
    let both = [CountedFor::Account(issuer, subject), CountedFor::Address(address)];
    let mut counted: Vec<(CountedFor<'_>, Allowance)> = Vec::with_capacity(both.len());
    for counted_for in both {
        let held = tx.hold_allowance(environment, counted_for, now).await?;
        counted.extend(held.send(now).map(|counts| (counted_for, counts)));
    }
    if counted.len() < both.len() {
        return Ok(false);
    }
    for (counted_for, counts) in &counted {
        tx.count_code(environment, *counted_for, counts).await?;
    }
    Ok(true)
}
