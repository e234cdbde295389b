//! The tenant.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    Invalid, host::Host, id::EnvironmentId, name::EnvironmentName, policy::EnvironmentPolicies,
    provider::Provider, text::DisplayName, time::Timestamp,
};

/// A tenant: everything else belongs to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its id.
    pub id: EnvironmentId,
    /// What administrators read.
    pub display_name: DisplayName,
    /// Whether it is for real.
    pub kind: EnvironmentKind,
    /// The host that people sign in on.
    pub default_domain: Host,
    /// What it asks of whoever signs in.
    pub policies: EnvironmentPolicies,
    /// Counts its changes.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Whether an environment is for real.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EnvironmentKind {
    /// People's real accounts.
    Production,
    /// For development and tests.
    NonProduction,
}

impl Environment {
    /// Its resource name.
    pub fn name(&self) -> EnvironmentName {
        EnvironmentName { environment: self.id.clone() }
    }

    /// Lets a provider vouch for people here, if there is one. Nobody's real account is vouched for by
    /// something that only plays a provider.
    pub fn admit(
        &self,
        provider: Option<Arc<dyn Provider>>,
    ) -> Result<Arc<dyn Provider>, ProviderProblem> {
        let provider = provider.ok_or(ProviderProblem::NotConfigured)?;
        if self.kind == EnvironmentKind::Production && provider.is_stand_in() {
            return Err(ProviderProblem::StandIn);
        }
        Ok(provider)
    }
}

/// Why a provider vouches for nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderProblem {
    /// The configuration has none of this name, or has it no more.
    NotConfigured,
    /// It only plays a provider, and the environment is for real.
    StandIn,
}

/// Lets a domain through that an environment of this kind may have.
///
/// On loopback there is no TLS, so real accounts cannot be there.
pub fn domain_fits(domain: &Host, kind: EnvironmentKind) -> Result<(), Invalid> {
    if domain.is_loopback() && kind == EnvironmentKind::Production {
        return Err(Invalid::new("must not be a loopback host in a production environment"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_is_never_on_loopback() {
        let loopback = Host::parse("localhost:8080").unwrap();
        assert!(domain_fits(&loopback, EnvironmentKind::Production).is_err());
        assert!(domain_fits(&loopback, EnvironmentKind::NonProduction).is_ok());
    }
}
