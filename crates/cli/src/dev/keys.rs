//! The API keys of `latchkey dev`, in a file that its owner alone can read.

use std::{collections::BTreeMap, fmt::Write, path::Path};

use anyhow::{Context, Result};
use latchkey_keyring::sha256;
use secrecy::{ExposeSecret, SecretString};

use crate::files;

const HEADING: &str =
    "# The API keys of `latchkey dev`. One that no longer works is replaced at the next start.\n";

/// The keys; empty where there is none yet.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// For everything.
    pub(super) operator: SecretString,
    /// For the gateway.
    pub(super) gateway: SecretString,
    /// For the demo application.
    pub(super) application: SecretString,
    /// Tells whether Bitbucket's consumer is the one of the last start. No key.
    pub(super) consumer: SecretString,
}

impl Keys {
    /// Reads what is there.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let Some(text) = files::read(path)? else { return Ok(Self::default()) };
        let read = toml::from_str::<BTreeMap<String, SecretString>>(&text);
        // What the parser says could repeat a key.
        let mut read = read.ok().with_context(|| {
            format!("{} cannot be understood; delete it, and keys are made anew", path.display())
        })?;
        let mut take = |name: &str| read.remove(name).unwrap_or_default();
        Ok(Self {
            operator: take("operator"),
            gateway: take("gateway"),
            application: take("application"),
            consumer: take("consumer_fingerprint"),
        })
    }

    /// Writes all of them.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let mut text = HEADING.to_owned();
        for (name, key) in [
            ("operator", &self.operator),
            ("gateway", &self.gateway),
            ("application", &self.application),
            ("consumer_fingerprint", &self.consumer),
        ] {
            // Letters, digits, `-` and `_`: nothing to escape.
            writeln!(text, "{name} = \"{}\"", key.expose_secret())?;
        }
        files::write_secret(path, &text)
    }
}

/// Tells two consumers apart without keeping either.
pub(super) fn fingerprint(key: &str, secret: &SecretString) -> SecretString {
    let hash = sha256(format!("{key}\n{}", secret.expose_secret()).as_bytes());
    let text = hash.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    });
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        let keys = Keys { operator: "lk_operator_a-b_c".into(), ..Keys::default() };

        keys.write(&path).unwrap();

        let read = Keys::read(&path).unwrap();
        assert_eq!(read.operator.expose_secret(), "lk_operator_a-b_c");
        assert_eq!(read.gateway.expose_secret(), "");
    }
}
