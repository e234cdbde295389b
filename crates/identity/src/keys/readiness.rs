//! Whether calls can be answered: the database is there, and every key that its rows name.

use std::collections::BTreeMap;

use latchkey_keyring::KeyId;
use latchkey_store::SealedKind;

use crate::{Latchkey, Result};

/// What is there, and what is not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readiness {
    /// Whether the database answers.
    pub database: bool,
    /// The keys that sealed what is kept and are not in the ring, by what they sealed.
    pub missing_keys: BTreeMap<SealedKind, Vec<KeyId>>,
}

impl Readiness {
    /// Whether everything of a kind can be opened.
    pub fn opens(&self, kind: SealedKind) -> bool {
        self.database && !self.missing_keys.contains_key(&kind)
    }
}

impl Latchkey {
    /// Looks whether calls can be answered. It costs a few steps in an index, whatever is kept.
    pub async fn readiness(&self) -> Readiness {
        if self.store.ping().await.is_err() {
            return Readiness::default();
        }
        match self.missing_keys().await {
            Ok(missing_keys) => Readiness { database: true, missing_keys },
            Err(_) => Readiness::default(),
        }
    }

    async fn missing_keys(&self) -> Result<BTreeMap<SealedKind, Vec<KeyId>>> {
        let mut missing = BTreeMap::new();
        for kind in SealedKind::ALL {
            let mut keys = self.keys_of(kind).await?;
            keys.retain(|key| !self.keyring.holds(*key));
            if !keys.is_empty() {
                missing.insert(kind, keys);
            }
        }
        Ok(missing)
    }
}
