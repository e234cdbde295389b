//! How the database is reached.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::connect::sqlite_path;

/// Settings of the database.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `postgres://user:password@host/database`, or `sqlite:path/to/file.db`.
    pub url: SecretString,
    /// How many connections to PostgreSQL at most. A sign-in holds one for milliseconds.
    pub max_connections: u32,
}

impl Default for Config {
    fn default() -> Self {
        // Two cores keep about this many connections busy; each costs the server some megabytes.
        Self { url: "sqlite:.latchkey/latchkey.db".into(), max_connections: 16 }
    }
}

impl Config {
    /// Whether it is a SQLite file that is not there: connecting would make it.
    pub fn is_file_to_be_made(&self) -> bool {
        let url = self.url.expose_secret();
        url.starts_with("sqlite:") && !sqlite_path(url).exists()
    }

    /// What is wrong with the settings, each with its field.
    pub fn problems(&self) -> Vec<String> {
        let url = self.url.expose_secret();
        let mut problems = Vec::new();
        if !["postgres://", "postgresql://", "sqlite:"].iter().any(|known| url.starts_with(known)) {
            problems.push("url: must begin with postgres:// or sqlite:".to_owned());
        }
        if self.max_connections < 2 {
            problems.push(
                "max_connections: must be at least 2, one of them for the lock of the migrations"
                    .to_owned(),
            );
        }
        problems
    }
}
