//! Which applications may use a connection, and for what.

use anyhow::Result;
use latchkey_proto::v1;

use crate::client::{Api, Guard, PageSize, ask, pages, tables};

/// What to grant.
#[derive(Debug, clap::Args)]
pub(crate) struct Grant {
    /// The connection's id, or its whole name.
    connection: String,
    /// The application's id, or its whole name.
    application: String,
    /// People who are not known may sign up. Without it, as before; a new grant has it.
    #[arg(long, value_name = "BOOL")]
    may_sign_up: Option<bool>,
    /// People who are known by their account may sign in. Without it, as before; a new grant has it.
    #[arg(long, value_name = "BOOL")]
    may_sign_in: Option<bool>,
    /// An account may be linked to the user who holds its proven address. Without it, as before; a
    /// new grant has it.
    #[arg(long, value_name = "BOOL")]
    may_link: Option<bool>,
    #[command(flatten)]
    guard: Guard,
}

/// What to take.
#[derive(Debug, clap::Args)]
pub(crate) struct Revoke {
    /// The connection's id, or its whole name.
    connection: String,
    /// The application's id, or its whole name.
    application: String,
    #[command(flatten)]
    guard: Guard,
}

pub(super) async fn grant(api: &Api, grant: Grant) -> Result<()> {
    let request = ask(v1::GrantApplicationRequest {
        connection: api.place.connection(&grant.connection)?,
        application: api.place.application(&grant.application)?,
        may_sign_up: grant.may_sign_up,
        may_sign_in: grant.may_sign_in,
        may_link: grant.may_link,
        etag: grant.guard.etag,
    });
    api.show(api.client()?.connections().grant_application(request)).await
}

pub(super) async fn list(
    api: &Api,
    connection: &str,
    PageSize { page_size }: PageSize,
) -> Result<()> {
    let admin = api.client()?.connections();
    let parent = api.place.connection(connection)?;
    let first = v1::ListApplicationGrantsRequest { parent, page_size, page_token: String::new() };
    let page = pages!(admin.list_application_grants(first).application_grants);
    api.output.pages(tables::GRANTS, page).await
}

pub(super) async fn revoke(api: &Api, revoke: Revoke) -> Result<()> {
    let Revoke { connection, application, guard: Guard { etag } } = revoke;
    let told = format!("{application} may not use {connection} any more");
    let connection = api.place.connection(&connection)?;
    let application = api.place.application(&application)?;
    let request = ask(v1::RevokeApplicationRequest { connection, application, etag });
    api.done(api.client()?.connections().revoke_application(request), &told).await
}
