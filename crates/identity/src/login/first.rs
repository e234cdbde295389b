//! Somebody comes for the first time: what is written of a sign-up, and of a link.

use latchkey_domain::{
    email::EmailAddress,
    event::{Event, EventBody},
    id::{IdentityId, UserId},
    policy::ProfileSync,
    profile::Account,
    sign_in::SignInResult,
    user::{Identity, IdentityKind, User},
};
use latchkey_store::{Finish, SignInEnd, Tx};

use super::{
    attempt::Opened,
    facts::{Telling, end_of},
    repeat::first_seen,
};
use crate::{Error, Latchkey, Result};

/// Somebody who is not known by this account.
pub(super) struct Newcomer<'a> {
    pub(super) account: &'a Account,
    /// The address that the provider says is primary and confirmed.
    pub(super) email: Option<&'a EmailAddress>,
    pub(super) sync: ProfileSync,
    pub(super) telling: Telling<'a>,
}

impl Latchkey {
    /// Makes a user.
    pub(super) async fn sign_up(
        &self,
        tx: &Tx,
        opened: &Opened,
        newcomer: Newcomer<'_>,
        proven: Option<EmailAddress>,
    ) -> Result<SignInEnd> {
        let mut user = newcomer.user(proven.as_ref());
        let identity = newcomer.identity(user.id);
        let facts = newcomer.telling.facts(&user, &identity);
        let bodies = vec![
            EventBody::UserSignedUp(facts.clone()),
            EventBody::UserSignedIn(facts, SignInResult::SignedUp),
        ];
        let events = newcomer.telling.about(&mut user, bodies);
        tx.add_user(&user).await?;
        tx.add_identity(&user.environment, &identity).await?;
        if let Some(address) = proven {
            let proven = newcomer.email_identity(user.id, address);
            tx.add_identity(&user.environment, &proven).await?;
        }
        self.finish_first(tx, opened, (SignInResult::SignedUp, &user, &identity), events).await
    }

    /// Links the account to a user who is known by its proven address.
    pub(super) async fn link(
        &self,
        tx: &Tx,
        opened: &Opened,
        newcomer: Newcomer<'_>,
        user: UserId,
    ) -> Result<SignInEnd> {
        // Deleted or suspended since it was decided: decide again.
        let active = tx.user(user).await?.filter(|user| !user.is_suspended());
        let mut user = active.ok_or_else(conflict)?;
        let (identity, events) = newcomer.add_to(tx, &mut user).await?;
        self.finish_first(tx, opened, (SignInResult::Linked, &user, &identity), events).await
    }

    async fn finish_first(
        &self,
        tx: &Tx,
        opened: &Opened,
        (result, user, identity): (SignInResult, &User, &Identity),
        events: Vec<Event>,
    ) -> Result<SignInEnd> {
        let now = user.last_signed_in_at;
        let finish = self.finish_of(opened, result, (user, identity), now)?;
        write_end(tx, &finish, &events).await
    }
}

/// Writes the end of a sign-in, and tells of it.
pub(super) async fn write_end(tx: &Tx, finish: &Finish, events: &[Event]) -> Result<SignInEnd> {
    if !tx.finish_sign_in(finish).await? {
        return Err(Error::AttemptUsed);
    }
    tx.stop_waiting(finish.attempt).await?;
    for event in events {
        tx.emit(event).await?;
    }
    Ok(end_of(finish))
}

/// Somebody else changed the user between our read and our write: decide again.
pub(super) fn conflict() -> Error {
    Error::Contention(latchkey_store::Error::changed_meanwhile())
}

impl Newcomer<'_> {
    /// Adds the account to a user, as they were read.
    pub(super) async fn add_to(&self, tx: &Tx, user: &mut User) -> Result<(Identity, Vec<Event>)> {
        let identity = self.identity(user.id);
        let facts = self.telling.facts(user, &identity);
        let bodies = vec![
            EventBody::UserLinked(facts.clone()),
            EventBody::UserSignedIn(facts, SignInResult::Linked),
        ];
        let events = self.telling.about(user, bodies);
        user.version += 1;
        user.last_signed_in_at = self.telling.now;
        if !tx.update_user(user).await? {
            return Err(conflict());
        }
        tx.add_identity(&user.environment, &identity).await?;
        Ok((identity, events))
    }

    fn user(&self, proven: Option<&EmailAddress>) -> User {
        let now = self.telling.now;
        let told = Some(self.account).filter(|_| self.sync.is_at_sign_up());
        User {
            environment: self.telling.context.connection.environment.clone(),
            id: UserId::new(now),
            display_name: told.and_then(|account| account.display_name.clone()),
            email: proven.or(self.email).cloned(),
            email_verified: proven.is_some(),
            picture_url: told.and_then(|account| account.picture_url.clone()),
            suspended_at: None,
            version: 1,
            sequence: 0,
            created_at: now,
            updated_at: now,
            last_signed_in_at: now,
        }
    }

    fn identity(&self, user: UserId) -> Identity {
        let mut social = first_seen(self.account, self.telling.issuer);
        social.email = self.email.cloned();
        social.connections = vec![self.telling.context.connection.connection.clone()];
        self.identity_of(user, IdentityKind::Social(social))
    }

    fn email_identity(&self, user: UserId, address: EmailAddress) -> Identity {
        self.identity_of(user, IdentityKind::Email(address))
    }

    fn identity_of(&self, user: UserId, kind: IdentityKind) -> Identity {
        let now = self.telling.now;
        let last_used_at = matches!(kind, IdentityKind::Social(_)).then_some(now);
        Identity { id: IdentityId::new(now), user, kind, created_at: now, last_used_at }
    }
}
