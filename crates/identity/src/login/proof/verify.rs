//! The person brings the code: the try is counted, and then the sign-in goes on.

use latchkey_domain::{
    caller::Caller,
    email_code::{CountedFor, EmailCode, TRIES, Try},
    linking::ProofByCode,
    sign_in::{Failure, Unsuccessful},
};
use latchkey_store::{SignInEnd, Tx, WaitingSignIn};

use super::{
    CodeProblem, Continue, Waits,
    code::{code_of, is_same},
};
use crate::{
    Error, Latchkey, Result,
    login::{Answer, answer::Reached, attempt::Opened, record::Arrival, repeat::Today},
};

/// What became of a code that somebody brought.
enum Brought {
    /// It is right, and the sign-in can go on.
    Right(WaitingSignIn),
    /// It is not, and another try may be.
    Wrong(Waits),
    /// Nobody is waited for any more. Whether it is the code that the sign-in ended with.
    TooLate {
        /// Whether it is.
        is_the_one: bool,
    },
}

impl Latchkey {
    /// Takes the code that a person brings and, if it is right, goes on with their sign-in.
    ///
    /// The work runs in a task of its own: a caller who gives up does not end it.
    #[tracing::instrument(skip_all, err(level = "debug"))]
    pub async fn verify_email(
        &self,
        caller: &Caller,
        at: &Continue,
        code: EmailCode,
    ) -> Result<Answer> {
        let opened = self.going_on(caller, at)?;
        if let Some(waits) = self.tried_too_often(&opened).await? {
            return self.answer(&opened, Reached::Waits(waits)).await;
        }
        let this = self.clone();
        self.undisturbed(async move {
            match this.try_code(&opened, &code).await? {
                Brought::Right(waiting) => this.go_on(&opened, &waiting, false).await,
                Brought::Wrong(waits) => this.answer(&opened, Reached::Waits(waits)).await,
                Brought::TooLate { is_the_one: true } => this.answer_once_more(&opened).await,
                Brought::TooLate { is_the_one: false } => this.answer_its_end(&opened).await,
            }
        })
        .await
    }

    /// Whoever goes on guessing is told so without holding anything.
    async fn tried_too_often(&self, opened: &Opened) -> Result<Option<Waits>> {
        let Some(waiting) = self.store.waiting(opened.attempt.flow.id).await? else {
            return Ok(None);
        };
        let is_over = waiting.code.is_some_and(|code| code.tries >= TRIES);
        if !is_over || waiting.proven_at.is_some() || !self.still_waits(&waiting) {
            return Ok(None);
        }
        Ok(Some(Waits::of(&waiting)?.because(CodeProblem::TooManyTries)))
    }

    /// Counts the try first. Nobody else tries a code of this sign-in, or of its address, meanwhile.
    async fn try_code(&self, opened: &Opened, code: &EmailCode) -> Result<Brought> {
        let tx = self.store.begin().await?;
        let held = tx.hold_waiting(opened.attempt.flow.id).await?;
        let Some(mut waiting) = held else { return Ok(Brought::TooLate { is_the_one: false }) };
        let sent = waiting.code.ok_or(Error::EmailMissing)?;
        let is_right = is_same(code, &code_of(opened, sent.number, &self.keyring)?);
        let is_the_one = is_right && waiting.proven_at.is_some();
        if !self.still_waits(&waiting) {
            return Ok(Brought::TooLate { is_the_one });
        }
        if is_the_one {
            // Proven before, it is no try: whoever was cut off after that may bring it as often as they like.
            return Ok(Brought::Right(waiting));
        }
        let address = waiting.address.clone().ok_or(Error::EmailMissing)?;
        let now = self.clock.now();
        let counted_for = CountedFor::Address(&address);
        let allowance = tx.hold_allowance(&waiting.environment, counted_for, now).await?;
        let (counted, became) = sent.attempt(is_right, allowance.accepts(now), now);
        waiting.code = Some(counted);
        match became {
            Try::Right => waiting.proven_at = waiting.proven_at.or(Some(now)),
            Try::Wrong => {
                let counted = allowance.wrong(now);
                tx.count_code(&waiting.environment, counted_for, &counted).await?;
            }
            Try::Expired | Try::TooMany => {}
        }
        write_down(tx, &waiting).await?;
        Ok(match CodeProblem::of(became) {
            None => Brought::Right(waiting),
            Some(problem) => Brought::Wrong(Waits::of(&waiting)?.because(problem)),
        })
    }

    /// Goes on with a sign-in whose address is proven: asks again what was asked at the start, decides,
    /// and writes what follows.
    pub(super) async fn go_on(
        &self,
        opened: &Opened,
        waiting: &WaitingSignIn,
        link_confirmed: bool,
    ) -> Result<Answer> {
        let reached = match self.settle_waiting(opened, waiting, link_confirmed).await {
            Ok(reached) => reached,
            Err(error) => match self.written(opened, &error).await {
                Some(ended @ Reached::Ended(_)) => ended,
                // Nothing is lost: the code may be brought again.
                _ => return Err(error),
            },
        };
        self.answer(opened, reached).await
    }

    async fn settle_waiting(
        &self,
        opened: &Opened,
        waiting: &WaitingSignIn,
        link_confirmed: bool,
    ) -> Result<Reached> {
        let flow = &opened.attempt.flow;
        let way_in = self.way_in_of(opened).await?;
        let admitted = match self.may_finish(&opened.attempt, way_in.as_deref()).await? {
            Ok(admitted) => admitted,
            Err(end) => return self.end_waiting(opened, end).await,
        };
        let profile = self.open_waiting(waiting)?;
        let provider = self.provider_of(admitted.way_in)?;
        if !profile.still_counts(provider.issuer(), &admitted.way_in.connection) {
            return self
                .end_waiting(opened, Unsuccessful::Failed(Failure::ConnectionChanged))
                .await;
        }
        let address = waiting.address.as_ref().ok_or(Error::EmailMissing)?;
        let arrival = Arrival {
            today: Today { account: &profile.account, email: Some(&profile.email), is_news: false },
            by_code: Some(ProofByCode { address, link_confirmed }),
        };
        let subject = &profile.account.subject;
        let known = self.store.known(&flow.environment, provider.issuer(), subject).await?;
        match self.settle(opened, &admitted, arrival, known).await? {
            Ok(reached) => {
                if matches!(reached, Reached::Ended(_)) {
                    self.store.stop_waiting(flow.id).await?;
                }
                Ok(reached)
            }
            Err(end) => self.end_waiting(opened, end).await,
        }
    }

    pub(super) async fn end_waiting(&self, opened: &Opened, end: Unsuccessful) -> Result<Reached> {
        self.end_unsuccessfully(&opened.attempt, end).await.map(Reached::Ended)
    }

    /// The same answer for the same code, while its login code is fresh and unredeemed.
    pub(super) async fn answer_once_more(&self, opened: &Opened) -> Result<Answer> {
        let sign_in = self.look_at(opened.attempt.flow.id).await?;
        let end = sign_in.end.ok_or(Error::AttemptInProgress)?;
        if matches!(end, SignInEnd::Completed { .. }) && !self.is_redeemable(&sign_in) {
            return Err(Error::AttemptUsed);
        }
        self.answer(opened, Reached::Ended(end)).await
    }
}

async fn write_down(tx: Tx, waiting: &WaitingSignIn) -> Result<()> {
    tx.update_waiting(waiting).await?;
    Ok(tx.commit().await?)
}
