//! An administrator asks for a test login, and gets a link for whoever tries it.

use backon::Retryable;
use latchkey_domain::{
    Invalid,
    audit::{Change, FieldChange},
    caller::Caller,
    connection::serving,
    host::Host,
    id::TestLoginId,
    name::{ConnectionName, CredentialName},
    test_login::TestLogin,
};
use latchkey_store::Tx;
use secrecy::{ExposeSecret, SecretString};

use super::{TestLoginView, ticket};
use crate::{Error, Latchkey, Result, request::after_conflict};

/// A test login to be started.
#[derive(Debug, Clone)]
pub struct NewTestLogin {
    /// Through what; it may be switched off.
    pub connection: ConnectionName,
    /// The host that the person will be on; `None` is the environment's default domain.
    pub host: Option<Host>,
    /// The one credential to try, be it a standby; `None` is the one that serves the host.
    pub credential: Option<CredentialName>,
}

/// A test login that waits, and its link.
#[derive(Debug)]
pub struct StartedTest {
    /// The test login.
    pub view: TestLoginView,
    /// The link, which carries the ticket.
    pub url: SecretString,
}

impl Latchkey {
    /// Makes a test login that waits for whoever has its link.
    #[tracing::instrument(skip_all, fields(connection = %new.connection), err(level = "debug"))]
    pub async fn start_test_login(
        &self,
        caller: &Caller,
        new: &NewTestLogin,
    ) -> Result<StartedTest> {
        Self::see(caller, &new.connection.environment)?;
        let start = || self.try_start_test_login(caller, new);
        start.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_start_test_login(
        &self,
        caller: &Caller,
        new: &NewTestLogin,
    ) -> Result<StartedTest> {
        // With no transaction open, which would hold one connection to the database and wait for another.
        let host = self.host_of_test(new).await?;
        let tx = self.store.begin().await?;
        self.may_test(&tx, new, &host).await?;
        let now = self.clock.now();
        let test_login = TestLogin {
            id: TestLoginId::new(now),
            connection: new.connection.clone(),
            host,
            credential: new.credential.as_ref().map(|name| name.credential),
            created_at: now,
            begun_at: None,
            turned_away: Vec::new(),
            ending: None,
        };
        let ticket = ticket::ticket()?;
        tx.add_test_login(&test_login, &ticket::hash(&ticket)).await?;
        tx.audit(caller, &started(&test_login), now).await?;
        tx.commit().await?;
        let url = format!("{}/login/test/{}", test_login.host.origin(), ticket.expose_secret());
        let view = TestLoginView::new(test_login, None, now);
        Ok(StartedTest { view, url: url.into() })
    }

    /// The host that a test will be on, if it is the environment's.
    async fn host_of_test(&self, new: &NewTestLogin) -> Result<Host> {
        let environment = self.environment_of(&new.connection.environment).await?;
        let Some(host) = &new.host else { return Ok(environment.default_domain) };
        self.whose_host(host, &environment).await?;
        Ok(host.clone())
    }

    /// Finds out whether a test could begin on a host.
    async fn may_test(&self, tx: &Tx, new: &NewTestLogin, host: &Host) -> Result<()> {
        let environment = tx.environment(&new.connection.environment).await?;
        let environment = environment.ok_or(Error::NotFound)?;
        let connection = tx.connection(&new.connection).await?.ok_or(Error::NotFound)?;
        if !self.is_admitted(&connection, &environment) {
            return Err(Error::ConnectionDisabled);
        }
        if let Some(named) = &new.credential {
            return serves(tx, &new.connection, (named, host)).await;
        }
        let credentials = tx.credentials_for(&new.connection, Some(host)).await?;
        serving(&credentials, host).map(|_| ()).ok_or(Error::CredentialsMissing)
    }
}

/// Whether the credential that is named is the connection's, and may serve the host.
async fn serves(
    tx: &Tx,
    connection: &ConnectionName,
    (named, host): (&CredentialName, &Host),
) -> Result<()> {
    if named.parent() != *connection {
        let invalid = Invalid::new("must be a credential of the connection");
        return Err(Error::field("credential", invalid));
    }
    let found = tx.credential(named).await?.ok_or(Error::NotFound)?;
    if found.host.as_ref().is_some_and(|own| own != host) {
        return Err(Error::field("credential", Invalid::new("must not be for another host")));
    }
    Ok(())
}

/// What the audit keeps of it: not the ticket.
fn started(test_login: &TestLogin) -> Change {
    let credential = test_login.credential.map(|id| id.to_string());
    let fields = [
        FieldChange::set("test_login", &test_login.name().to_string()),
        FieldChange::set("host", &test_login.host),
        FieldChange::set("credential", &credential),
    ];
    let fields = fields.into_iter().flatten().collect();
    let (connection, action) = (&test_login.connection, "connection.test_login_started");
    Change::of(&connection.environment, action, connection, fields)
}
