//! Somebody comes back from the provider: all that a sign-in does, but for signing them in.

use std::sync::Arc;

use latchkey_domain::{
    grant::GrantRights,
    id::TestLoginId,
    linking::{Decision, ProofByCode, decide},
    profile::{Profile, usable},
    sign_in::{Failure, Intent, Refusal, SignInResult, Unsuccessful},
    suspension::suspended,
    test_login::{Ending, StepKind, TestEnd, TestLogin, TurnedAway},
};
use latchkey_store::{Known, SealedTestLogin, WayIn};
use secrecy::SecretString;

use super::{event::test_event, redeem::with_only};
use crate::{
    Error, Latchkey, Result,
    login::{
        Answer, Outcome, ProviderAnswer,
        admitted::Admitted,
        again::patiently,
        complete::start_again,
        flow::Flow,
        profile::{Answered, Ended, failure},
        record::{Arrival, evidence},
        repeat::{Today, is_same_account},
        steps::Steps,
    },
};

/// What is known at the end of a test login.
struct Tried {
    end: TestEnd,
    /// The way in and the person, as far as it came.
    met: Option<(WayIn, Profile)>,
}

impl Latchkey {
    /// Finishes a test login, once; a repeat gets the same answer.
    pub(in crate::login) async fn finish_test(
        &self,
        flow: &Flow,
        answer: ProviderAnswer,
        steps: &Steps,
    ) -> Result<Answer> {
        let (id, answer_hash) = (TestLoginId(flow.id.0), answer.hash());
        let found = self.store.test_login(id).await?.ok_or(Error::StateInvalid)?;
        let way_in = self.way_in_of_test(flow).await?;
        if let (Some(way_in), ProviderAnswer::Code(_)) = (&way_in, &answer) {
            // While the call can still be tried again, at a replica that has the key.
            self.has_key_of(way_in, flow.credential)?;
        }
        if !self.store.claim_test_login(id, answer_hash, self.clock.now()).await? {
            return self.answer_test_again(flow, answer_hash).await;
        }
        steps.end(StepKind::Claimed, None);
        let tried = self.try_out(flow, way_in, (found.test_login, answer), steps).await;
        let ended = match tried {
            Ok(tried) => self.end_test(flow, tried, steps).await,
            Err(error) => Err(error),
        };
        match ended {
            Ok(end) => Ok(tested(flow, end)),
            Err(error) => self.end_in_the_row(flow, error).await,
        }
    }

    async fn answer_test_again(&self, flow: &Flow, answer_hash: [u8; 32]) -> Result<Answer> {
        let id = TestLoginId(flow.id.0);
        let before = self.store.test_login(id).await?.ok_or(Error::StateInvalid)?;
        if before.answer_hash != Some(answer_hash) {
            return Err(Error::AttemptUsed);
        }
        let seen =
            patiently(|| self.look_at_test(id), |seen| seen.test_login.ending.is_some()).await?;
        Ok(tested(flow, seen.test_login.ending.ok_or(Error::AttemptInProgress)?.end))
    }

    /// Looks at a test login that was claimed, and puts an end there if nobody will.
    pub(super) async fn look_at_test(&self, id: TestLoginId) -> Result<SealedTestLogin> {
        self.store.abandon_test_login(id, self.clock.now()).await?;
        self.store.test_login(id).await?.ok_or(Error::StateInvalid)
    }

    /// Notes who was turned away: an administrator waits for the test, and somebody else may still
    /// finish it.
    pub(in crate::login) async fn note_turned_away(
        &self,
        flow: &Flow,
        reason: TurnedAway,
        steps: &Steps,
    ) {
        let (id, steps) = (TestLoginId(flow.id.0), steps.list(None));
        if let Err(error) = self.store.note_turned_away(id, reason, &steps).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "who was turned away from a test login was not noted");
        }
    }

    /// After a failure the end may be there all the same: the answer to a commit was lost, or
    /// somebody took the test login for abandoned.
    async fn end_in_the_row(&self, flow: &Flow, error: Error) -> Result<Answer> {
        tracing::warn!(error = &error as &dyn std::error::Error, "a test login was cut off");
        let written = self.store.test_login(TestLoginId(flow.id.0)).await.ok().flatten();
        let ending = written.and_then(|found| found.test_login.ending);
        ending.map(|ending| tested(flow, ending.end)).ok_or(start_again(error))
    }

    async fn try_out(
        &self,
        flow: &Flow,
        way_in: Option<WayIn>,
        (test_login, answer): (TestLogin, ProviderAnswer),
        steps: &Steps,
    ) -> Result<Tried> {
        let code = answer.code();
        let away = self.clock.now().since(flow.started_at);
        steps.took(StepKind::ProviderAnswered, away, code.as_ref().err().copied());
        let code = match code {
            Ok(code) => code,
            Err(end) => return Ok(Tried { end: Err(end), met: None }),
        };
        let Some(way_in) = way_in else {
            let end = Err(Unsuccessful::Refused(Refusal::ConnectionDisabled));
            return Ok(Tried { end, met: None });
        };
        let way_in = match test_login.credential {
            Some(credential) => with_only(&way_in, credential),
            None => way_in,
        };
        self.meet(flow, way_in, &code, steps).await
    }

    /// The connection as it is now, if a test may still go through it.
    async fn way_in_of_test(&self, flow: &Flow) -> Result<Option<WayIn>> {
        let way_in = self.store.way_in(&flow.connection_name(), &flow.host).await?;
        let environment = self.store.environment(&flow.environment).await?;
        let admitted =
            |(way_in, environment): &(WayIn, _)| self.is_admitted(&way_in.connection, environment);
        Ok(way_in.zip(environment).filter(admitted).map(|(way_in, _)| way_in))
    }

    /// Asks the provider who it is, and decides what a sign-in would do.
    async fn meet(
        &self,
        flow: &Flow,
        way_in: WayIn,
        code: &SecretString,
        steps: &Steps,
    ) -> Result<Tried> {
        let answered = match self.ask_provider(flow, &way_in, code, steps).await? {
            Ok(answered) => answered,
            Err(end) => return Ok(Tried { end: Err(end), met: None }),
        };
        let profile = Profile {
            issuer: self.provider_of(&way_in)?.issuer().clone(),
            account: answered.account.clone(),
            emails: answered.emails.as_ref().map(Clone::clone).unwrap_or_default(),
        };
        if let Err(end) = answered.membership {
            return Ok(Tried { end: Err(end), met: Some((way_in, profile)) });
        }
        steps.begin(StepKind::Decision);
        let end = self.would_do(flow, &way_in, answered, steps).await?;
        steps.end(StepKind::Decision, end.as_ref().err().copied());
        Ok(Tried { end, met: Some((way_in, profile)) })
    }

    /// What a sign-in would do, if the connection were on and granted to an application for everything.
    async fn would_do(
        &self,
        flow: &Flow,
        way_in: &WayIn,
        Answered { account, emails, known, .. }: Answered,
        steps: &Steps,
    ) -> Ended<SignInResult> {
        let email = match emails {
            Ok(emails) => usable(&emails).cloned(),
            Err(_) if known.is_some() => None,
            Err(error) => return Ok(Err(failure(&error))),
        };
        let environment = Arc::new(self.environment_of(&flow.environment).await?);
        let admitted = Admitted {
            way_in,
            rights: GrantRights::ALL,
            environment,
            application: None,
            organization: None,
            on_custom_domain: false,
        };
        let today = Today { account: &account, email: Some(&email), is_news: true };
        let arrival = Arrival { today, by_code: None };
        let decision = match self.decide_for_test(&admitted, arrival, known.clone()).await? {
            Ok(decision) => decision,
            Err(end) => return Ok(Err(end)),
        };
        match decision {
            Decision::AskForEmail | Decision::VerifyEmail(_) if !self.mail_is_configured() => {
                Ok(Err(Unsuccessful::Failed(Failure::MailNotConfigured)))
            }
            // Whoever proves the address that they are told of.
            Decision::VerifyEmail(address) => {
                steps.assume(StepKind::EmailVerificationRequired);
                let by_code = Some(ProofByCode { address: &address, link_confirmed: false });
                let arrival = Arrival { today, by_code };
                let proven = self.decide_for_test(&admitted, arrival, known).await?;
                Ok(proven.and_then(|decision| would(decision, steps)))
            }
            decision => Ok(would(decision, steps)),
        }
    }

    async fn decide_for_test(
        &self,
        admitted: &Admitted<'_>,
        arrival: Arrival<'_>,
        known: Option<Known>,
    ) -> Ended<Decision<Known>> {
        let mut evidence = evidence(Intent::SignInOrUp, admitted, arrival, known);
        let holder = match (evidence.proven(), &evidence.known) {
            (Some(proven), None) => self.store.holder_of(&admitted.environment.id, proven).await?,
            _ => None,
        };
        if suspended(evidence.known.as_ref().map(|it| &it.user), holder.as_ref()).is_some() {
            return Ok(Err(Unsuccessful::Refused(Refusal::UserSuspended)));
        }
        let account = arrival.today.account;
        if evidence.known.as_ref().is_some_and(|it| !is_same_account(&it.identity, account)) {
            return Ok(Err(Unsuccessful::Failed(Failure::IdentityChanged)));
        }
        evidence.email_holder = holder.map(|user| user.id);
        Ok(Ok(decide(evidence)))
    }

    /// Writes what came of it, and the event that tries out the way to the consumers.
    async fn end_test(&self, flow: &Flow, tried: Tried, steps: &Steps) -> Result<TestEnd> {
        let (id, now) = (TestLoginId(flow.id.0), self.clock.now());
        let Tried { end, met } = tried;
        let sealed = met.as_ref().map(|(_, profile)| self.seal_profile(id, profile)).transpose()?;
        let event = match (end, met) {
            (Ok(result), Some((way_in, profile))) => {
                Some(test_event(flow, &way_in, (profile, result), now))
            }
            _ => None,
        };
        let ending = Ending {
            end,
            steps: steps.list(end.err()),
            event: event.as_ref().map(|event| event.id),
            at: now,
        };
        let tx = self.store.begin().await?;
        if !tx.finish_test_login(id, &ending, sealed).await? {
            return Err(Error::AttemptUsed);
        }
        if let Some(event) = &event {
            tx.emit_test(event).await?;
        }
        tx.commit().await?;
        Ok(end)
    }
}

/// What a sign-in would do that is decided so; of whoever is asked for an address, as far as can be known.
fn would(decision: Decision<Known>, steps: &Steps) -> TestEnd {
    match decision {
        Decision::SignIn(_) => Ok(SignInResult::SignedIn),
        Decision::Link(_) => Ok(SignInResult::Linked),
        Decision::ConfirmLink => {
            steps.assume(StepKind::LinkConfirmationRequired);
            Ok(SignInResult::Linked)
        }
        Decision::AskForEmail => {
            steps.assume(StepKind::EmailRequired);
            steps.assume(StepKind::EmailVerificationRequired);
            Ok(SignInResult::SignedUp)
        }
        Decision::SignUp { .. } | Decision::VerifyEmail(_) => Ok(SignInResult::SignedUp),
        Decision::Refuse(refusal, _) => Err(Unsuccessful::Refused(refusal)),
    }
}

fn tested(flow: &Flow, end: TestEnd) -> Answer {
    let outcome = Outcome::Tested(end);
    let reference_id = flow.id;
    Answer {
        outcome,
        redirect_url: None,
        continuation: None,
        sign_up: None,
        application: None,
        reference_id,
    }
}
