//! Who changed what: told of every change, to whoever may see it, and never a secret.

mod connections;
mod day;
mod every_change;
mod line;
mod organizations;
mod reading;
mod users;

use latchkey_proto::v1::{AuditEntry, ListAuditEntriesRequest};
use tonic::Status;

use crate::harness::{TestApp, admin::DEV};

/// Asks for what is in the audit of an environment.
fn of(parent: &str, filter: &str) -> ListAuditEntriesRequest {
    ListAuditEntriesRequest {
        parent: parent.to_owned(),
        page_size: 100,
        filter: filter.to_owned(),
        ..ListAuditEntriesRequest::default()
    }
}

impl TestApp {
    /// The audit, as an operator reads it.
    async fn audit(
        &self,
        request: ListAuditEntriesRequest,
    ) -> Result<(Vec<AuditEntry>, String), Status> {
        let read = self.tenants().list_audit_entries(request).await?.into_inner();
        Ok((read.audit_entries, read.next_page_token))
    }

    /// What was done last in the environment of the tests.
    async fn last_entry(&self) -> AuditEntry {
        self.audit(of(DEV, "")).await.unwrap().0.remove(0)
    }
}
