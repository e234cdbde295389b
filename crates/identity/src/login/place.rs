//! Where a sign-in takes place: on which host, and for which organization.

use latchkey_domain::{
    Invalid, environment::Environment, host::Host, id::OrganizationId, name::OrganizationName,
};

use super::attempt::Attempt;
use crate::{Error, Latchkey, Result};

impl Latchkey {
    /// Whose host it is: an organization's, of its verified custom domain; nobody's, of the
    /// environment's default domain. Another host is refused.
    pub(crate) async fn whose_host(
        &self,
        host: &Host,
        environment: &Environment,
    ) -> Result<Option<OrganizationId>> {
        const REFUSED: Invalid =
            Invalid::new("must be the environment's default domain, or a verified custom domain");
        if *host == environment.default_domain {
            return Ok(None);
        }
        let found = self.cache.organization_on(host).await?;
        let found = found.filter(|organization| organization.environment == environment.id);
        let organization = found.ok_or(Error::field("host", REFUSED))?;
        Ok(Some(organization.id.clone()))
    }

    /// For which organization a sign-in on a host is, if one may be named there.
    pub(super) async fn organization_for(
        &self,
        named: Option<&OrganizationName>,
        host: &Host,
        environment: &Environment,
    ) -> Result<Option<OrganizationId>> {
        let owner = self.whose_host(host, environment).await?;
        let Some(named) = named else { return Ok(owner) };
        if named.environment != environment.id || self.cache.organization(named).await?.is_none() {
            return Err(Error::NotFound);
        }
        if owner.is_some_and(|owner| owner != named.organization) {
            let invalid = Invalid::new("must be the one whose custom domain the host is");
            return Err(Error::field("organization", invalid));
        }
        Ok(Some(named.organization.clone()))
    }

    /// Whether a sign-in still takes place where it began, for whom it began.
    pub(super) async fn is_still_there(
        &self,
        attempt: &Attempt,
        environment: &Environment,
    ) -> Result<bool> {
        let named = attempt.organization_name();
        let host = &attempt.flow.host;
        match self.organization_for(named.as_ref(), host, environment).await {
            Ok(organization) => Ok(organization == attempt.organization),
            Err(Error::Field { .. } | Error::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
