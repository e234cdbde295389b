//! Organizations.

use latchkey_domain::{
    host::Host,
    id::OrganizationId,
    name::{CredentialName, EnvironmentName, OrganizationName},
    organization::{CustomDomain, DomainProblem, DomainState, Organization},
    page::{Listed, Page},
    policy::SignUpPolicy,
    text::DisplayName,
};
use latchkey_identity::{NewOrganization, OrganizationChanges, RemovedDomain, TimeCursor, etag};
use latchkey_proto::v1;
use tonic::Status;

use super::{Fields, filter, mask, page, policy, request_id, time};

pub(crate) fn create(request: v1::CreateOrganizationRequest) -> Result<NewOrganization, Status> {
    let mut fields = Fields::new();
    let repeat = || v1::CreateOrganizationRequest { request_id: String::new(), ..request.clone() };
    let asked = ("CreateOrganization", request.request_id.as_str());
    let known = request_id(&mut fields, asked, repeat);
    let parent: Option<EnvironmentName> = fields.check("parent", request.parent.parse());
    let id = fields.check_if("organization_id", &request.organization_id, OrganizationId::chosen);
    let body = fields.require("organization", request.organization).unwrap_or_default();
    let display_name =
        fields.check("organization.display_name", DisplayName::parse(&body.display_name));
    let custom_domain =
        fields.check_if("organization.custom_domain", &body.custom_domain, Host::parse);
    let sign_up_policy = sign_up_policy(&mut fields, body.sign_up_policy.as_ref());
    let read = parent.zip(display_name).map(|(parent, display_name)| NewOrganization {
        environment: parent.environment,
        id,
        display_name,
        custom_domain,
        sign_up_policy,
        request: known,
    });
    fields.finish(read)
}

/// A policy of its own, if it is to have one.
fn sign_up_policy(fields: &mut Fields, given: Option<&v1::SignUpPolicy>) -> Option<SignUpPolicy> {
    given.and_then(|given| policy::sign_up(fields, "organization.sign_up_policy", given))
}

pub(crate) fn update(
    request: v1::UpdateOrganizationRequest,
) -> Result<(OrganizationName, OrganizationChanges), Status> {
    let mut fields = Fields::new();
    let body = fields.require("organization", request.organization).unwrap_or_default();
    let name = fields.check("organization.name", body.name.parse());
    let paths = ["display_name", "custom_domain", "sign_up_policy"];
    let mask = mask::paths(&mut fields, request.update_mask, &paths, |path| match path {
        "display_name" => !body.display_name.is_empty(),
        "custom_domain" => !body.custom_domain.is_empty(),
        _ => body.sign_up_policy.is_some(),
    });
    let mut changes =
        OrganizationChanges { validate_only: request.validate_only, ..Default::default() };
    if mask.contains(&"display_name") {
        changes.display_name =
            fields.check("organization.display_name", DisplayName::parse(&body.display_name));
    }
    if mask.contains(&"custom_domain") {
        let host = fields.check_if("organization.custom_domain", &body.custom_domain, Host::parse);
        changes.custom_domain = Some(host);
    }
    if mask.contains(&"sign_up_policy") {
        changes.sign_up_policy = Some(sign_up_policy(&mut fields, body.sign_up_policy.as_ref()));
    }
    changes.etag = (!body.etag.is_empty()).then_some(body.etag);
    let read = name.map(|name| (name, changes));
    fields.finish(read)
}

/// Which page of which organizations.
pub(crate) type OrganizationList = (EnvironmentName, Option<Host>, Page<TimeCursor>);

pub(crate) fn list(request: &v1::ListOrganizationsRequest) -> Result<OrganizationList, Status> {
    let mut fields = Fields::new();
    let parent: Option<EnvironmentName> = fields.check("parent", request.parent.parse());
    let wanted = filter::equals(&request.filter, "custom_domain", Host::parse);
    let wanted = fields.check("filter", wanted).flatten();
    let asked = (request.page_size, request.page_token.as_str());
    let page = page::page(&mut fields, question(request), asked);
    let read = parent.zip(page).map(|(parent, page)| (parent, wanted, page));
    fields.finish(read)
}

fn question(request: &v1::ListOrganizationsRequest) -> page::Question<'_> {
    ("organizations", &request.parent, &request.filter)
}

pub(crate) fn listed(
    request: &v1::ListOrganizationsRequest,
    listed: Listed<Organization, TimeCursor>,
) -> v1::ListOrganizationsResponse {
    v1::ListOrganizationsResponse {
        organizations: listed.items.into_iter().map(encode).collect(),
        next_page_token: page::token(question(request), listed.next),
    }
}

pub(crate) fn encode(organization: Organization) -> v1::Organization {
    let domain = organization.domain.as_ref();
    v1::Organization {
        name: organization.name().to_string(),
        display_name: organization.display_name.to_string(),
        custom_domain: domain.map(|domain| domain.host.to_string()).unwrap_or_default(),
        domain_state: state(organization.domain_state()).into(),
        domain_verification: domain.and_then(verification),
        sign_up_policy: organization.sign_up_policy.as_ref().map(policy::encode_sign_up),
        etag: etag(organization.version),
        create_time: Some(time::encode(organization.created_at)),
        update_time: Some(time::encode(organization.updated_at)),
    }
}

const fn state(state: DomainState) -> v1::DomainState {
    match state {
        DomainState::Unprovisioned => v1::DomainState::Unprovisioned,
        DomainState::Unverified => v1::DomainState::Unverified,
        DomainState::InProgress => v1::DomainState::VerificationInProgress,
        DomainState::Verified => v1::DomainState::Verified,
        DomainState::Failed => v1::DomainState::Failed,
    }
}

fn verification(domain: &CustomDomain) -> Option<v1::DomainVerification> {
    let found = domain.verification.as_ref()?;
    Some(v1::DomainVerification {
        record_name: domain.record_name(),
        record_value: found.record_value(),
        problem: found.problem.map_or(v1::DomainProblem::Unspecified, problem).into(),
        description: found.problem.map_or("", DomainProblem::description).to_owned(),
        start_time: Some(time::encode(found.started_at)),
        check_time: found.checked_at.map(time::encode),
        verify_time: found.verified_at.map(time::encode),
        next_check_time: found.next_check_at.map(time::encode),
    })
}

const fn problem(problem: DomainProblem) -> v1::DomainProblem {
    match problem {
        DomainProblem::RecordMissing => v1::DomainProblem::RecordMissing,
        DomainProblem::RecordDifferent => v1::DomainProblem::RecordDifferent,
        DomainProblem::DnsUnavailable => v1::DomainProblem::DnsUnavailable,
        DomainProblem::DomainTaken => v1::DomainProblem::DomainTaken,
    }
}

pub(crate) fn removed(removed: RemovedDomain) -> v1::DomainDependents {
    let credentials = removed.dependents.credentials.iter();
    v1::DomainDependents {
        domain: removed.host.to_string(),
        served: removed.served,
        dependent_users: i64::try_from(removed.dependents.users).unwrap_or(i64::MAX),
        credentials: credentials.map(CredentialName::to_string).collect(),
        dependent_users_incomplete: !removed.dependents.all_users,
    }
}
