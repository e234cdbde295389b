//! A callback that came before: the same answer, or none.

use std::time::Duration;

use latchkey_domain::id::AttemptId;
use latchkey_store::SignIn;
use tokio::time::{Instant, sleep};

use super::{Answer, answer::Reached, attempt::Opened, proof::Waits};
use crate::{Error, Latchkey, Result};

/// How long to wait for whoever is at work: less than a gateway's patience.
const PATIENCE: Duration = Duration::from_secs(8);
/// The first look comes soon: most sign-ins take a few tens of milliseconds.
const FIRST_LOOK: Duration = Duration::from_millis(10);
/// Later looks are rarer: then the provider is slow.
const LAST_LOOK: Duration = Duration::from_millis(250);

impl Latchkey {
    /// Answers a callback whose sign-in was claimed before.
    pub(super) async fn answer_again(
        &self,
        opened: &Opened,
        before: SignIn,
        answer_hash: [u8; 32],
    ) -> Result<Answer> {
        if before.answer_hash != answer_hash {
            return Err(Error::AttemptUsed);
        }
        let sign_in = self.wait_for_end(before).await?;
        if sign_in.login_code_expires_at.is_some() && !self.is_redeemable(&sign_in) {
            return Err(Error::AttemptUsed);
        }
        let reached = self.rests_at(&sign_in).await?.ok_or(Error::AttemptInProgress)?;
        self.answer(opened, reached).await
    }

    /// How far a sign-in came that rests; `None` while it is at work.
    pub(super) async fn rests_at(&self, sign_in: &SignIn) -> Result<Option<Reached>> {
        if let Some(end) = sign_in.end {
            return Ok(Some(Reached::Ended(end)));
        }
        if sign_in.login_code_expires_at.is_some() {
            return Ok(Some(Reached::ToRedeem));
        }
        if sign_in.waits_until.is_none() {
            return Ok(None);
        }
        let waiting = self.store.waiting(sign_in.id).await?;
        waiting.map(|waiting| Waits::of(&waiting).map(Reached::Waits)).transpose()
    }

    pub(super) fn is_redeemable(&self, sign_in: &SignIn) -> bool {
        let now = self.clock.now();
        sign_in.redeemed_at.is_none()
            && sign_in.login_code_expires_at.is_some_and(|expires_at| now < expires_at)
    }

    /// Looks until there is an end, or the person is waited for; or puts an end there if nobody will.
    async fn wait_for_end(&self, before: SignIn) -> Result<SignIn> {
        if before.end.is_some() {
            return Ok(before);
        }
        let rests = |sign_in: &SignIn| sign_in.end.is_some() || sign_in.waits_until.is_some();
        patiently(|| self.look_at(before.id), rests).await
    }

    /// A sign-in that was claimed, with an end if nobody will put one there any more.
    pub(super) async fn look_at(&self, id: AttemptId) -> Result<SignIn> {
        self.store.abandon_sign_in(id, self.clock.now()).await?;
        self.store.sign_in(id).await?.ok_or(Error::Internal("a claimed sign-in is gone"))
    }
}

/// Looks again and again until what is seen is at its end, or for as long as anybody waits.
pub(super) async fn patiently<T, F: Future<Output = Result<T>>>(
    look: impl Fn() -> F,
    is_over: impl Fn(&T) -> bool,
) -> Result<T> {
    let deadline = Instant::now() + PATIENCE;
    let mut pause = FIRST_LOOK;
    loop {
        let seen = look().await?;
        if is_over(&seen) || Instant::now() >= deadline {
            return Ok(seen);
        }
        sleep(pause).await;
        pause = (pause * 2).min(LAST_LOOK);
    }
}
