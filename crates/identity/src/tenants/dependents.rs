//! Who loses their way in with a custom domain.

use latchkey_domain::{host::Host, organization::Organization};
use latchkey_store::{DomainDependents, Tx};

use crate::Result;

/// A custom domain that goes, and what depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedDomain {
    /// The domain.
    pub host: Host,
    /// Whether people could sign in on it.
    pub served: bool,
    /// Who and what depends on it.
    pub dependents: DomainDependents,
}

impl RemovedDomain {
    /// What goes with an organization's custom domain, if it has one.
    pub(super) async fn of(tx: &Tx, organization: &Organization) -> Result<Option<Self>> {
        let Some(domain) = &organization.domain else { return Ok(None) };
        let dependents = tx.domain_dependents(&organization.name(), &domain.host).await?;
        let (host, served) = (domain.host.clone(), organization.is_served());
        Ok(Some(Self { host, served, dependents }))
    }
}
