//! Administering environments, organizations, applications and keys, and reading who did.

mod api_keys;
mod applications;
mod audit;
mod dependents;
mod domains;
mod environments;
mod logos;
mod organizations;
mod policies;
mod readiness;
mod rotate;

use latchkey_domain::{access::Principal, caller::Caller, id::EnvironmentId};

use crate::{Error, Latchkey, Result};

pub use api_keys::NewApiKey;
pub use applications::{ApplicationChanges, NewApplication};
pub use dependents::RemovedDomain;
pub use environments::{EnvironmentChanges, NewEnvironment};
pub use logos::ShownLogo;
pub use organizations::{NewOrganization, OrganizationChanges};
pub use policies::EnvironmentPolicyChanges;
pub use rotate::{KeyRotation, RotatedKey};

/// What belongs to an environment is for those who see it, the installation's for operators.
fn may_administer(caller: &Caller, environment: Option<&EnvironmentId>) -> Result<()> {
    match environment {
        Some(environment) => Latchkey::see(caller, environment),
        None if caller.principal == Principal::Operator => Ok(()),
        None => Err(Error::NotFound),
    }
}
