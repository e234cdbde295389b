//! Deleting a user: what is known of them goes, and their account may sign up anew.

use backon::Retryable;
use latchkey_domain::{audit::Change, caller::Caller, event::EventBody, name::UserName};

use super::change::{Guarded, tell};
use crate::{Error, Latchkey, Result, request::after_conflict};

impl Latchkey {
    /// Deletes a user and the ways that they are known, for ever.
    #[tracing::instrument(skip_all, fields(user = %name), err(level = "debug"))]
    pub async fn delete_user(
        &self,
        caller: &Caller,
        name: &UserName,
        guarded: &Guarded,
    ) -> Result<()> {
        Self::see(caller, &name.environment)?;
        let delete = || self.try_delete_user(caller, name, guarded);
        delete.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_delete_user(
        &self,
        caller: &Caller,
        name: &UserName,
        guarded: &Guarded,
    ) -> Result<()> {
        let tx = self.store.begin().await?;
        let mut user = guarded.lock(&tx, name).await?;
        let now = self.clock.now();
        tell(&tx, &mut user, vec![EventBody::UserDeleted(name.clone())], now).await?;
        tx.remove_user(user.id).await?;
        // What they were called is told nowhere: the audit forgets nothing.
        let change = Change::of(&name.environment, "user.deleted", name, Vec::new());
        tx.audit(caller, &change, now).await?;
        guarded.commit(tx).await
    }
}
