//! Administration over gRPC, or on the database itself where no key is there yet.

use anyhow::{Context, Result};
use latchkey_domain::time::Clock;
use latchkey_keyring::{KeyFile, KeyRing};
use time::OffsetDateTime;

use super::DATABASE;
use crate::{
    args::Source,
    client::{Client, Output, Server},
    compose::{self, Service},
    config::{Config, Problems},
};

/// Which way to go: with a key over gRPC, without one on the database of the configuration.
#[derive(Debug, clap::Args)]
pub(crate) struct Access {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    server: Server,
    /// On the database itself, whatever key is there.
    #[arg(long, global = true)]
    database: bool,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// A client, and what it stands on where that is in this process.
pub(super) struct Administration {
    pub(super) client: Client,
    within: Option<Service>,
}

impl Access {
    /// Opens the way; on the database, if its schema is current.
    pub(super) async fn open(&self) -> Result<Administration> {
        if !self.database && self.server.key.is_some() {
            return Ok(Administration { client: self.server.client()?, within: None });
        }
        if !self.database && self.server.server.is_some() {
            let problem = "a server is given and no key: LATCHKEY_KEY or --key, or --database";
            return Err(Problems::one(problem.to_owned()).into());
        }
        let config = Config::read(self.source.config.as_deref())?;
        config.check(&DATABASE)?;
        let (store, providers) =
            tokio::try_join!(compose::connect_to_current(&config), compose::providers(&config))?;
        // Environments and API keys hold nothing that is sealed, so this ring is never used.
        let unused = KeyRing::load(&KeyFile::generate()?)?;
        let service = Service::new(&config, store, unused, providers, None);
        let client = Client::of_the_database(&service.latchkey)?;
        Ok(Administration { client, within: Some(service) })
    }
}

impl Administration {
    /// The database's time; over gRPC this machine's, which differs by seconds where keys live for days.
    pub(super) fn now(&self) -> i64 {
        if let Some(service) = &self.within {
            return service.store.clock().now().seconds_and_nanos().0;
        }
        #[expect(clippy::disallowed_methods, reason = "the service's clock is elsewhere")]
        OffsetDateTime::now_utc().unix_timestamp()
    }

    /// Puts everything away.
    pub(super) async fn close(self) -> Result<()> {
        match self.within {
            Some(service) => service.store.close().await.context("the database of store.url"),
            None => Ok(()),
        }
    }
}
