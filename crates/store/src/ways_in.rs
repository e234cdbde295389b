//! Ways in: connections, each with all that a sign-in through it on one host may need.

use latchkey_domain::{
    connection::{Connection, Credential},
    host::Host,
    name::{ApplicationName, ConnectionName},
    page::{Page, PageSize},
    time::{Clock, Timestamp},
};

use crate::{ConnectionFilter, Result, SealedCredential, Store, credentials};

/// More than a page can show; the rest is reached by naming the connection.
const MOST: PageSize = PageSize(PageSize::MAX);

/// A connection with every credential that a sign-in on a host may need.
#[derive(Debug)]
pub struct WayIn {
    /// The connection.
    pub connection: Connection,
    /// Its credentials, those deleted a short while ago among them.
    pub credentials: Vec<SealedCredential>,
}

impl WayIn {
    /// The credentials without their secrets.
    pub fn plain_credentials(&self) -> Vec<Credential> {
        self.credentials.iter().map(|sealed| sealed.credential.clone()).collect()
    }
}

impl Store {
    /// A connection with the credentials for a host, and those for all hosts.
    pub async fn way_in(&self, name: &ConnectionName, host: &Host) -> Result<Option<WayIn>> {
        let Some(connection) = self.connection(name).await? else { return Ok(None) };
        let one = (&name.environment, std::iter::once(&name.connection));
        let mut all =
            credentials::for_hosts(&self.reader, one, &[host], self.grace_began()).await?;
        let credentials = all.remove(&name.connection).unwrap_or_default();
        Ok(Some(WayIn { connection, credentials }))
    }

    /// A connection with every credential, whichever host it is for: for administrators alone.
    pub async fn whole_way_in(&self, name: &ConnectionName) -> Result<Option<WayIn>> {
        let Some(connection) = self.connection(name).await? else { return Ok(None) };
        let credentials = credentials::whole(&self.reader, name).await?;
        Ok(Some(WayIn { connection, credentials }))
    }

    /// The connections that an application's people may sign in or up through, oldest first, with the
    /// credentials of each for a host and for all hosts: two queries, however many there are. One that is
    /// switched off takes nobody's place.
    pub async fn ways_in(&self, application: &ApplicationName, host: &Host) -> Result<Vec<WayIn>> {
        let page = Page { size: MOST, after: None };
        let filter = ConnectionFilter::OfferedBy(application);
        let connections = self.list_connections(filter, None, &page).await?.items;
        let ids = connections.iter().map(|connection| &connection.id);
        let (several, since) = ((&application.environment, ids), self.grace_began());
        let mut all = credentials::for_hosts(&self.reader, several, &[host], since).await?;
        let ways_in = connections.into_iter().map(|connection| {
            let credentials = all.remove(&connection.id).unwrap_or_default();
            WayIn { connection, credentials }
        });
        Ok(ways_in.collect())
    }

    /// Sign-ins that began with a credential that was deleted since then may still finish.
    fn grace_began(&self) -> Timestamp {
        self.clock.now().minus(Credential::GRACE)
    }
}
