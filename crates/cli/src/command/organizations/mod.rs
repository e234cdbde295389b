//! `latchkey organizations`.

mod change;
mod lost;
mod verification;

use anyhow::Result;
use clap::Subcommand;
use latchkey_proto::v1;

use crate::client::{Api, Dry, Guard, Paging, ask, pages, tables};

use change::{Create, Update};

pub(crate) use lost::lost;

/// What to do with organizations.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an organization.
    Create(Create),
    /// Show an organization, and how far its custom domain is.
    Get {
        /// Its id, or its whole name.
        name: String,
    },
    /// List the organizations of an environment, oldest first.
    List {
        #[command(flatten)]
        paging: Paging,
    },
    /// Change what the flags name, and nothing else; tells who loses their way in.
    Update(Update),
    /// Delete an organization; tells who loses their way in.
    Delete {
        /// Its id, or its whole name.
        name: String,
        #[command(flatten)]
        guard: Guard,
        #[command(flatten)]
        dry: Dry,
    },
    /// Print the TXT record that proves the custom domain, and have it looked for.
    StartDomainVerification {
        /// The organization's id, or its whole name.
        name: String,
    },
    /// Look for the TXT record now. Ends with 1 if the custom domain is not verified.
    CheckDomainVerification {
        /// The organization's id, or its whole name.
        name: String,
    },
}

/// Does it.
pub(crate) async fn run(api: &Api, command: Command) -> Result<()> {
    let mut tenants = api.client()?.tenants();
    match command {
        Command::Create(create) => {
            let request = create.request(&api.place)?;
            api.show(tenants.create_organization(ask(request))).await
        }
        Command::Get { name } => {
            let name = api.place.organization(&name)?;
            api.show(tenants.get_organization(ask(v1::GetOrganizationRequest { name }))).await
        }
        Command::List { paging } => list(api, paging).await,
        Command::Update(update) => change::update(api, update).await,
        Command::Delete { name, guard: Guard { etag }, dry: Dry { validate_only } } => {
            let name = api.place.organization(&name)?;
            change::delete(api, v1::DeleteOrganizationRequest { name, etag, validate_only }).await
        }
        Command::StartDomainVerification { name } => {
            verification::start(api, api.place.organization(&name)?).await
        }
        Command::CheckDomainVerification { name } => {
            verification::check(api, api.place.organization(&name)?).await
        }
    }
}

async fn list(api: &Api, paging: Paging) -> Result<()> {
    let tenants = api.client()?.tenants();
    let first = v1::ListOrganizationsRequest {
        parent: api.place.parent()?,
        filter: paging.filter,
        page_size: paging.size.page_size,
        ..v1::ListOrganizationsRequest::default()
    };
    let page = pages!(tenants.list_organizations(first).organizations);
    api.output.pages(tables::ORGANIZATIONS, page).await
}
