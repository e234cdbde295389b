//! What `latchkey dev` keeps, in a folder below the working directory.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// Below the working directory.
const FOLDER: &str = ".latchkey";
const DATABASE: &str = "latchkey.db";
const KEYRING: &str = "keyring.toml";
const KEYS: &str = "keys.toml";
/// SQLite's write-ahead log, and its index.
const BESIDE_DATABASE: [&str; 2] = ["latchkey.db-wal", "latchkey.db-shm"];

/// The folder.
#[derive(Debug)]
pub(super) struct State(PathBuf);

impl State {
    /// Makes the folder if it is missing; `fresh` deletes what an earlier `dev` made in it, and
    /// nothing else.
    pub(super) fn open(fresh: bool) -> Result<Self> {
        let here = std::env::current_dir().context("there is no working directory")?;
        Self::open_in(&here, fresh)
    }

    fn open_in(here: &Path, fresh: bool) -> Result<Self> {
        let folder = here.join(FOLDER);
        let cannot = || format!("cannot keep anything in {}", folder.display());
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(&folder).with_context(cannot)?;
        if fresh {
            for name in [DATABASE, KEYRING, KEYS].into_iter().chain(BESIDE_DATABASE) {
                remove(&folder.join(name)).with_context(cannot)?;
            }
        }
        // Its secrets are not for a repository.
        fs::write(folder.join(".gitignore"), "*\n").with_context(cannot)?;
        Ok(Self(folder))
    }

    /// Where it is.
    pub(super) fn folder(&self) -> &Path {
        &self.0
    }

    /// The database.
    pub(super) fn database_url(&self) -> Result<String> {
        let path = self.0.join(DATABASE);
        let path = path.to_str().context("the working directory's name is not UTF-8")?;
        Ok(format!("sqlite:{path}"))
    }

    /// The key ring's file.
    pub(super) fn keyring(&self) -> PathBuf {
        self.0.join(KEYRING)
    }

    /// The file of the API keys.
    pub(super) fn keys(&self) -> PathBuf {
        self.0.join(KEYS)
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginning_anew_deletes_only_what_dev_made() {
        let here = tempfile::tempdir().unwrap();
        let state = State::open_in(here.path(), false).unwrap();
        fs::write(state.keys(), "").unwrap();
        fs::write(state.folder().join("notes.txt"), "mine").unwrap();

        let state = State::open_in(here.path(), true).unwrap();

        assert!(!state.keys().exists());
        assert_eq!(fs::read_to_string(state.folder().join("notes.txt")).unwrap(), "mine");
    }
}
