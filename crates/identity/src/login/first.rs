//! Somebody comes for the first time: the decision, and one commit for all that follows from it.

use backon::Retryable;
use latchkey_domain::{
    email::EmailAddress,
    event::EventBody,
    id::{IdentityId, UserId},
    linking::{Decision, Evidence, decide},
    profile::Account,
    sign_in::{SignInResult, Unsuccessful},
    user::{Identity, IdentityKind, User},
};
use latchkey_store::{Known, SignInEnd, Tx, WayIn};
use secrecy::SecretString;

use super::{
    attempt::Opened,
    facts::{Telling, end_of},
    profile::{Ended, failure},
    repeat::{Today, first_seen},
};
use crate::{Error, Latchkey, Result, request::after_conflict};

/// What became of a first sign-in.
enum Recorded {
    /// They are signed in.
    Ended(SignInEnd),
    /// They may not.
    Refused(Unsuccessful),
    /// Somebody registered this very person a moment ago.
    Known(Box<Known>),
}

impl Latchkey {
    /// Finds out who it is, and signs them in.
    pub(super) async fn sign_in(
        &self,
        opened: &Opened,
        way_in: &WayIn,
        code: &SecretString,
    ) -> Ended<SignInEnd> {
        let answered = match self.ask_provider(opened, way_in, code).await? {
            Ok(answered) => answered,
            Err(end) => return Ok(Err(end)),
        };
        let account = &answered.account;
        let today = Today { account, email: answered.email.as_ref().ok() };
        if let Some(known) = answered.known {
            return self.sign_in_again(opened, way_in, today, known).await;
        }
        let email = match &answered.email {
            Ok(email) => email.as_ref(),
            Err(error) => return Ok(Err(failure(error))),
        };
        let record = || self.record(opened, way_in, (account, email));
        match record.retry(after_conflict()).when(Error::is_conflict).await? {
            Recorded::Ended(end) => Ok(Ok(end)),
            Recorded::Refused(end) => Ok(Err(end)),
            Recorded::Known(known) => self.sign_in_again(opened, way_in, today, *known).await,
        }
    }

    /// Decides, and writes what follows, in one transaction.
    async fn record(
        &self,
        opened: &Opened,
        way_in: &WayIn,
        (account, email): (&Account, Option<&EmailAddress>),
    ) -> Result<Recorded> {
        let provider = self.provider_of(way_in)?;
        let environment = &opened.attempt.environment;
        let trusted_provider = way_in.connection.trusted_provider;
        let tx = self.store.begin().await?;
        let known = tx.known(environment, provider.issuer(), &account.subject).await?;
        if let Some(known) = known {
            return Ok(Recorded::Known(Box::new(known)));
        }
        let email_holder = match email.filter(|_| trusted_provider) {
            Some(email) => tx.holder_of(environment, email).await?,
            None => None,
        };
        let evidence = Evidence {
            intent: opened.attempt.intent,
            trusted_provider,
            email,
            known_user: None,
            email_holder,
        };
        let telling = Telling {
            attempt: &opened.attempt,
            provider: &way_in.connection.provider,
            issuer: provider.issuer(),
            subject: &account.subject,
            now: self.clock.now(),
        };
        let newcomer = Newcomer { account, email, telling };
        let end = match decide(&evidence) {
            Decision::Refuse(refusal) => {
                return Ok(Recorded::Refused(Unsuccessful::Refused(refusal)));
            }
            Decision::SignIn(_) => return Err(Error::Internal("nobody was known")),
            Decision::Link(user) => self.link(&tx, opened, newcomer, user).await?,
            Decision::SignUp { proven } => self.sign_up(&tx, opened, newcomer, proven).await?,
        };
        tx.commit().await?;
        Ok(Recorded::Ended(end))
    }

    /// Makes a user.
    async fn sign_up(
        &self,
        tx: &Tx,
        opened: &Opened,
        newcomer: Newcomer<'_>,
        proven: Option<EmailAddress>,
    ) -> Result<SignInEnd> {
        let mut user = newcomer.user(proven.is_some());
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
    async fn link(
        &self,
        tx: &Tx,
        opened: &Opened,
        newcomer: Newcomer<'_>,
        user: UserId,
    ) -> Result<SignInEnd> {
        let user = tx.user(user).await?;
        let mut user = user.ok_or(Error::Internal("an address is held by nobody"))?;
        let identity = newcomer.identity(user.id);
        let facts = newcomer.telling.facts(&user, &identity);
        let bodies = vec![
            EventBody::UserLinked(facts.clone()),
            EventBody::UserSignedIn(facts, SignInResult::Linked),
        ];
        let events = newcomer.telling.about(&mut user, bodies);
        user.version += 1;
        user.last_signed_in_at = newcomer.telling.now;
        if !tx.update_user(&user).await? {
            return Err(conflict());
        }
        tx.add_identity(&user.environment, &identity).await?;
        self.finish_first(tx, opened, (SignInResult::Linked, &user, &identity), events).await
    }

    async fn finish_first(
        &self,
        tx: &Tx,
        opened: &Opened,
        (result, user, identity): (SignInResult, &User, &Identity),
        events: Vec<latchkey_domain::event::Event>,
    ) -> Result<SignInEnd> {
        let now = user.last_signed_in_at;
        let finish = self.finish_of(opened, result, (user, identity), now)?;
        if !tx.finish_sign_in(&finish).await? {
            return Err(Error::AttemptUsed);
        }
        for event in &events {
            tx.emit(event).await?;
        }
        Ok(end_of(&finish))
    }
}

/// Somebody else changed the user between our read and our write: decide again.
fn conflict() -> Error {
    Error::Contention(latchkey_store::Error::changed_meanwhile())
}

/// Somebody who is not known by this account.
struct Newcomer<'a> {
    account: &'a Account,
    email: Option<&'a EmailAddress>,
    telling: Telling<'a>,
}

impl Newcomer<'_> {
    fn user(&self, email_verified: bool) -> User {
        let now = self.telling.now;
        User {
            environment: self.telling.attempt.environment.clone(),
            id: UserId::new(now),
            display_name: self.account.display_name.clone(),
            email: self.email.cloned(),
            email_verified,
            picture_url: self.account.picture_url.clone(),
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
        social.connections = vec![self.telling.attempt.connection.clone()];
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
