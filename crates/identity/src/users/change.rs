//! What every change of a user has: the guard of its caller, and what it tells.

use latchkey_domain::{
    event::{Event, EventBody, EventSubject},
    id::EventId,
    name::UserName,
    time::Timestamp,
    user::User,
};
use latchkey_store::Tx;

use crate::{Error, Result, request::expect_etag};

/// How a caller guards a change.
#[derive(Debug, Clone, Default)]
pub struct Guarded {
    /// The version that the caller knows.
    pub etag: Option<String>,
    /// Whether only to say what it would do.
    pub validate_only: bool,
}

impl Guarded {
    /// The user, as nobody changes them until the transaction ends: no sign-in is committed on what
    /// was read of them before.
    pub(super) async fn lock(&self, tx: &Tx, name: &UserName) -> Result<User> {
        let user = tx.lock_user(name).await?.ok_or(Error::NotFound)?;
        expect_etag(self.etag.as_deref(), user.version)?;
        Ok(user)
    }

    /// Commits, unless nothing is to be changed.
    pub(super) async fn commit(&self, tx: Tx) -> Result<()> {
        if !self.validate_only {
            tx.commit().await?;
        }
        Ok(())
    }
}

/// Writes a user who was locked, and tells of it.
pub(super) async fn write(
    tx: &Tx,
    user: &mut User,
    bodies: Vec<EventBody>,
    now: Timestamp,
) -> Result<()> {
    user.version += 1;
    user.updated_at = now;
    tell(tx, user, bodies, now).await?;
    if tx.update_user(user).await? {
        Ok(())
    } else {
        Err(Error::Contention(latchkey_store::Error::changed_meanwhile()))
    }
}

/// Tells of a user, and leaves the last number with them.
pub(super) async fn tell(
    tx: &Tx,
    user: &mut User,
    bodies: Vec<EventBody>,
    now: Timestamp,
) -> Result<()> {
    for body in bodies {
        user.sequence += 1;
        let event = Event {
            id: EventId::new(now),
            environment: user.environment.clone(),
            time: now,
            subject: Some((EventSubject::User(user.name()), user.sequence)),
            causation_id: None,
            body,
        };
        tx.emit(&event).await?;
    }
    Ok(())
}
