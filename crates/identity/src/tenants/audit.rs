//! Reading who changed what.

use latchkey_domain::{
    audit::{AuditEntry, AuditFilter},
    caller::Caller,
    id::EnvironmentId,
    page::{Listed, Page},
};
use latchkey_store::Cursor;
use uuid::Uuid;

use super::may_administer;
use crate::{Error, Latchkey, Result};

impl Latchkey {
    /// Lists what was changed in an environment, be it a deleted one, or of the installation; newest
    /// first.
    pub async fn list_audit_entries(
        &self,
        caller: &Caller,
        environment: Option<&EnvironmentId>,
        filter: &AuditFilter,
        page: &Page<Cursor<Uuid>>,
    ) -> Result<Listed<AuditEntry, Cursor<Uuid>>> {
        may_administer(caller, environment)?;
        if let Some(environment) = environment
            && !self.store.was_there_ever(environment).await?
        {
            return Err(Error::NotFound);
        }
        Ok(self.store.list_audit_entries(environment, filter, page).await?)
    }
}
