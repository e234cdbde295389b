//! What the provider made of a credential, noted to within a minute and out of the caller's way.

use latchkey_domain::{
    id::CredentialId,
    provider::{self, Grant},
};

use crate::Latchkey;

impl Latchkey {
    /// Notes that a credential was accepted or refused. Any other answer says nothing of it.
    pub(super) async fn note_answer(
        &self,
        id: CredentialId,
        answer: &std::result::Result<Grant, provider::Error>,
    ) {
        let refused = match answer {
            Ok(_) => false,
            Err(provider::Error::ClientRefused) => true,
            Err(_) => return,
        };
        let now = self.clock.now();
        let is_news = if refused {
            self.cache.first_refusal_in_a_while(id.0).await
        } else {
            self.cache.first_use_in_a_while(id.0).await
        };
        if !is_news {
            return;
        }
        let store = self.store.clone();
        self.work.spawn(async move {
            let noted = if refused {
                store.note_refusal(id, now).await
            } else {
                store.touch_credential(id, now).await
            };
            if let Err(error) = noted {
                let error = &error as &dyn std::error::Error;
                tracing::debug!(error, "what the provider made of a credential was not noted");
            }
        });
    }
}
