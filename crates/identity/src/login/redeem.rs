//! Trading a login code for who signed in.

use latchkey_domain::{
    access::Principal,
    caller::Caller,
    id::AttemptId,
    name::{ApplicationName, ConnectionName, OrganizationName, UserName},
    pkce::{CodeChallenge, verifier_fits},
    sign_in::SignInResult,
    time::Timestamp,
    user::{Identity, User},
};
use latchkey_keyring::sha256;
use latchkey_store::{SignIn, SignInEnd};
use secrecy::{ExposeSecret, SecretString};

use super::code::LoginCode;
use crate::{Error, Latchkey, Result};

/// What an application gets for a login code.
#[derive(Debug)]
pub struct Redeemed {
    /// Who signed in, and how.
    pub signed_in: SignedIn,
    /// The same, signed.
    pub id_token: SecretString,
}

/// Who signed in, and how.
#[derive(Debug)]
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// By which account.
    pub identity: Identity,
    /// Through what.
    pub connection: ConnectionName,
    /// To what.
    pub application: ApplicationName,
    /// For which organization, if for one.
    pub organization: Option<OrganizationName>,
    /// What the sign-in did.
    pub result: SignInResult,
    /// When the person came back.
    pub signed_in_at: Timestamp,
    /// Names the sign-in to support.
    pub reference_id: AttemptId,
}

/// What a sign-in did.
const fn result_of(sign_in: &SignIn) -> Option<SignInResult> {
    match sign_in.end {
        Some(SignInEnd::Completed { result, .. }) => Some(result),
        _ => None,
    }
}

impl Latchkey {
    /// Redeems a login code, once, for the application that began the sign-in.
    #[tracing::instrument(skip_all, err(level = "debug"))]
    pub async fn redeem_login(
        &self,
        caller: &Caller,
        code: &SecretString,
        code_verifier: &SecretString,
    ) -> Result<Redeemed> {
        let Principal::Application(environment, application) = &caller.principal else {
            return Err(Error::NotFound);
        };
        let application =
            ApplicationName { environment: environment.clone(), application: application.clone() };
        verifier_fits(code_verifier.expose_secret())
            .map_err(|invalid| Error::field("code_verifier", invalid))?;
        let code = LoginCode::parse(code).ok_or(Error::LoginCodeInvalid)?;
        let challenge = CodeChallenge(sha256(code_verifier.expose_secret().as_bytes()));

        // First: what cannot be signed here must not use the code up.
        let signer = self.signer(&application.environment).await?;
        let proof = (&code.hash(), &challenge);
        let now = self.clock.now();
        let redeemed = match self.store.redeem(code.attempt, &application, proof, now).await? {
            Some(sign_in) => {
                self.may_hand_over(&sign_in).await?;
                Some(sign_in)
            }
            None => self.redeem_adding(&code, &application, challenge).await?,
        };
        let Some(sign_in) = redeemed else {
            tracing::warn!(attempt.id = %code.attempt, "a login code was refused");
            return Err(Error::LoginCodeInvalid);
        };
        let signed_in = self.who_signed_in(sign_in).await?;
        Ok(Redeemed { id_token: signer.id_token(&signed_in, now)?, signed_in })
    }

    /// Asks once more what was asked at the callback: a minute may have gone by. The code is spent
    /// by then, so that what was refused once stays refused.
    async fn may_hand_over(&self, sign_in: &SignIn) -> Result<()> {
        let connection = self.cache.connection(&sign_in.connection).await?;
        let environment = self.cache.environment(&sign_in.connection.environment).await?;
        let both = connection.zip(environment);
        if both.is_none_or(|(connection, environment)| !self.is_open(&connection, &environment)) {
            return Err(Error::ConnectionDisabled);
        }
        let rights = self.cache.grant(&sign_in.connection, &sign_in.application).await?;
        let allowed = rights.zip(result_of(sign_in)).is_some_and(|(all, did)| all.allow(did));
        if allowed { Ok(()) } else { Err(Error::ApplicationNotGranted) }
    }

    async fn who_signed_in(&self, sign_in: SignIn) -> Result<SignedIn> {
        let Some(SignInEnd::Completed { result, user, identity }) = sign_in.end else {
            return Err(Error::Internal("a sign-in with a login code signed nobody in"));
        };
        let name = UserName { environment: sign_in.application.environment.clone(), user };
        let user = self.store.user(&name).await?.ok_or(Error::LoginCodeInvalid)?;
        if user.is_suspended() {
            return Err(Error::UserSuspended);
        }
        let identities = self.store.identities(user.id).await?;
        let identity = identities.into_iter().find(|found| found.id == identity);
        Ok(SignedIn {
            user,
            identity: identity.ok_or(Error::LoginCodeInvalid)?,
            connection: sign_in.connection,
            application: sign_in.application,
            organization: sign_in.organization,
            result,
            // The person came back then; their sign-in may have waited after that.
            signed_in_at: sign_in.claimed_at,
            reference_id: sign_in.id,
        })
    }
}
