//! The person whose sign-in waits: sealed, for as long as it waits.

use latchkey_domain::{
    connection::Connection,
    email::EmailAddress,
    id::{AttemptId, UserId},
    profile::{Account, Issuer},
    workspace::AllowedWorkspaces,
};
use latchkey_keyring::Purpose;
use latchkey_store::{WaitingSignIn, WayIn};
use serde::{Deserialize, Serialize};

use crate::{
    Error, Latchkey, Result,
    login::{attempt::Attempt, repeat::Today},
};

/// What the provider told of somebody, as far as a sign-in needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::login) struct WaitingProfile {
    pub(in crate::login) account: Account,
    /// The address that is primary and confirmed there.
    pub(in crate::login) email: Option<EmailAddress>,
    /// Who vouched for the account.
    pub(in crate::login) issuer: Issuer,
    /// Whose members were let in then.
    workspaces: AllowedWorkspaces,
    /// To whom the account is added when the login code is redeemed, if it is.
    pub(in crate::login) adds_to: Option<UserId>,
}

impl WaitingProfile {
    /// Whether what was asked of the provider would be asked of it today: it cannot be asked again. Who left
    /// a workspace since is not seen.
    pub(in crate::login) fn still_counts(&self, issuer: &Issuer, connection: &Connection) -> bool {
        let allowed = &connection.policies.allowed_workspaces;
        self.issuer == *issuer && (allowed.is_everybody() || self.workspaces == *allowed)
    }
}

impl Latchkey {
    /// Seals what the provider told: nothing is asked of it again.
    pub(in crate::login) fn seal_waiting(
        &self,
        attempt: &Attempt,
        way_in: &WayIn,
        today: Today<'_>,
    ) -> Result<Vec<u8>> {
        let profile = WaitingProfile {
            issuer: self.provider_of(way_in)?.issuer().clone(),
            workspaces: way_in.connection.policies.allowed_workspaces.clone(),
            account: today.account.clone(),
            email: today.address().cloned(),
            adds_to: attempt.adds_to,
        };
        let id = attempt.flow.id;
        let text = postcard::to_stdvec(&profile)
            .map_err(|_| Error::Internal("a profile cannot be written"))?;
        Ok(self.keyring.seal(Purpose::WaitingProfile, &waiting_place(id), &text)?)
    }

    /// Opens it again.
    pub(in crate::login) fn open_waiting(&self, waiting: &WaitingSignIn) -> Result<WaitingProfile> {
        let sealed = waiting.sealed_profile.as_deref();
        let sealed = sealed.ok_or(Error::Internal("nobody waits any more"))?;
        let place = waiting_place(waiting.attempt);
        let opened = self.keyring.open(Purpose::WaitingProfile, &place, sealed)?;
        postcard::from_bytes(&opened.text)
            .map_err(|_| Error::Internal("a sealed profile cannot be read"))
    }
}

/// Where a profile is sealed for.
pub(crate) fn waiting_place(id: AttemptId) -> Vec<u8> {
    format!("waiting_sign_ins/{}/sealed_profile", id.0).into_bytes()
}
