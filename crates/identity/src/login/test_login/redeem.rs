//! Whoever has the link is sent to the provider: the ticket is used up, once.

use latchkey_domain::{
    access::Principal,
    caller::Caller,
    connection::serving,
    host::Host,
    id::{AttemptId, CredentialId},
    test_login::{TestLogin, TestLoginState},
};
use latchkey_store::WayIn;
use secrecy::SecretString;

use super::ticket;
use crate::{
    Error, Latchkey, Result,
    login::{flow::Departure, start::Started, state::State},
};

/// A ticket, and where its holder is.
#[derive(Debug)]
pub struct RedeemTicket {
    /// The ticket.
    pub ticket: SecretString,
    /// The host that the browser is on.
    pub host: Host,
}

impl Latchkey {
    /// Uses a ticket up and begins the way that it is for. What can go wrong goes wrong before.
    #[tracing::instrument(skip_all, err(level = "debug"))]
    pub async fn redeem_test_ticket(
        &self,
        caller: &Caller,
        redeem: &RedeemTicket,
    ) -> Result<Started> {
        let test_login = self.waiting(caller, redeem).await?;
        let connection = &test_login.connection;
        let way_in = self.store.way_in(connection, &redeem.host).await?;
        let way_in = way_in.ok_or(Error::NotFound)?;
        let environment = self.environment_of(&connection.environment).await?;
        self.whose_host(&redeem.host, &environment).await?;
        if !self.is_admitted(&way_in.connection, &environment) {
            return Err(Error::ConnectionDisabled);
        }
        let credentials = way_in.plain_credentials();
        let tried = |id| {
            // One that was deleted lately is there only for those who began with it.
            credentials.iter().find(|found| found.id == id && found.deleted_at.is_none())
        };
        let credential = match test_login.credential {
            Some(id) => tried(id),
            None => serving(&credentials, &redeem.host),
        };
        let departure = Departure {
            way_in: &way_in,
            provider: &*self.provider_of(&way_in)?,
            credential: credential.ok_or(Error::CredentialsMissing)?,
            host: &redeem.host,
        };
        let now = self.clock.now();
        let (flow, browser_secret) = departure.begin(AttemptId(test_login.id.0), now)?;
        let state = State::Test(flow).seal(&self.keyring)?;
        if !self.store.use_ticket(test_login.id, now).await? {
            return Err(Error::TestTicketInvalid);
        }
        Ok(departure.send(&state, browser_secret, ("", "")))
    }

    /// The test login that a ticket is for, on this host and of this caller. Whatever is wrong, the
    /// caller learns that the ticket does not work.
    async fn waiting(&self, caller: &Caller, redeem: &RedeemTicket) -> Result<TestLogin> {
        let Principal::Gateway(environment) = &caller.principal else {
            return Err(Error::NotFound);
        };
        let found = self.store.test_login_of(&ticket::hash(&redeem.ticket)).await?;
        let now = self.clock.now();
        let fits = |test_login: &TestLogin| {
            test_login.connection.environment == *environment
                && test_login.host == redeem.host
                && test_login.state(now) == TestLoginState::Waiting
        };
        found.filter(fits).ok_or(Error::TestTicketInvalid)
    }
}

/// A way in as a test login uses it: with the one credential that it tries, so that no other stands
/// in for it.
pub(super) fn with_only(way_in: &WayIn, id: CredentialId) -> WayIn {
    let credentials = way_in.credentials.iter().filter(|sealed| sealed.credential.id == id);
    WayIn { connection: way_in.connection.clone(), credentials: credentials.cloned().collect() }
}
