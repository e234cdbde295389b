//! Queueing a letter, in the transaction of what it tells of.

use latchkey_domain::{
    id::{EnvironmentId, MailId},
    mail::{EmailCode, Letter},
};
use latchkey_store::{QueuedMail, Tx};

use crate::{Latchkey, Result};

impl Latchkey {
    /// Whether anybody carries mail. Without that, a code would wait in vain.
    pub fn mail_is_configured(&self) -> bool {
        self.mailer.is_some()
    }

    /// Queues a code for an address: it goes out if, and only if, the transaction commits, which also
    /// stores the code's hash. It is not sent any more once the code has had its time.
    pub async fn queue_email_code(
        &self,
        tx: &Tx,
        environment: &EnvironmentId,
        code: EmailCode,
    ) -> Result<()> {
        self.queue_letter(tx, environment, &Letter::EmailCode(code)).await
    }

    async fn queue_letter(
        &self,
        tx: &Tx,
        environment: &EnvironmentId,
        letter: &Letter,
    ) -> Result<()> {
        let created_at = self.clock.now();
        let id = MailId::new(created_at);
        let mail = QueuedMail {
            id,
            environment: environment.clone(),
            sealed_letter: self.seal_letter(environment, id, letter)?,
            created_at,
            expires_at: created_at.plus(letter.lifetime()),
        };
        Ok(tx.queue_mail(&mail).await?)
    }
}
