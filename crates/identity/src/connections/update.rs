//! Changing a connection.

use backon::Retryable;
use latchkey_domain::{
    audit::{Change, FieldChange},
    caller::Caller,
    connection::Connection,
    event::EventBody,
    name::ConnectionName,
    text::DisplayName,
    upstream::UpstreamParams,
};
use serde::Serialize;

use super::{ConnectionPolicyChanges, ConnectionView};
use crate::{
    Error, Latchkey, Result,
    request::{after_conflict, expect_etag},
};

/// What to change of a connection; the rest stays.
#[derive(Debug, Clone, Default)]
pub struct ConnectionChanges {
    /// What people read on the button.
    pub display_name: Option<DisplayName>,
    /// Whether the provider's word proves an address.
    pub trusted_provider: Option<bool>,
    /// What is added to the provider's authorization URL.
    pub upstream_params: Option<UpstreamParams>,
    /// What it asks of whoever comes through it.
    pub policies: ConnectionPolicyChanges,
    /// Whether it is switched off.
    pub disabled: Option<bool>,
    /// The version that the caller knows.
    pub etag: Option<String>,
    /// Only check, and change nothing.
    pub validate_only: bool,
}

impl ConnectionChanges {
    /// Applies the changes, and tells the fields that are different now.
    fn apply(&self, connection: &mut Connection) -> Vec<FieldChange> {
        let mut changed = Vec::new();
        replace(
            &mut connection.display_name,
            self.display_name.as_ref(),
            "display_name",
            &mut changed,
        );
        replace(
            &mut connection.trusted_provider,
            self.trusted_provider.as_ref(),
            "trusted_provider",
            &mut changed,
        );
        replace(
            &mut connection.upstream_params,
            self.upstream_params.as_ref(),
            "upstream_params",
            &mut changed,
        );
        replace(&mut connection.disabled, self.disabled.as_ref(), "disabled", &mut changed);
        self.policies.apply(&mut connection.policies, &mut changed);
        changed
    }
}

/// Puts a new value in place of another one, and notes both.
pub(crate) fn replace<T: Clone + PartialEq + Serialize>(
    field: &mut T,
    new: Option<&T>,
    name: &'static str,
    changed: &mut Vec<FieldChange>,
) {
    if let Some(new) = new
        && new != field
    {
        changed.push(FieldChange::replaced(name, field, new));
        field.clone_from(new);
    }
}

/// What an event tells of changed fields: their names.
pub(crate) fn names(changed: &[FieldChange]) -> Vec<String> {
    changed.iter().map(|change| change.field.clone()).collect()
}

impl Latchkey {
    /// Changes a connection. Changing nothing is no change: no new version, no event.
    #[tracing::instrument(skip_all, fields(connection = %name), err(level = "debug"))]
    pub async fn update_connection(
        &self,
        caller: &Caller,
        name: &ConnectionName,
        changes: &ConnectionChanges,
    ) -> Result<ConnectionView> {
        Self::see(caller, &name.environment)?;
        let update = || self.try_update_connection(caller, name, changes);
        update.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_update_connection(
        &self,
        caller: &Caller,
        name: &ConnectionName,
        changes: &ConnectionChanges,
    ) -> Result<ConnectionView> {
        let tx = self.store.begin().await?;
        let environment = tx.environment(&name.environment).await?.ok_or(Error::NotFound)?;
        let mut connection = tx.connection(name).await?.ok_or(Error::NotFound)?;
        expect_etag(changes.etag.as_deref(), connection.version)?;
        let fields = changes.apply(&mut connection);
        let credentials = tx.credentials_for(name, Some(&environment.default_domain)).await?;
        if fields.is_empty() {
            return Ok(self.view(connection, &credentials, &environment));
        }
        let now = self.clock.now();
        connection.version += 1;
        connection.updated_at = now;
        if !tx.update_connection(&connection).await? {
            return Err(Error::Contention(latchkey_store::Error::changed_meanwhile()));
        }
        let changed_fields = names(&fields);
        let updated = EventBody::ConnectionUpdated { connection: name.clone(), changed_fields };
        tx.emit_about(name, updated, now).await?;
        let change = Change::of(&name.environment, "connection.updated", name, fields);
        tx.audit(caller, &change, now).await?;
        if !changes.validate_only {
            tx.commit().await?;
        }
        Ok(self.view(connection, &credentials, &environment))
    }
}
