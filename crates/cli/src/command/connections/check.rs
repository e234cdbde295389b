//! Asking the provider about a connection, without a person.

use anyhow::{Result, ensure};
use latchkey_proto::v1::{self, ConnectionCheckStatus};

use crate::client::{Api, answer, ask, tables};

/// What to ask about.
#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// The connection's id, or its whole name.
    connection: String,
    /// The callback host to ask about; without it, the environment's default domain.
    #[arg(long, value_name = "HOST", default_value_t)]
    host: String,
    /// The one credential to ask about: connection and credential by their ids, or its whole name;
    /// without it, all of them.
    #[arg(long, value_name = "NAME")]
    credential: Option<String>,
}

/// Shows every check; fails if one did.
pub(super) async fn check(api: &Api, check: Check) -> Result<()> {
    let credential = |name: String| api.place.name(&["connections", "credentials"], &name);
    let request = v1::CheckConnectionRequest {
        name: api.place.connection(&check.connection)?,
        host: check.host,
        credential: check.credential.map(credential).transpose()?.unwrap_or_default(),
    };
    let mut admin = api.client()?.connections();
    let checks = answer(admin.check_connection(ask(request))).await?.checks;
    api.output.list(&checks, tables::CONNECTION_CHECKS)?;
    let failed = checks.iter().filter(|check| check.status() == ConnectionCheckStatus::Failed);
    let failed = failed.count();
    ensure!(failed == 0, "{failed} of {} checks failed", checks.len());
    Ok(())
}
