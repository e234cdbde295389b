//! `latchkey connections`.

mod callbacks;
mod change;
mod check;
mod credentials;
mod grants;
mod upstream;

use anyhow::Result;
use clap::Subcommand;
use latchkey_proto::v1;

use crate::client::{Api, Dry, Guard, PageSize, Paging, ask, pages, tables};

use change::{Create, Update};

pub(crate) use upstream::{UpstreamParams, upstream_param};

/// What to do with connections.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a connection, without credentials: that is when its callback URLs can be registered.
    Create(Create),
    /// Show a connection, be it a deleted one that can still be undeleted.
    Get {
        /// Its id, or its whole name.
        name: String,
    },
    /// List the connections of an environment, oldest first.
    List {
        #[command(flatten)]
        paging: Paging,
        /// Those as well that are deleted and can still be undeleted.
        #[arg(long)]
        show_deleted: bool,
    },
    /// Change what the flags name, and nothing else.
    Update(Update),
    /// Delete a connection: nobody signs in through it any more. For 30 days it can be undeleted.
    Delete {
        /// Its id, or its whole name.
        name: String,
        #[command(flatten)]
        guard: Guard,
        #[command(flatten)]
        dry: Dry,
    },
    /// Bring a deleted connection back as it was.
    Undelete {
        /// Its id, or its whole name.
        name: String,
        #[command(flatten)]
        guard: Guard,
    },
    /// Remove a deleted connection for ever, with its credentials and their secrets.
    Purge {
        /// Its id, or its whole name.
        name: String,
        #[command(flatten)]
        guard: Guard,
    },
    /// Ask the provider whether it is set up rightly: keys, scopes, callbacks. Ends with 1 if it is not.
    Check(check::Check),
    /// List the callback URLs to register at the provider, and what to look out for.
    CallbackUrls {
        /// The connection's id, or its whole name.
        connection: String,
        #[command(flatten)]
        size: PageSize,
    },
    /// Let an application's people use a connection; again, to change what the flags name.
    Grant(grants::Grant),
    /// List the applications that may use a connection, and for what.
    Grants {
        /// The connection's id, or its whole name.
        connection: String,
        #[command(flatten)]
        size: PageSize,
    },
    /// Take a connection from an application.
    Revoke(grants::Revoke),
    /// The consumers' keys and secrets of a connection.
    #[command(subcommand)]
    Credentials(credentials::Command),
}

/// Does it.
pub(crate) async fn run(api: &Api, command: Command) -> Result<()> {
    let mut admin = api.client()?.connections();
    match command {
        Command::Create(create) => {
            let request = create.request(&api.place)?;
            api.show(admin.create_connection(ask(request))).await
        }
        Command::Get { name } => {
            let name = api.place.connection(&name)?;
            api.show(admin.get_connection(ask(v1::GetConnectionRequest { name }))).await
        }
        Command::List { paging, show_deleted } => list(api, paging, show_deleted).await,
        Command::Update(update) => {
            let request = update.request(&api.place)?;
            api.show(admin.update_connection(ask(request))).await
        }
        Command::Delete { name, guard: Guard { etag }, dry: Dry { validate_only } } => {
            let name = api.place.connection(&name)?;
            let request = v1::DeleteConnectionRequest { name, etag, validate_only };
            api.show(admin.delete_connection(ask(request))).await
        }
        Command::Undelete { name, guard: Guard { etag } } => {
            let name = api.place.connection(&name)?;
            let request = v1::UndeleteConnectionRequest { name, etag };
            api.show(admin.undelete_connection(ask(request))).await
        }
        Command::Purge { name, guard } => purge(api, &name, guard).await,
        Command::Check(check) => check::check(api, check).await,
        Command::CallbackUrls { connection, size } => callbacks::list(api, &connection, size).await,
        Command::Grant(grant) => grants::grant(api, grant).await,
        Command::Grants { connection, size } => grants::list(api, &connection, size).await,
        Command::Revoke(revoke) => grants::revoke(api, revoke).await,
        Command::Credentials(command) => credentials::run(api, command).await,
    }
}

async fn list(api: &Api, paging: Paging, show_deleted: bool) -> Result<()> {
    let admin = api.client()?.connections();
    let (parent, filter) = (api.place.parent()?, paging.filter);
    let first = v1::ListConnectionsRequest {
        parent,
        filter,
        show_deleted,
        page_size: paging.size.page_size,
        ..v1::ListConnectionsRequest::default()
    };
    let page = pages!(admin.list_connections(first).connections);
    api.output.pages(tables::CONNECTIONS, page).await
}

async fn purge(api: &Api, name: &str, Guard { etag }: Guard) -> Result<()> {
    let name = api.place.connection(name)?;
    let mut admin = api.client()?.connections();
    let request = ask(v1::PurgeConnectionRequest { name, etag });
    api.done(admin.purge_connection(request), "it is gone for ever").await
}
