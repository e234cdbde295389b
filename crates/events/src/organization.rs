//! The messages about organizations.

use latchkey_domain::{host::Host, name::OrganizationName, organization::DomainProblem};
use latchkey_proto::events as proto;

pub(crate) fn created(
    organization: &OrganizationName,
    display_name: &str,
    custom_domain: String,
) -> proto::OrganizationCreated {
    let (organization, display_name) = (organization.to_string(), display_name.to_owned());
    proto::OrganizationCreated { organization, display_name, custom_domain }
}

pub(crate) fn updated(
    organization: &OrganizationName,
    changed_fields: &[String],
) -> proto::OrganizationUpdated {
    let changed_fields = changed_fields.to_vec();
    proto::OrganizationUpdated { organization: organization.to_string(), changed_fields }
}

pub(crate) fn deleted(organization: &OrganizationName) -> proto::OrganizationDeleted {
    proto::OrganizationDeleted { organization: organization.to_string() }
}

pub(crate) fn domain_verified(
    organization: &OrganizationName,
    domain: &Host,
) -> proto::OrganizationDomainVerified {
    let (organization, custom_domain) = (organization.to_string(), domain.to_string());
    proto::OrganizationDomainVerified { organization, custom_domain }
}

pub(crate) fn domain_failed(
    organization: &OrganizationName,
    domain: &Host,
    problem: DomainProblem,
) -> proto::OrganizationDomainFailed {
    proto::OrganizationDomainFailed {
        organization: organization.to_string(),
        custom_domain: domain.to_string(),
        problem: problem.as_str().to_owned(),
    }
}
