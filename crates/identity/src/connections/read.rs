//! Reading connections, with the state that follows from their credentials.

use latchkey_domain::{
    caller::Caller,
    connection::{Connection, ConnectionState, Credential},
    environment::Environment,
    id::EnvironmentId,
    name::{ApplicationName, ConnectionName},
    page::{Listed, Page},
    warning::ConnectionWarning,
};
use latchkey_store::{ConnectionFilter, TimeCursor};

use crate::{Error, Latchkey, Result};

/// A connection, and whether people can sign in through it.
#[derive(Debug, Clone)]
pub struct ConnectionView {
    /// The connection.
    pub connection: Connection,
    /// Whether people can sign in.
    pub state: ConnectionState,
    /// What there is to know of it.
    pub warnings: Vec<ConnectionWarning>,
}

/// Which connections to list.
#[derive(Debug, Clone)]
pub struct WhichConnections {
    /// Whose.
    pub environment: EnvironmentId,
    /// Only those that this application may use.
    pub application: Option<ApplicationName>,
    /// The deleted ones too that can still be brought back.
    pub show_deleted: bool,
}

impl Latchkey {
    /// Gets a connection, be it a deleted one that can still be brought back.
    pub async fn connection(
        &self,
        caller: &Caller,
        name: &ConnectionName,
    ) -> Result<ConnectionView> {
        Self::see(caller, &name.environment)?;
        let environment = self.environment_of(&name.environment).await?;
        let connection = self.store.connection_ever(name).await?.ok_or(Error::NotFound)?;
        let now = self.clock.now();
        if connection.deletion.is_some_and(|deletion| !deletion.can_be_undone(now)) {
            return Err(Error::NotFound);
        }
        let host = &environment.default_domain;
        let credentials = self.store.credentials_for(name, &[host]).await?;
        Ok(self.view(connection, &credentials, &environment))
    }

    /// Lists connections, oldest first.
    pub async fn list_connections(
        &self,
        caller: &Caller,
        which: &WhichConnections,
        page: &Page<TimeCursor>,
    ) -> Result<Listed<ConnectionView, TimeCursor>> {
        let environment = &which.environment;
        Self::see(caller, environment)?;
        let found = self.environment_of(environment).await?;
        let filter = match &which.application {
            Some(application) => ConnectionFilter::OfApplication(application),
            None => ConnectionFilter::All(environment),
        };
        let undoable_at = which.show_deleted.then(|| self.clock.now());
        let listed = self.store.list_connections(filter, undoable_at, page).await?;
        let ids = listed.items.iter().map(|connection| &connection.id);
        let host = &found.default_domain;
        let credentials = self.store.credentials_of(environment, ids, host).await?;
        let view = |connection: Connection| {
            let its_own = credentials.get(&connection.id).map_or(&[][..], Vec::as_slice);
            self.view(connection, its_own, &found)
        };
        Ok(Listed { items: listed.items.into_iter().map(view).collect(), next: listed.next })
    }

    /// A connection as its credentials for the default domain and for all hosts let it be seen.
    pub(super) fn view(
        &self,
        connection: Connection,
        credentials: &[Credential],
        environment: &Environment,
    ) -> ConnectionView {
        let problem = self.admitted(&connection.provider, environment).err();
        let state = connection.state(credentials, &environment.default_domain, problem);
        let warnings = connection.warnings(problem);
        ConnectionView { connection, state, warnings }
    }

    pub(crate) async fn environment_of(&self, id: &EnvironmentId) -> Result<Environment> {
        self.store.environment(id).await?.ok_or(Error::NotFound)
    }
}
