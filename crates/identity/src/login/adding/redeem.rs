//! The application redeems the code of an account that is to be added: only now it is linked.

use std::sync::Arc;

use backon::Retryable;
use latchkey_domain::{
    connection::Connection, grant::GrantRights, id::UserId, name::ApplicationName,
    pkce::CodeChallenge, provider::Provider, sign_in::Refusal,
};
use latchkey_store::SignIn;

use super::add::{add, refuse_nobody};
use crate::{
    Error, Latchkey, Result,
    login::{code::LoginCode, proof::WaitingProfile},
    request::after_conflict,
};

/// What a code is redeemed with, and who waits for that.
pub(super) struct Redemption<'a> {
    pub(super) code: &'a LoginCode,
    application: &'a ApplicationName,
    challenge: CodeChallenge,
    pub(super) profile: WaitingProfile,
    /// To whom the account is added.
    pub(super) user: UserId,
    through: Through,
}

/// The way that the account came, if it may still come that way.
type Through = std::result::Result<Way, Refusal>;

/// The way that the account came.
pub(super) struct Way {
    pub(super) connection: Arc<Connection>,
    pub(super) provider: Arc<dyn Provider>,
    pub(super) rights: GrantRights,
}

/// What became of it. A refusal is written down, and the code spent.
type Redeemed = std::result::Result<SignIn, Refusal>;

impl Latchkey {
    /// Redeems the code of an account that is to be added, and adds it; `None` if there is nothing to be
    /// redeemed.
    pub(in crate::login) async fn redeem_adding(
        &self,
        code: &LoginCode,
        application: &ApplicationName,
        challenge: CodeChallenge,
    ) -> Result<Option<SignIn>> {
        let waiting = self.store.waiting(code.attempt).await?;
        let waiting = waiting.filter(|waiting| waiting.sealed_profile.is_some());
        let Some(waiting) = waiting else { return Ok(None) };
        let Some(sign_in) = self.store.sign_in(code.attempt).await? else { return Ok(None) };
        let profile = self.open_waiting(&waiting)?;
        let Some(user) = profile.adds_to else { return Ok(None) };
        // With no transaction open, which would hold one connection to the database and wait for another.
        let through = self.way_of(&sign_in, &profile).await?;
        let redemption = Redemption { code, application, challenge, profile, user, through };
        let redeem = || self.try_redeem_adding(&redemption);
        match redeem.retry(after_conflict()).when(Error::is_conflict).await? {
            Some(redeemed) => redeemed.map(Some).map_err(error_of),
            None => Ok(None),
        }
    }

    /// Asks once more what was asked at the callback.
    async fn way_of(&self, sign_in: &SignIn, profile: &WaitingProfile) -> Result<Through> {
        let connection = self.cache.connection(&sign_in.connection).await?;
        let environment = self.cache.environment(&sign_in.connection.environment).await?;
        let both = connection.zip(environment);
        let open = both.filter(|(connection, environment)| self.is_open(connection, environment));
        let Some((connection, _)) = open else { return Ok(Err(Refusal::ConnectionDisabled)) };
        let provider = self.providers.get(&connection.provider).cloned();
        let provider = provider.ok_or(Error::Internal("an open connection has no provider"))?;
        if !profile.still_counts(provider.issuer(), &connection) {
            return Ok(Err(Refusal::ConnectionDisabled));
        }
        let rights = self.cache.grant(&sign_in.connection, &sign_in.application).await?;
        let way = rights.map(|rights| Way { connection, provider, rights });
        Ok(way.ok_or(Refusal::ApplicationNotGranted))
    }

    /// The redemption, the identity and what is told of it, in one transaction.
    async fn try_redeem_adding(&self, redemption: &Redemption<'_>) -> Result<Option<Redeemed>> {
        let (code, application) = (redemption.code, redemption.application);
        let (now, proof) = (self.clock.now(), (&code.hash(), &redemption.challenge));
        let tx = self.store.begin().await?;
        // Nobody is to be added to what is deleted.
        if tx.hold_environment(&application.environment).await?.is_none() {
            return Ok(None);
        }
        let redeemed = tx.redeem_waiting(code.attempt, application, proof, now).await?;
        let Some(sign_in) = redeemed else { return Ok(None) };
        let ended = match &redemption.through {
            Err(reason) => refuse_nobody(&tx, &sign_in, *reason, now).await.map(Err)?,
            Ok(way) => add(&tx, redemption, way, (&sign_in, now)).await?,
        };
        tx.commit().await?;
        Ok(Some(ended.map(|end| SignIn { finished_at: Some(now), end: Some(end), ..sign_in })))
    }
}

/// What the application is told that comes too late. That an account is somebody else's is told at the
/// callback, should they try again.
const fn error_of(refused: Refusal) -> Error {
    match refused {
        Refusal::ConnectionDisabled => Error::ConnectionDisabled,
        Refusal::UserSuspended => Error::UserSuspended,
        Refusal::ApplicationNotGranted | Refusal::LinkNotAllowed | Refusal::SignInNotAllowed => {
            Error::ApplicationNotGranted
        }
        _ => Error::LoginCodeInvalid,
    }
}
