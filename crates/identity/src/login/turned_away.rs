//! Somebody who is known may not come in this way.

use backon::Retryable;
use latchkey_domain::{
    event::EventBody,
    sign_in::{Refusal, Unsuccessful},
};
use latchkey_store::{Known, SignInEnd};

use super::facts::Telling;
use crate::{Error, Latchkey, Result, request::after_conflict};

impl Latchkey {
    /// Ends a sign-in with a refusal, which is told as one of this person's events.
    pub(super) async fn turn_away(
        &self,
        telling: &Telling<'_>,
        known: &Known,
        reason: Refusal,
    ) -> Result<SignInEnd> {
        let turn_away = || self.try_turn_away(telling, known, reason);
        turn_away.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_turn_away(
        &self,
        telling: &Telling<'_>,
        known: &Known,
        reason: Refusal,
    ) -> Result<SignInEnd> {
        let end = Unsuccessful::Refused(reason);
        let tx = self.store.begin().await?;
        let user = tx.user(known.user.id).await?;
        let mut user = user.ok_or(Error::Internal("an identity is of nobody"))?;
        if !tx.end_sign_in(telling.attempt.flow.id, end, telling.now).await? {
            return Err(Error::AttemptUsed);
        }
        let (context, name) = (telling.context(), user.name());
        let refused = EventBody::SignInRefused { context, reason, user: Some(name) };
        let events = telling.about(&mut user, vec![refused]);
        user.version += 1;
        if !tx.update_user(&user).await? {
            return Err(Error::Contention(latchkey_store::Error::changed_meanwhile()));
        }
        for event in &events {
            tx.emit(event).await?;
        }
        tx.commit().await?;
        Ok(SignInEnd::Unsuccessful(end))
    }
}
