//! Whom an account signs in: one decision on every path, and what follows from it.

use backon::Retryable;
use latchkey_domain::{
    id::UserId,
    linking::{Decision, Evidence, decide},
    sign_in::Unsuccessful,
};
use latchkey_store::{Known, SignInEnd, WayIn};
use secrecy::SecretString;

use super::{
    attempt::Opened,
    facts::Telling,
    first::Newcomer,
    profile::{Answered, Ended, failure},
    repeat::Today,
};
use crate::{Error, Latchkey, Result, request::after_conflict};

/// How often a write may meet somebody else's before we give up: as many as sign in as one person
/// within a few milliseconds.
const TRIES: u32 = 100;

/// What became of a decision.
enum Recorded {
    /// The sign-in has its end.
    Ended(std::result::Result<SignInEnd, Unsuccessful>),
    /// They are known, and yet to be signed in.
    Known(Box<Known>),
}

impl Latchkey {
    /// Finds out who it is, and signs them in. If they changed since they were read, reads and
    /// decides again.
    pub(super) async fn sign_in(
        &self,
        opened: &Opened,
        way_in: &WayIn,
        code: &SecretString,
    ) -> Ended<SignInEnd> {
        let Answered { account, email, known } =
            match self.ask_provider(opened, way_in, code).await? {
                Ok(answered) => answered,
                Err(end) => return Ok(Err(end)),
            };
        let provider = self.provider_of(way_in)?;
        let today = Today { account: &account, email: email.as_ref().ok() };
        let mut found = known;
        for _ in 0..TRIES {
            let recorded = match (decide(evidence(opened, way_in, today, found, None)), &email) {
                // Known by what was read beside the provider's answers: no transaction is needed.
                (Decision::SignIn(known), _) => Recorded::Known(Box::new(known)),
                // All else takes an address, and more of what we know.
                (_, Err(error)) => Recorded::Ended(Err(failure(error))),
                (_, Ok(_)) => self.record(opened, way_in, today).await?,
            };
            let known = match recorded {
                Recorded::Ended(end) => return Ok(end),
                Recorded::Known(known) => *known,
            };
            let end = self.sign_in_again(opened, way_in, today, known).await?;
            if let Some(end) = end.transpose() {
                return Ok(end);
            }
            let (environment, issuer) = (&opened.attempt.environment, provider.issuer());
            found = self.store.known(environment, issuer, &account.subject).await?;
        }
        Err(Error::Internal("a user changes faster than they can sign in"))
    }

    /// Decides with all that we know, and writes what follows, in one transaction. Whoever loses a
    /// race against somebody who registers this very person finds them known the second time.
    async fn record(&self, opened: &Opened, way_in: &WayIn, today: Today<'_>) -> Result<Recorded> {
        let record = || self.try_record(opened, way_in, today);
        record.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_record(
        &self,
        opened: &Opened,
        way_in: &WayIn,
        today: Today<'_>,
    ) -> Result<Recorded> {
        let provider = self.provider_of(way_in)?;
        let (environment, account) = (&opened.attempt.environment, today.account);
        let email = today.email.and_then(Option::as_ref);
        let tx = self.store.begin().await?;
        // A person who is new is added to it, and nobody is to be added to what is deleted.
        tx.hold_environment(environment).await?.ok_or(Error::NotFound)?;
        let known = tx.known(environment, provider.issuer(), &account.subject).await?;
        let email_holder = match email.filter(|_| way_in.connection.trusted_provider) {
            Some(email) if known.is_none() => tx.holder_of(environment, email).await?,
            _ => None,
        };
        let telling = Telling {
            attempt: &opened.attempt,
            provider: &way_in.connection.provider,
            issuer: provider.issuer(),
            subject: &account.subject,
            now: self.clock.now(),
        };
        let newcomer = Newcomer { account, email, telling };
        let end = match decide(evidence(opened, way_in, today, known, email_holder)) {
            Decision::SignIn(known) => return Ok(Recorded::Known(Box::new(known))),
            Decision::Refuse(refusal) => {
                return Ok(Recorded::Ended(Err(Unsuccessful::Refused(refusal))));
            }
            Decision::Link(user) => self.link(&tx, opened, newcomer, user).await?,
            Decision::SignUp { proven } => self.sign_up(&tx, opened, newcomer, proven).await?,
        };
        tx.commit().await?;
        Ok(Recorded::Ended(Ok(end)))
    }
}

/// What is to be decided from.
fn evidence<'a>(
    opened: &Opened,
    way_in: &WayIn,
    today: Today<'a>,
    known: Option<Known>,
    email_holder: Option<UserId>,
) -> Evidence<'a, Known> {
    Evidence {
        intent: opened.attempt.intent,
        trusted_provider: way_in.connection.trusted_provider,
        email: today.email.and_then(Option::as_ref),
        known,
        email_holder,
    }
}
