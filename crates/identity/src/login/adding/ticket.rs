//! Link tickets: what a browser carries to the sign-in page, known to us by its hash.

use latchkey_domain::{id::UserId, time::Timestamp};
use latchkey_keyring::{random_token, sha256};
use secrecy::{ExposeSecret, SecretString};

use crate::{Error, Latchkey, Result, login::StartLogin};

/// What tickets begin with, so that one in the wrong place is recognised.
const PREFIX: &str = "lk_link_";

/// A new ticket.
pub(super) fn ticket() -> Result<SecretString> {
    Ok(format!("{PREFIX}{}", random_token()?.expose_secret()).into())
}

/// How it is kept.
pub(super) fn hash(ticket: &SecretString) -> [u8; 32] {
    sha256(ticket.expose_secret().as_bytes())
}

impl Latchkey {
    /// Uses a ticket up and says to whom the account is to be added. Whatever is wrong with it, the caller
    /// learns that it does not work.
    pub(in crate::login) async fn use_link_ticket(
        &self,
        start: &StartLogin,
        ticket: &SecretString,
        now: Timestamp,
    ) -> Result<UserId> {
        let (application, challenge) = (&start.application, &start.code_challenge);
        let taken = self.store.take_link_ticket(&hash(ticket), application, challenge, now).await?;
        taken.ok_or(Error::LinkTicketInvalid)
    }
}
