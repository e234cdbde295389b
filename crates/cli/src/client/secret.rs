//! Secrets that commands are given: never on the command line, where everybody on the machine reads them.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use secrecy::SecretString;

/// Where a secret is read from.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct SecretSource {
    /// The file that holds the secret; - is standard input.
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// The environment variable that holds the secret.
    #[arg(long, value_name = "NAME")]
    secret_variable: Option<String>,
}

impl SecretSource {
    /// Reads it.
    pub(crate) fn read(&self) -> Result<SecretString> {
        match (&self.secret_file, &self.secret_variable) {
            (Some(path), _) if path == Path::new("-") => {
                let mut text = String::new();
                std::io::stdin().read_to_string(&mut text).context("standard input")?;
                trimmed(&text)
            }
            (Some(path), _) => of_file(path),
            (None, variable) => of_variable(variable.as_deref().unwrap_or_default()),
        }
    }
}

/// The secret in a file, without the white space around it.
pub(crate) fn of_file(path: &Path) -> Result<SecretString> {
    let place = || path.display().to_string();
    let text = crate::files::read(path)?.context("is not there").with_context(place)?;
    trimmed(&text).with_context(place)
}

/// The secret in a variable.
pub(crate) fn of_variable(name: &str) -> Result<SecretString> {
    #[expect(clippy::disallowed_methods, reason = "the command line names the variable")]
    let text = std::env::var(name);
    let text = text.ok().context("is not set").with_context(|| format!("the variable {name}"))?;
    trimmed(&text).with_context(|| format!("the variable {name}"))
}

fn trimmed(text: &str) -> Result<SecretString> {
    let text = text.trim();
    ensure!(!text.is_empty(), "is empty");
    Ok(text.into())
}
