//! `latchkey keyring`: the key ring's file, and what its keys sealed in the database.

mod database;
mod list;
mod rotate;

use anyhow::{Context, Result};
use clap::Subcommand;
use latchkey_domain::caller::Caller;
use latchkey_keyring::{KeyFile, KeyId, KeyRing};

use crate::{
    config::{Config, KeyringConfig},
    files, terminal,
};

/// Whoever holds the file.
const CALLER: &Caller = &Caller::of_the_database();

/// What to do with the key ring.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add a key, which opens and does not seal yet; or make the file, with a first key that does both.
    ///
    /// To change keys: add one, give the file to every replica and restart them; promote it, and the
    /// same again; then re-encrypt, and retire the old one.
    Add,
    /// Make a key of the ring the one that seals. Every replica must have it already.
    Promote {
        /// The key's id, as `list` shows it.
        key_id: KeyId,
    },
    /// Seal anew, with the key that seals now, whatever another key sealed. It can be cut off at any
    /// moment and begun again, while the service runs. If a replica goes on sealing with another key, it
    /// ends and says so.
    ReEncrypt {
        /// A JSON object, for programs.
        #[arg(long)]
        json: bool,
    },
    /// Take a key out of the file, once nothing needs it: no row, and for an hour no sign-in.
    Retire {
        /// The key's id, as `list` shows it.
        key_id: KeyId,
    },
    /// Show the ids of the keys and, where the database can be reached, what needs them. The keys
    /// themselves are never shown.
    List {
        /// One JSON object a line, for programs.
        #[arg(long)]
        json: bool,
    },
}

/// Does it.
pub(super) async fn run(config: &Config, command: Command) -> Result<()> {
    match command {
        Command::Add => add(config).await,
        Command::Promote { key_id } => promote(config, key_id).await,
        Command::ReEncrypt { json } => rotate::re_encrypt(config, json).await,
        Command::Retire { key_id } => rotate::retire(config, key_id).await,
        Command::List { json } => list::list(config, json).await,
    }
}

async fn add(config: &Config) -> Result<()> {
    let (file, added) = match config.keyring.file()? {
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
    write(&config.keyring, &file)?;
    let database = database::reachable(config).await;
    database::noted(database, async |keys| keys.key_was_added(CALLER, added).await).await;
    let what =
        if file.keys.len() == 1 { "it seals" } else { "it opens; promote it to let it seal" };
    terminal::say(&format!("{added}  {what}"))
}

async fn promote(config: &Config, id: KeyId) -> Result<()> {
    let mut file = existing(&config.keyring)?;
    let before = file.primary;
    file.promote(id)?;
    // Of the key that sealed until now: replicas go on sealing with it until they are restarted.
    let database = database::reachable(config).await;
    if let Some(database) = &database {
        database.latchkey.note_primary().await?;
    }
    write(&config.keyring, &file)?;
    database::noted(database, async |keys| keys.key_was_promoted(CALLER, (before, id)).await).await;
    terminal::say(&format!("{id}  it seals"))
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
