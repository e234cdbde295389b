//! `latchkey audit`.

use anyhow::Result;
use clap::Subcommand;
use latchkey_proto::{v1, well_known::Timestamp};

use crate::client::{Api, Paging, pages, tables};

/// What to do with the audit.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List who changed what of the configuration, newest first.
    List(List),
}

/// Which changes to list.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    paging: Paging,
    /// What belongs to the installation instead of an environment.
    #[arg(long)]
    installation: bool,
    /// Leave out what was before, such as 2026-01-31T12:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Timestamp>,
    /// Leave out what was then or later.
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,
}

/// Does it.
pub(crate) async fn run(api: &Api, Command::List(list): Command) -> Result<()> {
    let tenants = api.client()?.tenants();
    let first = v1::ListAuditEntriesRequest {
        parent: if list.installation { String::new() } else { api.place.parent()? },
        page_size: list.paging.size.page_size,
        filter: list.paging.filter,
        start_time: list.since,
        end_time: list.until,
        ..v1::ListAuditEntriesRequest::default()
    };
    let page = pages!(tenants.list_audit_entries(first).audit_entries);
    api.output.pages(tables::AUDIT_ENTRIES, page).await
}

/// Reads a time as JSON has it.
fn time(text: &str) -> Result<Timestamp, &'static str> {
    serde_json::from_value(text.into()).map_err(|_| "must be such as 2026-01-31T12:00:00Z")
}
