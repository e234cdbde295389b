//! Whether a user can sign in.

use backon::Retryable;
use latchkey_domain::{
    audit::{Change, FieldChange},
    caller::Caller,
    event::EventBody,
    name::UserName,
    text::Remark,
    user::User,
};

use super::change::{Guarded, write};
use crate::{Error, Latchkey, Result, request::after_conflict};

const ACTIVE: &str = "ACTIVE";
const SUSPENDED: &str = "SUSPENDED";

impl Latchkey {
    /// Suspends a user: no sign-in as them is let through from now on. Who is suspended stays so.
    #[tracing::instrument(skip_all, fields(user = %name), err(level = "debug"))]
    pub async fn suspend_user(
        &self,
        caller: &Caller,
        name: &UserName,
        reason: Option<&Remark>,
        guarded: &Guarded,
    ) -> Result<User> {
        Self::see(caller, &name.environment)?;
        let suspend = || self.try_suspend(caller, name, reason, guarded);
        suspend.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_suspend(
        &self,
        caller: &Caller,
        name: &UserName,
        reason: Option<&Remark>,
        guarded: &Guarded,
    ) -> Result<User> {
        let tx = self.store.begin().await?;
        let mut user = guarded.lock(&tx, name).await?;
        if user.is_suspended() {
            return Ok(user);
        }
        let now = self.clock.now();
        user.suspended_at = Some(now);
        write(&tx, &mut user, vec![EventBody::UserSuspended(name.clone())], now).await?;
        let state = FieldChange::replaced("state", &ACTIVE, &SUSPENDED);
        let reason = reason.and_then(|reason| FieldChange::set("reason", reason));
        let fields = std::iter::once(state).chain(reason).collect();
        let change = Change::of(&name.environment, "user.suspended", name, fields);
        tx.audit(caller, &change, now).await?;
        guarded.commit(tx).await?;
        Ok(user)
    }

    /// Lets a suspended user sign in again. Who is active stays so.
    #[tracing::instrument(skip_all, fields(user = %name), err(level = "debug"))]
    pub async fn unsuspend_user(
        &self,
        caller: &Caller,
        name: &UserName,
        guarded: &Guarded,
    ) -> Result<User> {
        Self::see(caller, &name.environment)?;
        let unsuspend = || self.try_unsuspend(caller, name, guarded);
        unsuspend.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_unsuspend(
        &self,
        caller: &Caller,
        name: &UserName,
        guarded: &Guarded,
    ) -> Result<User> {
        let tx = self.store.begin().await?;
        let mut user = guarded.lock(&tx, name).await?;
        if !user.is_suspended() {
            return Ok(user);
        }
        let now = self.clock.now();
        user.suspended_at = None;
        write(&tx, &mut user, vec![EventBody::UserUnsuspended(name.clone())], now).await?;
        let fields = vec![FieldChange::replaced("state", &SUSPENDED, &ACTIVE)];
        let change = Change::of(&name.environment, "user.unsuspended", name, fields);
        tx.audit(caller, &change, now).await?;
        guarded.commit(tx).await?;
        Ok(user)
    }
}
