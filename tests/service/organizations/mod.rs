//! Organizations and their custom domains: administered, proven, served, and taken away.

mod administering;
mod callbacks;
mod looks;
mod places;
mod proving;
mod removing;

use latchkey_proto::v1::{DomainProblem, DomainState, DomainVerification, Organization};

/// How far the custom domain is, and what is wrong with it.
fn state(organization: &Organization) -> (DomainState, DomainProblem) {
    let verification = organization.domain_verification.as_ref();
    let problem = verification.map_or(DomainProblem::Unspecified, DomainVerification::problem);
    (organization.domain_state(), problem)
}
