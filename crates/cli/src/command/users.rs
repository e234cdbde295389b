//! `latchkey users`.

use anyhow::Result;
use clap::Subcommand;
use latchkey_proto::v1;

use crate::client::{Api, Paging, ask, pages, tables};

/// What to do with users.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show a user, with the ways that they are known.
    Get {
        /// Their id, or their whole name.
        name: String,
    },
    /// List the users of an environment, oldest first.
    List {
        #[command(flatten)]
        paging: Paging,
    },
}

/// Does it.
pub(crate) async fn run(api: &Api, command: Command) -> Result<()> {
    let mut users = api.client()?.users();
    match command {
        Command::Get { name } => {
            let name = api.place.name(&["users"], &name)?;
            api.show(users.get_user(ask(v1::GetUserRequest { name }))).await
        }
        Command::List { paging } => list(api, paging).await,
    }
}

async fn list(api: &Api, paging: Paging) -> Result<()> {
    let users = api.client()?.users();
    let first = v1::ListUsersRequest {
        parent: api.place.parent()?,
        filter: paging.filter,
        page_size: paging.size.page_size,
        ..v1::ListUsersRequest::default()
    };
    let page = pages!(users.list_users(first).users);
    api.output.pages(tables::USERS, page).await
}
