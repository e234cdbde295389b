//! A letter as it is kept: a dump of the database tells neither whom it is to nor what it says.

use std::time::Duration;

use latchkey_domain::{
    email::EmailAddress,
    id::{EnvironmentId, MailId},
    mail::{EmailCode, Language, Letter},
    text::DisplayName,
};
use latchkey_keyring::Purpose;
use latchkey_store::QueuedMail;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::{Error, Latchkey, Result};

/// What is under the seal. A kind that is added comes last: what waits is read by the next version.
#[derive(Serialize, Deserialize)]
enum Kept {
    EmailCode {
        to: EmailAddress,
        code: String,
        application: DisplayName,
        lifetime: Duration,
        language: Language,
    },
}

impl Kept {
    fn of(letter: &Letter) -> Self {
        match letter {
            Letter::EmailCode(letter) => Self::EmailCode {
                to: letter.to.clone(),
                code: letter.code.expose_secret().to_owned(),
                application: letter.application.clone(),
                lifetime: letter.lifetime,
                language: letter.language,
            },
        }
    }

    fn letter(self) -> Letter {
        match self {
            Self::EmailCode { to, code, application, lifetime, language } => {
                let code = SecretString::from(code);
                Letter::EmailCode(EmailCode { to, code, application, lifetime, language })
            }
        }
    }
}

impl Latchkey {
    pub(super) fn seal_letter(
        &self,
        environment: &EnvironmentId,
        id: MailId,
        letter: &Letter,
    ) -> Result<Vec<u8>> {
        let text = postcard::to_stdvec(&Kept::of(letter))
            .map_err(|_| Error::Internal("a letter cannot be written"))?;
        Ok(self.keyring.seal(Purpose::Mail, &place(environment.as_str(), id), &text)?)
    }

    pub(super) fn open_letter(&self, mail: &QueuedMail) -> Result<Letter> {
        let place = place(mail.environment.as_str(), mail.id);
        let opened = self.keyring.open(Purpose::Mail, &place, &mail.sealed_letter)?;
        let kept: Kept = postcard::from_bytes(&opened.text)
            .map_err(|_| Error::Internal("a sealed letter is none"))?;
        Ok(kept.letter())
    }
}

/// Where a letter is sealed for: for its own row, and its own environment.
pub(crate) fn place(environment: &str, id: MailId) -> Vec<u8> {
    format!("environments/{environment}/mail_outbox/{id}/sealed_letter").into_bytes()
}
