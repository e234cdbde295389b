//! A known person signs in again: one read, one guarded write.

use latchkey_domain::{
    email::EmailAddress,
    event::EventBody,
    id::ConnectionId,
    policy::ProfileSync,
    profile::{Account, Issuer},
    sign_in::{Failure, SignInResult, Unsuccessful},
    user::{Identity, IdentityKind, SocialIdentity, User},
};
use latchkey_store::{Known, RepeatSignIn, SignInEnd, WayIn};

use super::{
    attempt::{Attempt, Opened},
    facts::{Telling, end_of},
    follow::follow,
    profile::Ended,
};
use crate::{Latchkey, Result};

/// What the provider tells of a person today.
#[derive(Debug, Clone, Copy)]
pub(super) struct Today<'a> {
    pub(super) account: &'a Account,
    /// `None` if it could not be read: then what was known of somebody stays.
    pub(super) email: Option<&'a Option<EmailAddress>>,
    /// Whether the provider has told it just now: what it told before a sign-in waited may be older than
    /// what is known of somebody.
    pub(super) is_news: bool,
}

impl<'a> Today<'a> {
    /// The address that the provider says is primary and confirmed, if there is one.
    pub(super) fn address(&self) -> Option<&'a EmailAddress> {
        self.email.and_then(Option::as_ref)
    }
}

impl Latchkey {
    /// Signs a known person in; `None` if they changed since they were read: read, and decide again.
    pub(super) async fn sign_in_again(
        &self,
        opened: &Opened,
        way_in: &WayIn,
        today: Today<'_>,
        known: Known,
    ) -> Ended<Option<SignInEnd>> {
        if !is_same_account(&known.identity, today.account) {
            tracing::error!(identity.id = %known.identity.id, "a subject stands for another account");
            return Ok(Err(Unsuccessful::Failed(Failure::IdentityChanged)));
        }
        if let Some(end) = self.write_repeat(opened, way_in, today, known).await? {
            return Ok(Ok(Some(end)));
        }
        Ok(Ok(self.end_by_others(&opened.attempt).await?))
    }

    async fn write_repeat(
        &self,
        opened: &Opened,
        way_in: &WayIn,
        today: Today<'_>,
        known: Known,
    ) -> Result<Option<SignInEnd>> {
        let provider = self.provider_of(way_in)?;
        let telling = self.telling(opened, way_in, (provider.issuer(), today.account));
        let sync = way_in.connection.policies.profile_sync;
        let (user, identity, events) = brought_up_to_date(known, today, sync, &telling);
        let finish =
            self.finish_of(opened, SignInResult::SignedIn, (&user, &identity), telling.now)?;
        let repeat =
            RepeatSignIn { finish: &finish, user: &user, identity: &identity, events: &events };
        let written = self.store.finish_repeat(&repeat).await?;
        Ok(written.then(|| end_of(&finish)))
    }

    /// How somebody else ended the sign-in, if they did.
    async fn end_by_others(&self, attempt: &Attempt) -> Result<Option<SignInEnd>> {
        Ok(self.store.sign_in(attempt.flow.id).await?.and_then(|sign_in| sign_in.end))
    }
}

/// Whether an account's second immutable id is what it was, where both are known.
pub(super) fn is_same_account(identity: &Identity, account: &Account) -> bool {
    let IdentityKind::Social(social) = &identity.kind else { return false };
    match (&social.account_id, &account.account_id) {
        (Some(before), Some(today)) => before == today,
        _ => true,
    }
}

/// The user and the identity as they are to be, and what is told of it.
pub(super) fn brought_up_to_date(
    known: Known,
    today: Today<'_>,
    sync: ProfileSync,
    telling: &Telling<'_>,
) -> (User, Identity, Vec<latchkey_domain::event::Event>) {
    let Known { mut user, mut identity } = known;
    if let IdentityKind::Social(social) = &mut identity.kind {
        refresh(social, today, &telling.context.connection.connection);
    }
    identity.last_used_at = Some(telling.now);
    user.version += 1;
    user.last_signed_in_at = telling.now;
    let mut bodies = Vec::with_capacity(2);
    if today.is_news {
        bodies.extend(follow(&mut user, today, sync, telling.now));
    }
    let facts = telling.facts(&user, &identity);
    bodies.push(EventBody::UserSignedIn(facts, SignInResult::SignedIn));
    let events = telling.about(&mut user, bodies);
    (user, identity, events)
}

fn refresh(social: &mut SocialIdentity, today: Today<'_>, connection: &ConnectionId) {
    if !social.connections.contains(connection) {
        social.connections.push(connection.clone());
    }
    if !today.is_news {
        return;
    }
    social.username.clone_from(&today.account.username);
    if today.account.account_id.is_some() {
        social.account_id.clone_from(&today.account.account_id);
    }
    if let Some(email) = today.email {
        social.email.clone_from(email);
    }
}

/// A social identity as it is first seen.
pub(super) fn first_seen(account: &Account, issuer: &Issuer) -> SocialIdentity {
    SocialIdentity {
        issuer: issuer.clone(),
        subject: account.subject.clone(),
        account_id: account.account_id.clone(),
        username: account.username.clone(),
        email: None,
        connections: Vec::new(),
    }
}
