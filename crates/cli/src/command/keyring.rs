//! `latchkey keyring`: the key ring's file.

use anyhow::{Context, Result};
use clap::Subcommand;
use latchkey_keyring::{KeyFile, KeyId, KeyRing};

use crate::{config::KeyringConfig, files, terminal};

/// What to do with the key ring.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add a key, which opens and does not seal yet; or make the file, with a first key that does both.
    ///
    /// To change keys: add one, give the file to every replica and restart them, then promote it.
    Add,
    /// Make a key of the ring the one that seals. Every replica must have it already.
    Promote {
        /// The key's id, as `list` shows it.
        key_id: KeyId,
    },
    /// Show the ids of the keys. The keys themselves are never shown.
    List,
}

/// Does it.
pub(super) fn run(config: &KeyringConfig, command: &Command) -> Result<()> {
    match command {
        Command::Add => add(config),
        Command::Promote { key_id } => promote(config, *key_id),
        Command::List => list(config),
    }
}

fn add(config: &KeyringConfig) -> Result<()> {
    let (file, added) = match config.file()? {
        None => {
            let file = KeyFile::generate()?;
            let first = file.primary;
            (file, first)
        }
        Some(mut file) => {
            let added = file.add()?;
            (file, added)
        }
    };
    write(config, &file)?;
    let what =
        if file.keys.len() == 1 { "it seals" } else { "it opens; promote it to let it seal" };
    terminal::say(&format!("{added}  {what}"))
}

fn promote(config: &KeyringConfig, id: KeyId) -> Result<()> {
    let mut file = existing(config)?;
    file.promote(id)?;
    write(config, &file)?;
    terminal::say(&format!("{id}  it seals"))
}

fn list(config: &KeyringConfig) -> Result<()> {
    let file = existing(config)?;
    KeyRing::load(&file).with_context(|| config.file.display().to_string())?;
    let row = |id: KeyId| vec![id.to_string(), use_of(&file, id).to_owned()];
    let rows = file.keys.iter().map(|key| row(key.id)).collect::<Vec<_>>();
    terminal::say(&terminal::table(&["KEY", "USE"], &rows))
}

fn use_of(file: &KeyFile, id: KeyId) -> &'static str {
    if file.primary == id { "seals and opens" } else { "opens" }
}

fn existing(config: &KeyringConfig) -> Result<KeyFile> {
    let missing = || {
        format!("there is no key ring at {}: make one with `keyring add`", config.file.display())
    };
    config.file()?.with_context(missing)
}

/// Makes a ring of one key at the file's place, unless one is there.
pub(crate) fn make(config: &KeyringConfig) -> Result<()> {
    if config.file()?.is_none() {
        write(config, &KeyFile::generate()?)?;
    }
    Ok(())
}

/// Nothing is written that could not be read again.
fn write(config: &KeyringConfig, file: &KeyFile) -> Result<()> {
    KeyRing::load(file)?;
    if let Some(folder) = config.file.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
    }
    files::write_secret(&config.file, &toml::to_string(file)?)
}
