//! The use cases with the ring of the file, for whoever holds the database.

use anyhow::Result;
use latchkey_identity::{Latchkey, Providers};

use super::existing;
use crate::{
    compose::{self, Service},
    config::{Config, Section},
};

/// Opens the database, if its schema is current.
pub(super) async fn open(config: &Config) -> Result<Service> {
    config.check(&[Section::Store, Section::Keyring, Section::Telemetry])?;
    existing(&config.keyring)?;
    let ring = config.keyring.ring()?;
    Ok(Service::new(
        config,
        compose::connect_to_current(config).await?,
        ring,
        Providers::new(),
        None,
    ))
}

/// As [`open`], where there is a database; it tells why there is none.
pub(super) async fn reachable(config: &Config) -> Option<Service> {
    let opened = if config.store.is_file_to_be_made() {
        Err(anyhow::anyhow!("its file is not there"))
    } else {
        open(config).await
    };
    opened.inspect_err(|error| eprintln!("the database was not asked: {error:#}")).ok()
}

/// Leaves a line in the audit, where there is a database. What the line tells of is done already: it
/// tells why there is no line, and does not fail.
pub(super) async fn noted(
    database: Option<Service>,
    note: impl AsyncFnOnce(&Latchkey) -> latchkey_identity::Result<()>,
) {
    let Some(database) = database else { return };
    let noted = note(&database.latchkey).await.map_err(anyhow::Error::from);
    let closed = database.store.close().await.map_err(anyhow::Error::from);
    if let Err(error) = noted.and(closed) {
        eprintln!("the audit was not told: {error:#}");
    }
}
