//! Somebody who is known may not come in this way.

use backon::Retryable;
use latchkey_domain::{
    event::EventBody,
    id::UserId,
    sign_in::{Refusal, Unsuccessful},
};
use latchkey_store::SignInEnd;

use super::facts::Telling;
use crate::{Error, Latchkey, Result, request::after_conflict};

impl Latchkey {
    /// Ends a sign-in with a refusal, which is told as one of this person's events; `None` if they
    /// are deleted since it was decided: decide again.
    pub(super) async fn turn_away(
        &self,
        telling: &Telling<'_>,
        user: UserId,
        reason: Refusal,
    ) -> Result<Option<SignInEnd>> {
        let turn_away = || self.try_turn_away(telling, user, reason);
        turn_away.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_turn_away(
        &self,
        telling: &Telling<'_>,
        user: UserId,
        reason: Refusal,
    ) -> Result<Option<SignInEnd>> {
        let end = Unsuccessful::Refused(reason);
        let tx = self.store.begin().await?;
        let Some(mut user) = tx.user(user).await? else { return Ok(None) };
        let attempt = telling.attempt.flow.id;
        if !tx.end_sign_in_of(attempt, Some(user.id), end, telling.now).await? {
            return Err(Error::AttemptUsed);
        }
        tx.stop_waiting(attempt).await?;
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
        Ok(Some(SignInEnd::Unsuccessful(end)))
    }
}
