//! Whom an account signs in: one decision on every path, and what follows from it.

use backon::Retryable;
use latchkey_domain::{
    id::UserId,
    linking::{Decision, Evidence, ProofByCode, decide},
    profile::{Account, Issuer, usable},
    sign_in::{Failure, Intent, Refusal, Unsuccessful},
    suspension::suspended,
};
use latchkey_store::{Known, Tx, WayIn};
use secrecy::SecretString;

use super::{
    admitted::Admitted,
    answer::Reached,
    attempt::Opened,
    facts::{Telling, context},
    first::Newcomer,
    profile::{Answered, Ended, failure},
    repeat::Today,
    steps::Steps,
};
use crate::{Error, Latchkey, Result, request::after_conflict};

/// How often a write may meet somebody else's before we give up: as many as sign in as one person
/// within a few milliseconds.
pub(super) const TRIES: u32 = 100;

/// Who came back from the provider, and what they have proven since.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival<'a> {
    pub(super) today: Today<'a>,
    pub(super) by_code: Option<ProofByCode<'a>>,
}

/// What became of a decision.
enum Recorded {
    /// The sign-in has its end, or waits.
    Reached(std::result::Result<Reached, Unsuccessful>),
    /// They are known, and yet to be signed in.
    Known(Box<Known>),
    /// They are known, and may not come in, or not this way.
    TurnedAway(UserId, Refusal),
}

impl Latchkey {
    /// Finds out who it is, and signs them in or has them wait.
    pub(super) async fn sign_in(
        &self,
        opened: &Opened,
        admitted: &Admitted<'_>,
        code: &SecretString,
        steps: &Steps,
    ) -> Ended<Reached> {
        let (flow, way_in) = (&opened.attempt.flow, admitted.way_in);
        let answered = match self.ask_at_the_gate(flow, way_in, code, steps).await? {
            Ok(answered) => answered,
            Err(end) => return Ok(Err(end)),
        };
        if let Err(end) = answered.membership {
            return self.keep_out(opened, admitted.way_in, &answered, end).await;
        }
        let Answered { account, emails, known, .. } = answered;
        let email = match emails {
            Ok(emails) => Some(usable(&emails).cloned()),
            // Whoever is known signs in without; all else takes an address.
            Err(_) if known.is_some() => None,
            Err(error) => return Ok(Err(failure(&error))),
        };
        let today = Today { account: &account, email: email.as_ref(), is_news: true };
        match opened.attempt.adds_to {
            Some(user) => self.settle_adding(opened, admitted, today, user).await,
            None => self.settle(opened, admitted, Arrival { today, by_code: None }, known).await,
        }
    }

    /// Decides what becomes of somebody, and does it. If they changed since they were read, reads and
    /// decides again.
    pub(super) async fn settle(
        &self,
        opened: &Opened,
        admitted: &Admitted<'_>,
        arrival: Arrival<'_>,
        mut found: Option<Known>,
    ) -> Ended<Reached> {
        let (way_in, today) = (admitted.way_in, arrival.today);
        let provider = self.provider_of(way_in)?;
        for _ in 0..TRIES {
            let evidence = evidence(opened.attempt.intent, admitted, arrival, found);
            let recorded = match of_known(evidence) {
                Some(recorded) => recorded,
                None => self.record(opened, admitted, arrival).await?,
            };
            let end = match recorded {
                Recorded::Reached(reached) => return Ok(reached),
                Recorded::TurnedAway(user, reason) => {
                    let telling = self.telling(opened, way_in, (provider.issuer(), today.account));
                    self.turn_away(&telling, user, reason).await?.map(Ok)
                }
                Recorded::Known(known) => {
                    self.sign_in_again(opened, way_in, today, *known).await?.transpose()
                }
            };
            if let Some(end) = end {
                return Ok(end.map(Reached::Ended));
            }
            let (environment, issuer) = (&opened.attempt.flow.environment, provider.issuer());
            found = self.store.known(environment, issuer, &today.account.subject).await?;
        }
        Err(Error::Internal("a user changes faster than they can sign in"))
    }

    /// Decides with all that we know, and writes what follows, in one transaction. Whoever loses a
    /// race against somebody who registers this very person finds them known the second time.
    async fn record(
        &self,
        opened: &Opened,
        admitted: &Admitted<'_>,
        arrival: Arrival<'_>,
    ) -> Result<Recorded> {
        let record = || self.try_record(opened, admitted, arrival);
        record.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_record(
        &self,
        opened: &Opened,
        admitted: &Admitted<'_>,
        arrival: Arrival<'_>,
    ) -> Result<Recorded> {
        let today = arrival.today;
        let provider = self.provider_of(admitted.way_in)?;
        let (environment, account) = (&opened.attempt.flow.environment, today.account);
        let tx = self.store.begin().await?;
        // A person who is new is added to it, and nobody is to be added to what is deleted.
        tx.hold_environment(environment).await?.ok_or(Error::NotFound)?;
        let known = tx.known(environment, provider.issuer(), &account.subject).await?;
        let mut evidence = evidence(opened.attempt.intent, admitted, arrival, known);
        let holder = match (evidence.proven(), &evidence.known) {
            (Some(proven), None) => tx.holder_of(environment, proven).await?,
            _ => None,
        };
        if let Some(user) = suspended(evidence.known.as_ref().map(|it| &it.user), holder.as_ref()) {
            return Ok(Recorded::TurnedAway(user.id, Refusal::UserSuspended));
        }
        evidence.email_holder = holder.map(|user| user.id);
        if evidence.known.is_none() && today.email.is_none() {
            // They were known when it was found that their addresses cannot be read.
            let end = Unsuccessful::Failed(Failure::ProviderUnavailable);
            return Ok(Recorded::Reached(Err(end)));
        }
        self.carry_out(tx, opened, (admitted, today), decide(evidence)).await
    }

    /// Writes what follows from a decision, and commits.
    async fn carry_out(
        &self,
        tx: Tx,
        opened: &Opened,
        (admitted, today): (&Admitted<'_>, Today<'_>),
        decision: Decision<Known>,
    ) -> Result<Recorded> {
        let (way_in, account) = (admitted.way_in, today.account);
        let provider = self.provider_of(way_in)?;
        let telling = self.telling(opened, way_in, (provider.issuer(), account));
        let sync = way_in.connection.policies.profile_sync;
        let newcomer = Newcomer { account, email: today.address(), sync, telling };
        let reached = match decision {
            Decision::SignIn(known) => return Ok(Recorded::Known(Box::new(known))),
            Decision::Refuse(reason, Some(known)) => {
                return Ok(Recorded::TurnedAway(known.user.id, reason));
            }
            Decision::Refuse(reason, None) => {
                return Ok(Recorded::Reached(Err(Unsuccessful::Refused(reason))));
            }
            Decision::ConfirmLink => self.ask_to_link(&tx, opened).await?,
            Decision::AskForEmail | Decision::VerifyEmail(_) if !self.mail_is_configured() => {
                let end = Unsuccessful::Failed(Failure::MailNotConfigured);
                return Ok(Recorded::Reached(Err(end)));
            }
            Decision::AskForEmail => self.wait(&tx, (opened, admitted), today, None).await?,
            Decision::VerifyEmail(address) => {
                self.wait(&tx, (opened, admitted), today, Some(address)).await?
            }
            Decision::Link(user) => Reached::Ended(self.link(&tx, opened, newcomer, user).await?),
            Decision::SignUp { proven } => {
                Reached::Ended(self.sign_up(&tx, opened, newcomer, proven).await?)
            }
        };
        tx.commit().await?;
        Ok(Recorded::Reached(Ok(reached)))
    }

    pub(super) fn telling<'a>(
        &self,
        opened: &Opened,
        way_in: &WayIn,
        (issuer, account): (&'a Issuer, &'a Account),
    ) -> Telling<'a> {
        Telling {
            attempt: opened.attempt.flow.id,
            context: context(&opened.attempt, &way_in.connection.provider),
            issuer,
            subject: &account.subject,
            now: self.clock.now(),
        }
    }
}

/// What becomes of somebody who is known by what was read beside the provider's answers: no
/// transaction is needed.
fn of_known(evidence: Evidence<'_, Known>) -> Option<Recorded> {
    if let Some(user) = suspended(evidence.known.as_ref().map(|known| &known.user), None) {
        return Some(Recorded::TurnedAway(user.id, Refusal::UserSuspended));
    }
    match decide(evidence) {
        Decision::SignIn(known) => Some(Recorded::Known(Box::new(known))),
        Decision::Refuse(reason, Some(known)) => Some(Recorded::TurnedAway(known.user.id, reason)),
        _ => None,
    }
}

/// What is to be decided from, but for who holds the address that is proven.
pub(super) fn evidence<'a>(
    intent: Intent,
    admitted: &'a Admitted<'_>,
    arrival: Arrival<'a>,
    known: Option<Known>,
) -> Evidence<'a, Known> {
    Evidence {
        intent,
        rights: admitted.rights,
        policy: admitted.policy(),
        email: arrival.today.address(),
        by_code: arrival.by_code,
        known,
        email_holder: None,
    }
}
