//! Somebody who is known may not come in this way.

use backon::Retryable;
use latchkey_domain::{
    event::EventBody,
    id::UserId,
    sign_in::{Refusal, Unsuccessful},
    user::User,
};
use latchkey_store::{SignInEnd, Tx};

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
        let Some(user) = tx.user(user).await? else { return Ok(None) };
        refuse(&tx, telling, user, reason).await?;
        tx.commit().await?;
        Ok(Some(SignInEnd::Unsuccessful(end)))
    }
}

/// Ends a sign-in with the refusal of somebody known, as they were read.
pub(super) async fn refuse(
    tx: &Tx,
    telling: &Telling<'_>,
    mut user: User,
    reason: Refusal,
) -> Result<()> {
    let end = Unsuccessful::Refused(reason);
    if !tx.end_sign_in_of(telling.attempt, Some(user.id), end, telling.now).await? {
        return Err(Error::AttemptUsed);
    }
    tx.stop_waiting(telling.attempt).await?;
    let (context, name) = (telling.context.clone(), user.name());
    let refused = EventBody::SignInRefused { context, reason, user: Some(name) };
    let events = telling.about(&mut user, vec![refused]);
    user.version += 1;
    if !tx.update_user(&user).await? {
        return Err(Error::Contention(latchkey_store::Error::changed_meanwhile()));
    }
    for event in &events {
        tx.emit(event).await?;
    }
    Ok(())
}
