//! `latchkey environments`, and what it shares with the other commands on the database itself.

use anyhow::Result;
use clap::Subcommand;
use latchkey_domain::{
    caller::Caller,
    environment::{Environment, EnvironmentKind},
    host::Host,
    id::EnvironmentId,
    page::{Page, PageSize},
    text::DisplayName,
    time::{Clock, Timestamp},
};
use latchkey_identity::{Error, Latchkey, NewEnvironment};
use latchkey_keyring::{KeyFile, KeyRing};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::DATABASE;
use crate::{
    compose::{self, Service},
    config::Config,
    terminal,
};

/// What to do with environments.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an environment, unless it is there already.
    Create {
        /// Its id, such as dev or live.
        id: EnvironmentId,
        /// The host that people sign in on, such as login.example.com or localhost:8080.
        #[arg(long, value_name = "HOST", value_parser = Host::parse)]
        default_domain: Host,
        /// What administrators read; without it, the id.
        #[arg(long, value_name = "TEXT", value_parser = DisplayName::parse)]
        display_name: Option<DisplayName>,
        /// It is for people's real accounts.
        #[arg(long)]
        production: bool,
    },
    /// List the environments.
    List,
}

/// The use cases, for whoever holds the database.
pub(super) struct Administration(Service);

impl Administration {
    /// Opens the database, if its schema is current.
    pub(super) async fn open(config: &Config) -> Result<Self> {
        config.check(&DATABASE)?;
        let (store, providers) =
            tokio::try_join!(compose::connect_to_current(config), compose::providers(config))?;
        // Environments and API keys hold nothing that is sealed, so this ring is never used.
        let unused = KeyRing::load(&KeyFile::generate()?)?;
        Ok(Self(Service::new(store, unused, providers)))
    }

    pub(super) fn latchkey(&self) -> &Latchkey {
        &self.0.latchkey
    }

    pub(super) fn now(&self) -> Timestamp {
        self.0.store.clock().now()
    }

    pub(super) async fn close(self) -> Result<()> {
        Ok(self.0.store.close().await?)
    }
}

/// Does it.
pub(super) async fn run(config: &Config, command: Command) -> Result<()> {
    let administration = Administration::open(config).await?;
    match command {
        Command::Create { id, default_domain, display_name, production } => {
            let kind = if production {
                EnvironmentKind::Production
            } else {
                EnvironmentKind::NonProduction
            };
            let display_name = display_name.map_or_else(|| DisplayName::parse(id.as_str()), Ok)?;
            let id = Some(id);
            let new = NewEnvironment { id, display_name, kind, default_domain, request: None };
            create(administration.latchkey(), &new).await?;
        }
        Command::List => list(administration.latchkey()).await?,
    }
    administration.close().await
}

async fn create(latchkey: &Latchkey, new: &NewEnvironment) -> Result<()> {
    match latchkey.create_environment(&Caller::of_the_database(), new).await {
        Ok(environment) => terminal::say(&format!("{} was made", environment.name())),
        Err(Error::Exists) if is_there(latchkey, new).await? => {
            terminal::say("it is there already, and was left as it is")
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether the id is that of an environment, and not of one that was deleted.
async fn is_there(latchkey: &Latchkey, new: &NewEnvironment) -> Result<bool> {
    let Some(id) = &new.id else { return Ok(false) };
    match latchkey.environment(&Caller::of_the_database(), id).await {
        Ok(_) => Ok(true),
        Err(Error::NotFound) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn list(latchkey: &Latchkey) -> Result<()> {
    let mut rows = Vec::new();
    let mut page = Page { size: PageSize(PageSize::MAX), after: None };
    loop {
        let listed = latchkey.list_environments(&page).await?;
        rows.extend(listed.items.iter().map(row));
        page.after = listed.next;
        if page.after.is_none() {
            break;
        }
    }
    let headings = ["NAME", "DISPLAY NAME", "KIND", "DOMAIN", "CREATED"];
    terminal::say(&terminal::table(&headings, &rows))
}

fn row(environment: &Environment) -> Vec<String> {
    let kind = match environment.kind {
        EnvironmentKind::Production => "production",
        EnvironmentKind::NonProduction => "non-production",
    };
    vec![
        environment.name().to_string(),
        environment.display_name.to_string(),
        kind.to_owned(),
        environment.default_domain.to_string(),
        moment(environment.created_at),
    ]
}

/// A moment as RFC 3339 writes it, in whole seconds.
pub(super) fn moment(time: Timestamp) -> String {
    let at = OffsetDateTime::from_unix_timestamp(time.seconds_and_nanos().0);
    at.ok().and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default()
}
