//! Everything that an operator can set.

#[cfg(test)]
mod example;
mod problems;
mod production;
mod setting;
mod sources;

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::{Context, Result};
use latchkey_domain::provider::ProviderName;
use latchkey_keyring::{KeyFile, KeyRing};
use latchkey_providers::ProviderConfig;
use serde::Deserialize;

pub(crate) use problems::{Problems, Section};

/// Where `dev` keeps its key ring: known to whoever can read the folder, so not for production.
pub(crate) const DEVELOPMENT_KEYRING: &str = ".latchkey/keyring.toml";

/// The whole configuration, a section for each part that has settings.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// Whether real people sign in here. What is fit for development only is then refused.
    pub(crate) production: bool,
    /// The gRPC server.
    pub(crate) server: latchkey_server::Config,
    /// The database.
    pub(crate) store: latchkey_store::Config,
    /// The keys that seal secrets and sign-ins under way.
    pub(crate) keyring: KeyringConfig,
    /// The identity providers by name. `bitbucket` is there without being configured.
    pub(crate) providers: BTreeMap<ProviderName, ProviderConfig>,
    /// The name servers.
    pub(crate) dns: latchkey_dns::Config,
    /// RabbitMQ.
    pub(crate) relay: latchkey_relay::Config,
    /// The mail server; absent where no mail is sent.
    pub(crate) mail: Option<latchkey_mail::Config>,
    /// The gateway; absent where none runs.
    pub(crate) gateway: Option<latchkey_gateway::Config>,
    /// Logs, traces and metrics.
    pub(crate) telemetry: latchkey_telemetry::Config,
}

/// The `[keyring]` section.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct KeyringConfig {
    /// The file of the key ring, which `latchkey keyring add` makes. Every replica needs the same one.
    pub(crate) file: PathBuf,
}

impl Default for KeyringConfig {
    fn default() -> Self {
        Self { file: DEVELOPMENT_KEYRING.into() }
    }
}

impl KeyringConfig {
    /// Reads the file as it is, if it is there.
    pub(crate) fn file(&self) -> Result<Option<KeyFile>> {
        let Some(text) = crate::files::read(&self.file)? else { return Ok(None) };
        let read = toml::from_str::<KeyFile>(&text);
        // What the parser says could repeat a line, and each line may be a key.
        let read = read.map_err(|_| anyhow::anyhow!("it is not a key ring"));
        Ok(Some(read.with_context(|| self.file.display().to_string())?))
    }

    /// Reads the ring.
    pub(crate) fn ring(&self) -> Result<KeyRing> {
        let file = self.file()?.with_context(|| {
            format!(
                "there is no key ring at {}: make one with `latchkey keyring add`",
                self.file.display()
            )
        })?;
        KeyRing::load(&file).with_context(|| self.file.display().to_string())
    }
}
