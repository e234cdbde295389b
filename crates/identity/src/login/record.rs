//! Whom an account signs in: one decision on every path, and what follows from it.

use backon::Retryable;
use latchkey_domain::{
    id::UserId,
    linking::{Decision, Evidence, decide},
    profile::{Account, Issuer, usable},
    sign_in::{Intent, Refusal, Unsuccessful},
};
use latchkey_store::{Known, SignInEnd, WayIn};
use secrecy::SecretString;

use super::{
    attempt::Opened,
    complete::Admitted,
    facts::Telling,
    first::Newcomer,
    profile::{Answered, Ended, failure},
    repeat::Today,
    steps::Steps,
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
    /// They are known, and may not come in this way.
    TurnedAway(Box<Known>, Refusal),
}

impl Latchkey {
    /// Finds out who it is, and signs them in. If they changed since they were read, reads and
    /// decides again.
    pub(super) async fn sign_in(
        &self,
        opened: &Opened,
        admitted: Admitted<'_>,
        code: &SecretString,
        steps: &Steps,
    ) -> Ended<SignInEnd> {
        let way_in = admitted.way_in;
        let asked = self.ask_provider(&opened.attempt.flow, way_in, code, steps).await?;
        let Answered { account, emails, known } = match asked {
            Ok(answered) => answered,
            Err(end) => return Ok(Err(end)),
        };
        let email = emails.map(|emails| usable(&emails).cloned());
        let provider = self.provider_of(way_in)?;
        let today = Today { account: &account, email: email.as_ref().ok() };
        let (intent, mut found) = (opened.attempt.intent, known);
        for _ in 0..TRIES {
            let decision = decide(evidence(intent, admitted, today, found, None));
            let recorded = match (decision, &email) {
                // Known by what was read beside the provider's answers: no transaction is needed.
                (Decision::SignIn(known), _) => Recorded::Known(Box::new(known)),
                (Decision::Refuse(reason, Some(known)), _) => {
                    Recorded::TurnedAway(Box::new(known), reason)
                }
                // All else takes an address, and more of what we know.
                (_, Err(error)) => Recorded::Ended(Err(failure(error))),
                (_, Ok(_)) => self.record(opened, admitted, today).await?,
            };
            let known = match recorded {
                Recorded::Ended(end) => return Ok(end),
                Recorded::TurnedAway(known, reason) => {
                    let telling = self.telling(opened, way_in, (provider.issuer(), &account));
                    return self.turn_away(&telling, &known, reason).await.map(Ok);
                }
                Recorded::Known(known) => *known,
            };
            let end = self.sign_in_again(opened, way_in, today, known).await?;
            if let Some(end) = end.transpose() {
                return Ok(end);
            }
            let (environment, issuer) = (&opened.attempt.flow.environment, provider.issuer());
            found = self.store.known(environment, issuer, &account.subject).await?;
        }
        Err(Error::Internal("a user changes faster than they can sign in"))
    }

    /// Decides with all that we know, and writes what follows, in one transaction. Whoever loses a
    /// race against somebody who registers this very person finds them known the second time.
    async fn record(
        &self,
        opened: &Opened,
        admitted: Admitted<'_>,
        today: Today<'_>,
    ) -> Result<Recorded> {
        let record = || self.try_record(opened, admitted, today);
        record.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_record(
        &self,
        opened: &Opened,
        admitted: Admitted<'_>,
        today: Today<'_>,
    ) -> Result<Recorded> {
        let way_in = admitted.way_in;
        let provider = self.provider_of(way_in)?;
        let (environment, account) = (&opened.attempt.flow.environment, today.account);
        let email = today.email.and_then(Option::as_ref);
        let tx = self.store.begin().await?;
        // A person who is new is added to it, and nobody is to be added to what is deleted.
        tx.hold_environment(environment).await?.ok_or(Error::NotFound)?;
        let known = tx.known(environment, provider.issuer(), &account.subject).await?;
        let email_holder = match email.filter(|_| way_in.connection.trusted_provider) {
            Some(email) if known.is_none() => tx.holder_of(environment, email).await?,
            _ => None,
        };
        let telling = self.telling(opened, way_in, (provider.issuer(), account));
        let newcomer = Newcomer { account, email, telling };
        let intent = opened.attempt.intent;
        let end = match decide(evidence(intent, admitted, today, known, email_holder)) {
            Decision::SignIn(known) => return Ok(Recorded::Known(Box::new(known))),
            Decision::Refuse(reason, Some(known)) => {
                return Ok(Recorded::TurnedAway(Box::new(known), reason));
            }
            Decision::Refuse(reason, None) => {
                return Ok(Recorded::Ended(Err(Unsuccessful::Refused(reason))));
            }
            Decision::Link(user) => self.link(&tx, opened, newcomer, user).await?,
            Decision::SignUp { proven } => self.sign_up(&tx, opened, newcomer, proven).await?,
        };
        tx.commit().await?;
        Ok(Recorded::Ended(Ok(end)))
    }

    fn telling<'a>(
        &self,
        opened: &'a Opened,
        way_in: &'a WayIn,
        (issuer, account): (&'a Issuer, &'a Account),
    ) -> Telling<'a> {
        Telling {
            attempt: &opened.attempt,
            provider: &way_in.connection.provider,
            issuer,
            subject: &account.subject,
            now: self.clock.now(),
        }
    }
}

/// What is to be decided from.
pub(super) fn evidence<'a>(
    intent: Intent,
    Admitted { way_in, rights }: Admitted<'_>,
    today: Today<'a>,
    known: Option<Known>,
    email_holder: Option<UserId>,
) -> Evidence<'a, Known> {
    Evidence {
        intent,
        rights,
        trusted_provider: way_in.connection.trusted_provider,
        email: today.email.and_then(Option::as_ref),
        known,
        email_holder,
    }
}
