//! The audit: who changed what. A change and its line commit together.

use latchkey_domain::{audit::Change, caller::Caller, id::AuditEntryId, time::Timestamp};
use sea_orm::ActiveModelTrait;

use crate::{Result, Tx, api_keys::kind_name, entity::audit_entry::ActiveModel, tx::set};

impl Tx {
    /// Notes who makes a change, if it commits.
    pub async fn audit(&self, caller: &Caller, change: &Change, now: Timestamp) -> Result<()> {
        let fields = serde_json::to_string(&change.fields).expect("a list of texts is JSON");
        let environment = change.environment.as_ref().map(ToString::to_string).unwrap_or_default();
        let row = ActiveModel {
            id: set(AuditEntryId::new(now).0),
            environment: set(environment),
            time: set(now.0),
            actor_kind: set(caller.key.map(|_| kind_name(caller.principal.kind()).to_owned())),
            actor_key: set(caller.key.map(|key| key.0)),
            action: set(change.action),
            resource: set(change.resource.as_str()),
            fields: set(fields),
            request_id: set(caller.origin.request_id.clone()),
            address: set(caller.origin.address.map(|address| address.to_string())),
            trace_id: set(trace_id()),
        };
        row.insert(&self.tx).await?;
        Ok(())
    }
}

/// The trace's part of `{version}-{trace}-{span}-{flags}` (W3C Trace Context, 3.2).
fn trace_id() -> Option<String> {
    let traceparent = latchkey_telemetry::current_traceparent()?;
    traceparent.split('-').nth(1).map(str::to_owned)
}
