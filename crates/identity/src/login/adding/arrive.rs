//! An account that is to be added came back from the provider: it is kept, and nothing is linked yet.
//!
//! Whoever follows a link that somebody else made must not give that one their account: the link waits
//! for the login code, which only this browser gets, and the verifier, which only the application's
//! session has that the ticket was made in.

use latchkey_domain::{
    adding::{Adding, decide},
    id::UserId,
    name::UserName,
    sign_in::{LOGIN_CODE_LIFETIME, Unsuccessful},
};
use latchkey_store::{WaitingSignIn, WayIn};

use crate::{
    Error, Latchkey, Result,
    login::{
        admitted::Admitted, answer::Reached, attempt::Opened, code::LoginCode, profile::Ended,
        record::TRIES, repeat::Today,
    },
};

impl Latchkey {
    /// Decides what becomes of an account that is to be added, and does it. If its user changed since
    /// they were read, reads and decides again.
    pub(in crate::login) async fn settle_adding(
        &self,
        opened: &Opened,
        admitted: &Admitted<'_>,
        today: Today<'_>,
        user: UserId,
    ) -> Ended<Reached> {
        let way_in = admitted.way_in;
        let provider = self.provider_of(way_in)?;
        let (environment, issuer) = (&opened.attempt.flow.environment, provider.issuer());
        let name = UserName { environment: environment.clone(), user };
        for _ in 0..TRIES {
            let known = self.store.known(environment, issuer, &today.account.subject).await?;
            let user = self.store.user(&name).await?;
            let known = known.map(|known| (known.user.id, known));
            let end = match decide(admitted.rights, user, known) {
                Adding::Add(_) => {
                    return self.keep_to_redeem(opened, way_in, today).await.map(Ok);
                }
                Adding::Refuse(reason, None) => return Ok(Err(Unsuccessful::Refused(reason))),
                Adding::Refuse(reason, Some(user)) => {
                    let telling = self.telling(opened, way_in, (issuer, today.account));
                    self.turn_away(&telling, user, reason).await?.map(Ok)
                }
                Adding::SignIn(known) => {
                    self.sign_in_again(opened, way_in, today, known).await?.transpose()
                }
            };
            if let Some(end) = end {
                return Ok(end.map(Reached::Ended));
            }
        }
        Err(Error::Internal("a user changes faster than they can add an account"))
    }

    /// Keeps who came, sealed, for as long as the login code can be redeemed.
    async fn keep_to_redeem(
        &self,
        opened: &Opened,
        way_in: &WayIn,
        today: Today<'_>,
    ) -> Result<Reached> {
        let id = opened.attempt.flow.id;
        let expires_at = self.clock.now().plus(LOGIN_CODE_LIFETIME);
        let waiting = WaitingSignIn {
            attempt: id,
            environment: opened.attempt.flow.environment.clone(),
            sealed_profile: Some(self.seal_waiting(&opened.attempt, way_in, today)?),
            address: None,
            code: None,
            proven_at: None,
            link_asked_at: None,
            expires_at,
        };
        let code = LoginCode::of(opened, &self.keyring)?;
        let tx = self.store.begin().await?;
        let waits = tx.add_waiting(&waiting).await?
            && tx.give_login_code(id, code.hash(), expires_at).await?;
        if !waits {
            return Err(Error::AttemptUsed);
        }
        tx.commit().await?;
        Ok(Reached::ToRedeem)
    }
}
