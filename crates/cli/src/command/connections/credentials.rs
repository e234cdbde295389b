//! `latchkey connections credentials`: the consumers' keys and secrets of a connection.

use anyhow::Result;
use clap::Subcommand;
use latchkey_proto::v1;
use secrecy::ExposeSecret;

use crate::client::{Api, Chosen, Dry, Guard, PageSize, SecretSource, ask, pages, tables};

/// The collections that a credential is in.
const COLLECTIONS: [&str; 2] = ["connections", "credentials"];

/// What to do with credentials.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add a consumer's key and secret: active if its host has none, else a standby.
    Create(Create),
    /// List the credentials of a connection, without their secrets.
    List {
        /// The connection's id, or its whole name.
        connection: String,
        #[command(flatten)]
        size: PageSize,
    },
    /// Make a standby the active one of its host.
    Promote {
        /// CONNECTION/CREDENTIAL by their ids, or the whole name.
        name: String,
        #[command(flatten)]
        guard: Guard,
    },
    /// Delete a credential. Sign-ins begun with it can finish for 10 minutes.
    Delete {
        /// CONNECTION/CREDENTIAL by their ids, or the whole name.
        name: String,
        #[command(flatten)]
        guard: Guard,
    },
}

/// The credential to make.
#[derive(Debug, clap::Args)]
pub(crate) struct Create {
    /// The connection's id, or its whole name.
    connection: String,
    /// The consumer's key, OAuth's `client_id`.
    #[arg(long, value_name = "KEY")]
    client_id: String,
    #[command(flatten)]
    secret: SecretSource,
    /// The one callback host that it is for; without it, every host that has none of its own.
    #[arg(long, value_name = "HOST", default_value = "", hide_default_value = true)]
    host: String,
    #[command(flatten)]
    chosen: Chosen,
    #[command(flatten)]
    dry: Dry,
}

/// Does it.
pub(super) async fn run(api: &Api, command: Command) -> Result<()> {
    let mut admin = api.client()?.connections();
    match command {
        Command::Create(create) => create.run(api).await,
        Command::List { connection, size } => list(api, &connection, size).await,
        Command::Promote { name, guard: Guard { etag } } => {
            let name = api.place.name(&COLLECTIONS, &name)?;
            let request = ask(v1::PromoteCredentialRequest { name, etag });
            api.show(admin.promote_credential(request)).await
        }
        Command::Delete { name, guard: Guard { etag } } => {
            let name = api.place.name(&COLLECTIONS, &name)?;
            let request = ask(v1::DeleteCredentialRequest { name, etag });
            let told = "it is deleted; sign-ins begun with it can finish for 10 minutes";
            api.done(admin.delete_credential(request), told).await
        }
    }
}

impl Create {
    async fn run(self, api: &Api) -> Result<()> {
        let credential = v1::Credential {
            client_id: self.client_id,
            client_secret: self.secret.read()?.expose_secret().to_owned(),
            host: self.host,
            ..v1::Credential::default()
        };
        let request = v1::CreateCredentialRequest {
            parent: api.place.connection(&self.connection)?,
            credential: Some(credential),
            request_id: self.chosen.request_id,
            validate_only: self.dry.validate_only,
        };
        api.show(api.client()?.connections().create_credential(ask(request))).await
    }
}

async fn list(api: &Api, connection: &str, PageSize { page_size }: PageSize) -> Result<()> {
    let admin = api.client()?.connections();
    let parent = api.place.connection(connection)?;
    let first = v1::ListCredentialsRequest { parent, page_size, page_token: String::new() };
    let page = pages!(admin.list_credentials(first).credentials);
    api.output.pages(tables::CREDENTIALS, page).await
}
