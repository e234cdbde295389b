//! Configuring the ways in, a step a file.

mod callback_urls;
mod check;
mod checks;
mod create;
mod credentials;
mod delete;
mod delete_credential;
mod grant;
mod policies;
mod promote;
mod purge;
mod read;
mod undelete;
mod update;

pub use callback_urls::CallbackUrl;
pub use check::{CheckedConnection, WhatToCheck};
pub use create::NewConnection;
pub use credentials::NewCredential;
pub use delete::DeletedConnection;
pub use grant::WantedGrant;
pub use policies::ConnectionPolicyChanges;
pub use read::{ConnectionView, WhichConnections};
pub use update::ConnectionChanges;

pub(crate) use update::{names, replace};
