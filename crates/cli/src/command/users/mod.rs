//! `latchkey users`.

mod change;
mod lists;

use anyhow::Result;
use clap::Subcommand;
use latchkey_proto::v1;

use crate::client::{Api, Dry, Guard, PageSize, Paging, ask};

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
    /// Let nobody sign in as a user any more.
    Suspend {
        /// Their id, or their whole name.
        name: String,
        /// Why, for the audit, which keeps it for ever.
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        reason: String,
        #[command(flatten)]
        guard: Guard,
        #[command(flatten)]
        dry: Dry,
    },
    /// Let a suspended user sign in again.
    Unsuspend {
        /// Their id, or their whole name.
        name: String,
        #[command(flatten)]
        guard: Guard,
        #[command(flatten)]
        dry: Dry,
    },
    /// Delete a user, for ever. Whoever comes with the same account afterwards is a new user.
    Delete {
        /// Their id, or their whole name.
        name: String,
        #[command(flatten)]
        guard: Guard,
        #[command(flatten)]
        dry: Dry,
    },
    /// List the ways that a user is known, oldest first.
    Identities {
        /// The user's id, or their whole name.
        name: String,
        #[command(flatten)]
        size: PageSize,
    },
    /// Take a way in from a user; the last one cannot be taken.
    Unlink {
        /// The user's and the identity's ids, with a slash between them, or its whole name.
        name: String,
        #[command(flatten)]
        guard: Guard,
        #[command(flatten)]
        dry: Dry,
    },
    /// List sign-ins, newest first, with how each ended.
    SignIns {
        /// Only those of this user, by their id or their whole name, deleted or not.
        #[arg(long, value_name = "USER")]
        user: Option<String>,
        #[command(flatten)]
        size: PageSize,
    },
}

/// Does it.
pub(crate) async fn run(api: &Api, command: Command) -> Result<()> {
    match command {
        Command::Get { name } => {
            let name = api.place.name(&["users"], &name)?;
            let mut users = api.client()?.users();
            api.show(users.get_user(ask(v1::GetUserRequest { name }))).await
        }
        Command::List { paging } => lists::users(api, paging).await,
        Command::Suspend { name, reason, guard, dry } => {
            change::suspend(api, &name, reason, (guard, dry)).await
        }
        Command::Unsuspend { name, guard, dry } => {
            change::unsuspend(api, &name, (guard, dry)).await
        }
        Command::Delete { name, guard, dry } => change::delete(api, &name, (guard, dry)).await,
        Command::Identities { name, size } => lists::identities(api, &name, size).await,
        Command::Unlink { name, guard, dry } => change::unlink(api, &name, (guard, dry)).await,
        Command::SignIns { user, size } => lists::sign_ins(api, user.as_deref(), size).await,
    }
}
