//! The key ring as it is kept in a file.

use base64::{Engine, prelude::BASE64_STANDARD};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use crate::{Error, KeyId, digest::random_bytes, key::Key};

/// A key ring's file. New values are sealed with the primary key; the others still open theirs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    /// The key that seals.
    pub primary: KeyId,
    /// Every key.
    #[serde(rename = "key")]
    pub keys: Vec<KeyEntry>,
}

/// A key in the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyEntry {
    /// Follows from the key.
    pub id: KeyId,
    /// 32 random bytes in base64.
    #[serde(serialize_with = "expose")]
    pub secret: SecretString,
}

/// The file is where secrets are kept: there they are written.
fn expose<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

impl KeyEntry {
    /// Makes a key.
    pub fn generate() -> Result<Self, Error> {
        let bytes = random_bytes::<32>()?;
        let id = Key::new(&bytes)?.id;
        Ok(Self { id, secret: BASE64_STANDARD.encode(bytes).into() })
    }

    pub(crate) fn bytes(&self) -> Option<[u8; 32]> {
        BASE64_STANDARD.decode(self.secret.expose_secret()).ok()?.try_into().ok()
    }
}

impl KeyFile {
    /// Makes a ring of one key.
    pub fn generate() -> Result<Self, Error> {
        let key = KeyEntry::generate()?;
        Ok(Self { primary: key.id, keys: vec![key] })
    }

    /// Adds a key that opens, and does not seal yet: every replica must have it first.
    pub fn add(&mut self) -> Result<KeyId, Error> {
        let key = KeyEntry::generate()?;
        let id = key.id;
        self.keys.push(key);
        Ok(id)
    }

    /// Makes a key the one that seals.
    pub fn promote(&mut self, id: KeyId) -> Result<(), Error> {
        if !self.keys.iter().any(|key| key.id == id) {
            return Err(Error::PrimaryMissing(id));
        }
        self.primary = id;
        Ok(())
    }

    /// Takes a key out, which opens nothing from then on.
    pub fn remove(&mut self, id: KeyId) -> Result<(), Error> {
        if self.primary == id {
            return Err(Error::Primary(id));
        }
        let before = self.keys.len();
        self.keys.retain(|key| key.id != id);
        if self.keys.len() == before { Err(Error::KeyMissing(id)) } else { Ok(()) }
    }
}
