//! An application asks for a ticket, for whoever has just signed in to it.

use latchkey_domain::{
    access::Principal,
    caller::Caller,
    id::UserId,
    name::ApplicationName,
    pkce::CodeChallenge,
    sign_in::{LINK_TICKET_LIFETIME, LINKS_AFTER_SIGN_IN},
    time::Timestamp,
};
use latchkey_store::LinkTicket;
use secrecy::SecretString;

use super::ticket;
use crate::{Error, Latchkey, Result};

/// Who is to get a ticket, and for which sign-in.
#[derive(Debug)]
pub struct NewLinkTicket {
    /// What proves that they have signed in to the application.
    pub id_token: SecretString,
    /// What the application will prove itself with.
    pub code_challenge: CodeChallenge,
}

/// A ticket that was made.
#[derive(Debug)]
pub struct MadeLinkTicket {
    /// The ticket.
    pub ticket: SecretString,
    /// When it works no longer.
    pub expires_at: Timestamp,
}

impl Latchkey {
    /// Makes a ticket to add an account with, for the user of an id token.
    #[tracing::instrument(skip_all, err(level = "debug"))]
    pub async fn create_link_ticket(
        &self,
        caller: &Caller,
        new: &NewLinkTicket,
    ) -> Result<MadeLinkTicket> {
        let Principal::Application(environment, application) = &caller.principal else {
            return Err(Error::NotFound);
        };
        let application =
            ApplicationName { environment: environment.clone(), application: application.clone() };
        let user = self.signed_in_lately(&application, &new.id_token).await?;
        let ticket = ticket::ticket()?;
        let expires_at = self.clock.now().plus(LINK_TICKET_LIFETIME);
        let kept = LinkTicket {
            ticket_hash: ticket::hash(&ticket),
            application,
            user,
            code_challenge: new.code_challenge,
            expires_at,
        };
        self.store.add_link_ticket(&kept).await?;
        Ok(MadeLinkTicket { ticket, expires_at })
    }

    /// Whom an id token is of. Whatever is wrong with it, or with them, the caller learns the same.
    async fn signed_in_lately(
        &self,
        application: &ApplicationName,
        id_token: &SecretString,
    ) -> Result<UserId> {
        let age = LINKS_AFTER_SIGN_IN;
        let token = self.verify_id_token_made_within(age, application, id_token).await?;
        let token = token.map_err(|reason| {
            tracing::debug!(reason = &reason as &dyn std::error::Error, "an id token was refused");
            Error::IdTokenInvalid
        })?;
        let user = self.store.user(&token.user).await?.filter(|user| !user.is_suspended());
        user.map(|user| user.id).ok_or(Error::IdTokenInvalid)
    }
}
