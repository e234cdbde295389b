//! Customers of the tenant, whose people may sign in on a domain of their own.

mod domain;
mod problem;
mod verification;

pub use domain::{CustomDomain, custom_domain_fits};
pub use problem::DomainProblem;
pub use verification::{
    AFTER_SILENCE, DAYS_WITHOUT, Look, NEXT_TRY, PAUSE, Token, VERIFY_AGAIN, VERIFY_WITHIN,
    Verification, VerificationState,
};

use crate::{
    id::{EnvironmentId, OrganizationId},
    name::OrganizationName,
    policy::SignUpPolicy,
    text::DisplayName,
    time::Timestamp,
};

/// A customer of the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Whose it is.
    pub environment: EnvironmentId,
    /// Its id.
    pub id: OrganizationId,
    /// What administrators read.
    pub display_name: DisplayName,
    /// The host that its people sign in on, once it is verified.
    pub domain: Option<CustomDomain>,
    /// Who may sign up for it; `None` is whoever its environment lets.
    pub sign_up_policy: Option<SignUpPolicy>,
    /// Counts its changes.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// How far a custom domain is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DomainState {
    /// There is none.
    Unprovisioned,
    /// Nobody has begun to prove it.
    Unverified,
    /// The record is looked for.
    InProgress,
    /// People sign in on it.
    Verified,
    /// The record was not there in time, or is not there any more.
    Failed,
}

impl Organization {
    /// Its resource name.
    pub fn name(&self) -> OrganizationName {
        OrganizationName { environment: self.environment.clone(), organization: self.id.clone() }
    }

    /// How far its custom domain is.
    pub fn domain_state(&self) -> DomainState {
        let Some(domain) = &self.domain else { return DomainState::Unprovisioned };
        match domain.verification.as_ref().map(|verification| verification.state) {
            None => DomainState::Unverified,
            Some(VerificationState::InProgress) => DomainState::InProgress,
            Some(VerificationState::Verified) => DomainState::Verified,
            Some(VerificationState::Failed) => DomainState::Failed,
        }
    }

    /// Whether its people sign in on its custom domain.
    pub fn is_served(&self) -> bool {
        self.domain_state() == DomainState::Verified
    }
}
