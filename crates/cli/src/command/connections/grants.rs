//! Which applications may use a connection, and for what.

use anyhow::Result;
use latchkey_proto::v1;

use crate::client::{Api, PageSize, ask, pages, tables};

/// What to grant.
#[derive(Debug, clap::Args)]
pub(crate) struct Grant {
    /// The connection's id, or its whole name.
    connection: String,
    /// The application's id, or its whole name.
    application: String,
    /// People who are not known may sign up.
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set)]
    may_sign_up: bool,
    /// People who are known by their account may sign in.
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set)]
    may_sign_in: bool,
    /// An account may be linked to the user who holds its proven address.
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set)]
    may_link: bool,
}

pub(super) async fn grant(api: &Api, grant: Grant) -> Result<()> {
    let told = format!("{} may use {}", grant.application, grant.connection);
    let request = ask(v1::GrantApplicationRequest {
        connection: api.place.connection(&grant.connection)?,
        application: api.place.application(&grant.application)?,
        may_sign_up: Some(grant.may_sign_up),
        may_sign_in: Some(grant.may_sign_in),
        may_link: Some(grant.may_link),
    });
    api.done(api.client()?.connections().grant_application(request), &told).await
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

pub(super) async fn revoke(api: &Api, connection: &str, application: &str) -> Result<()> {
    let told = format!("{application} may not use {connection} any more");
    let connection = api.place.connection(connection)?;
    let application = api.place.application(application)?;
    let request = ask(v1::RevokeApplicationRequest { connection, application });
    api.done(api.client()?.connections().revoke_application(request), &told).await
}
