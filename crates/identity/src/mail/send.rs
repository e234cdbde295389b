//! One try to send a mail: open the seal, hand it over, and only then note it.

use std::{sync::Arc, time::Duration};

use backon::{ExponentialBuilder, Retryable};
use latchkey_domain::mail::{Mailer, SendError};
use latchkey_store::LeasedMail;
use latchkey_telemetry::metrics;

use super::next_try::next_try;
use crate::{Latchkey, Result};

/// What came of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tried {
    Sent,
    PutOff,
    GivenUp(&'static str),
}

impl Latchkey {
    /// Tries to send a mail. Whatever fails here, it is tried again when its lease runs out.
    #[tracing::instrument(name = "send mail", skip_all, fields(
        mail.id = %leased.mail.id,
        mail.attempt = leased.attempt,
    ))]
    pub(super) async fn deliver(self, mailer: Arc<dyn Mailer>, leased: LeasedMail) {
        if let Err(error) = self.try_to_deliver(&*mailer, &leased).await {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "a mail waits");
        }
    }

    async fn try_to_deliver(&self, mailer: &dyn Mailer, leased: &LeasedMail) -> Result<()> {
        // A letter that does not open waits: its key may come back before it expires.
        let letter = self.open_letter(&leased.mail)?;
        let message = letter.compose(leased.mail.id, leased.mail.created_at);
        let sent = mailer.send(&message).await;
        let note = || self.note_try(leased, sent);
        let tried = note.retry(a_few_times()).await?;
        tell(tried, sent);
        Ok(())
    }

    async fn note_try(&self, leased: &LeasedMail, sent: Result<(), SendError>) -> Result<Tried> {
        let again = match sent {
            Ok(()) | Err(SendError::Never(_)) => None,
            Err(SendError::Later(_)) => {
                next_try(leased.attempt, self.clock.now(), leased.mail.expires_at)
            }
        };
        let is_ours = match again {
            Some(again) => self.store.put_mail_off(leased.lease, again).await?,
            None => self.store.remove_mail(leased.lease).await?,
        };
        if !is_ours {
            tracing::warn!("the mail was somebody else's by then: it may come twice");
        }
        Ok(match (sent, again) {
            (Ok(()), _) => Tried::Sent,
            (Err(_), Some(_)) => Tried::PutOff,
            (Err(SendError::Later(_)), None) => Tried::GivenUp("expired"),
            (Err(SendError::Never(_)), None) => Tried::GivenUp("refused"),
        })
    }
}

/// A mail that was sent, and is not noted, comes twice.
fn a_few_times() -> ExponentialBuilder {
    ExponentialBuilder::default().with_min_delay(Duration::from_millis(100)).with_jitter()
}

/// Counts a try, and says why it did not do.
fn tell(tried: Tried, sent: Result<(), SendError>) {
    let error = sent.as_ref().err().map(|error| error as &dyn std::error::Error);
    match tried {
        Tried::Sent => metrics::mail("sent", "none"),
        Tried::PutOff => {
            metrics::mail("put_off", cause(sent));
            tracing::warn!(error, "a mail was not taken, and is tried again");
        }
        Tried::GivenUp(why) => {
            metrics::mail("given_up", why);
            tracing::warn!(error, "a mail is given up");
        }
    }
}

const fn cause(sent: Result<(), SendError>) -> &'static str {
    match sent {
        Ok(()) => "none",
        Err(SendError::Later(cause) | SendError::Never(cause)) => cause.as_str(),
    }
}
