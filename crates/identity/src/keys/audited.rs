//! What was done to the ring, for the audit. It belongs to the installation.

use latchkey_domain::{
    audit::{Change, FieldChange},
    caller::Caller,
};
use latchkey_keyring::KeyId;

use crate::{Latchkey, Result};

/// A change of a key of the ring.
pub(super) fn of_key(action: &'static str, key: KeyId, fields: Vec<FieldChange>) -> Change {
    Change { environment: None, action, resource: format!("keyring/{key}"), fields }
}

impl Latchkey {
    /// Notes that a key was added to the ring's file.
    pub async fn key_was_added(&self, caller: &Caller, key: KeyId) -> Result<()> {
        self.audit_alone(caller, &of_key("keyring.key_added", key, Vec::new())).await
    }

    /// Notes that in the ring's file another key seals than before.
    pub async fn key_was_promoted(
        &self,
        caller: &Caller,
        (before, key): (KeyId, KeyId),
    ) -> Result<()> {
        let fields = FieldChange::replaced("primary", &before.to_string(), &key.to_string());
        self.audit_alone(caller, &of_key("keyring.key_promoted", key, vec![fields])).await
    }

    /// A line for what no transaction of ours does.
    pub(super) async fn audit_alone(&self, caller: &Caller, change: &Change) -> Result<()> {
        let tx = self.store.begin().await?;
        tx.audit(caller, change, self.clock.now()).await?;
        Ok(tx.commit().await?)
    }
}
