//! Latchkey's gRPC API, as the commands call it.

mod flags;
mod mask;
mod pages;
mod place;
mod refusal;
mod secret;
mod show;
pub(crate) mod tables;
mod transport;

use std::time::Duration;

use anyhow::Result;
use latchkey_identity::Latchkey;
use latchkey_proto::v1::{
    connection_admin_client::ConnectionAdminClient, event_feed_client::EventFeedClient,
    tenant_admin_client::TenantAdminClient, user_directory_client::UserDirectoryClient,
};
use secrecy::SecretString;
use tonic::{Request, Response, Status};
use url::Url;

use crate::config::Problems;

use transport::Transport;

pub(crate) use flags::{Chosen, Dry, Guard};
pub(crate) use mask::Mask;
pub(crate) use pages::{PageSize, Paging, all_pages, each_page, pages};
pub(crate) use place::{Place, environment_name};
pub(crate) use refusal::{ExitCode, Refusal};
pub(crate) use secret::{SecretSource, of_file, of_variable};
pub(crate) use show::{Columns, Output, held, printable};

/// Where `serve` and `dev` answer unless told otherwise.
const DEFAULT_SERVER: &str = "http://127.0.0.1:50051";
/// As long as the service itself gives a call, and a little for the way.
const DEADLINE: Duration = Duration::from_secs(22);

/// Whom to ask, and with which key.
#[derive(Debug, clap::Args)]
pub(crate) struct Server {
    /// Where Latchkey answers gRPC; without it, `http://127.0.0.1:50051`.
    #[arg(long, global = true, env = "LATCHKEY_SERVER", value_name = "URL")]
    pub(crate) server: Option<Url>,
    /// An API key that may do this. A flag shows in the list of processes: prefer the variable.
    #[arg(long, global = true, env = "LATCHKEY_KEY", hide_env_values = true)]
    pub(crate) key: Option<SecretString>,
}

/// What every command needs that asks Latchkey about an environment.
#[derive(Debug, clap::Args)]
pub(crate) struct Api {
    #[command(flatten)]
    pub(crate) server: Server,
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// A connection to Latchkey, be it a server or the use cases in this process.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    transport: Transport,
}

impl Server {
    /// A client that connects when it is first used.
    pub(crate) fn client(&self) -> Result<Client> {
        let missing = || Problems::one("a key is missing: LATCHKEY_KEY, or --key".to_owned());
        let key = self.key.as_ref().ok_or_else(missing)?;
        match &self.server {
            Some(server) => Client::new(server, key),
            None => Client::new(&DEFAULT_SERVER.parse()?, key),
        }
    }
}

impl Api {
    /// A client that connects when it is first used.
    pub(crate) fn client(&self) -> Result<Client> {
        self.server.client()
    }

    /// Calls, and shows the answer.
    pub(crate) async fn show<T: serde::Serialize>(
        &self,
        call: impl Future<Output = Result<Response<T>, Status>>,
    ) -> Result<()> {
        self.output.answer(&answer(call).await?)
    }

    /// Calls, and says that it is done: the answer says nothing.
    pub(crate) async fn done<T: serde::Serialize>(
        &self,
        call: impl Future<Output = Result<Response<T>, Status>>,
        told: &str,
    ) -> Result<()> {
        self.output.done(&answer(call).await?, told)
    }
}

impl Client {
    /// A client of a server, connected to when it is first used.
    pub(crate) fn new(server: &Url, key: &SecretString) -> Result<Self> {
        Ok(Self { transport: Transport::to(server, key)? })
    }

    /// A client of the use cases themselves, for whoever holds the database.
    pub(crate) fn of_the_database(latchkey: &Latchkey) -> Result<Self> {
        Ok(Self { transport: Transport::within(latchkey)? })
    }

    pub(crate) fn connections(&self) -> ConnectionAdminClient<Transport> {
        ConnectionAdminClient::new(self.transport.clone())
    }

    pub(crate) fn tenants(&self) -> TenantAdminClient<Transport> {
        TenantAdminClient::new(self.transport.clone())
    }

    pub(crate) fn users(&self) -> UserDirectoryClient<Transport> {
        UserDirectoryClient::new(self.transport.clone())
    }

    pub(crate) fn events(&self) -> EventFeedClient<Transport> {
        EventFeedClient::new(self.transport.clone())
    }
}

/// A request that is given up when it takes too long.
pub(crate) fn ask<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(DEADLINE);
    request
}

/// The answer to a call, or why it was refused.
pub(crate) async fn answer<T>(
    call: impl Future<Output = Result<Response<T>, Status>>,
) -> Result<T, Refusal> {
    Ok(call.await?.into_inner())
}
