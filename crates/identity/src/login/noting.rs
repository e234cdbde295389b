//! What the provider made of a credential, noted to within a minute.

use latchkey_domain::{connection::Credential, id::CredentialId, provider};

use crate::{Latchkey, Result};

/// What the provider made of a credential.
#[derive(Debug, Clone, Copy)]
enum Reception {
    Accepted,
    Refused,
}

impl Reception {
    /// Any other answer says nothing of the credential.
    const fn of<T>(answer: &std::result::Result<T, provider::Error>) -> Option<Self> {
        match answer {
            Ok(_) => Some(Self::Accepted),
            Err(provider::Error::ClientRefused) => Some(Self::Refused),
            Err(_) => None,
        }
    }
}

impl Reception {
    /// Whether the credential, as it was read, had it the other way when it was last used.
    fn contradicts(self, credential: &Credential) -> bool {
        match self {
            Self::Accepted => credential.is_refused(),
            Self::Refused => credential.last_used_at.is_some() && !credential.is_refused(),
        }
    }
}

impl Latchkey {
    /// Notes whether a credential was accepted or refused, once in a while and out of the caller's way.
    pub(super) async fn note_answer<T>(
        &self,
        credential: &Credential,
        answer: &std::result::Result<T, provider::Error>,
    ) {
        let id = credential.id;
        let Some(reception) = Reception::of(answer) else { return };
        // Noted here before or not: another replica has noted the contrary since.
        let is_news = reception.contradicts(credential);
        if !self.is_news(id, reception).await && !is_news {
            return;
        }
        let this = self.clone();
        self.work.spawn(async move {
            if let Err(error) = this.write_down(id, reception).await {
                let error = &error as &dyn std::error::Error;
                tracing::debug!(error, "what the provider made of a credential was not noted");
            }
        });
    }

    /// Notes the same now: whoever asked on purpose looks at the connection next.
    pub(crate) async fn note_answer_now<T>(
        &self,
        id: CredentialId,
        answer: &std::result::Result<T, provider::Error>,
    ) -> Result<()> {
        let Some(reception) = Reception::of(answer) else { return Ok(()) };
        // News or not, another replica may have noted something else meanwhile.
        self.is_news(id, reception).await;
        self.write_down(id, reception).await
    }

    async fn is_news(&self, id: CredentialId, reception: Reception) -> bool {
        match reception {
            Reception::Accepted => self.cache.first_use_in_a_while(id.0).await,
            Reception::Refused => self.cache.first_refusal_in_a_while(id.0).await,
        }
    }

    async fn write_down(&self, id: CredentialId, reception: Reception) -> Result<()> {
        let now = self.clock.now();
        match reception {
            Reception::Accepted => self.store.touch_credential(id, now).await?,
            Reception::Refused => self.store.note_refusal(id, now).await?,
        }
        Ok(())
    }
}
