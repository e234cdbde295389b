//! What a key is needed for.

use std::collections::BTreeSet;

use latchkey_domain::time::Timestamp;
use latchkey_keyring::KeyId;
use latchkey_store::SealedKind;

use crate::{Latchkey, Result};

/// What a key is needed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// The key.
    pub key: KeyId,
    /// How many values of each kind it sealed that are still there.
    pub sealed: Vec<(SealedKind, u64)>,
    /// When it last sealed, in whichever process, to within a minute.
    pub last_sealed_at: Option<Timestamp>,
}

impl KeyUse {
    /// Whether nothing that is kept needs it.
    pub fn is_unused(&self) -> bool {
        self.sealed.iter().all(|(_, count)| *count == 0)
    }
}

impl Latchkey {
    /// What a key is needed for, be it in this ring or not.
    pub async fn key_use(&self, key: KeyId) -> Result<KeyUse> {
        let mut sealed = Vec::with_capacity(SealedKind::ALL.len());
        for kind in SealedKind::ALL {
            sealed.push((kind, self.store.count_sealed(kind, key.mark()).await?));
        }
        let last_sealed_at = self.store.last_sealed(&key.to_string()).await?;
        Ok(KeyUse { key, sealed, last_sealed_at })
    }

    /// The keys that sealed what is kept.
    pub async fn keys_in_use(&self) -> Result<BTreeSet<KeyId>> {
        let mut found = BTreeSet::new();
        for kind in SealedKind::ALL {
            found.extend(self.keys_of(kind).await?);
        }
        Ok(found)
    }

    pub(super) async fn keys_of(&self, kind: SealedKind) -> Result<Vec<KeyId>> {
        let marks = self.store.seal_marks(kind).await?;
        Ok(marks.iter().filter_map(|mark| KeyId::that_sealed(mark)).collect())
    }
}
