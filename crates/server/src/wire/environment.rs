//! Environments.

use latchkey_domain::{
    Invalid,
    environment::{Environment, EnvironmentKind},
    host::Host,
    id::EnvironmentId,
    name::EnvironmentName,
    page::{Listed, Page},
    policy::{EnvironmentPolicies, SignUpPolicy},
    text::DisplayName,
};
use latchkey_identity::{
    EnvironmentChanges, EnvironmentPolicyChanges, NewEnvironment, TimeCursor, etag,
};
use latchkey_proto::v1;
use tonic::Status;

use super::{Fields, mask, page, policy, request_id, time};

pub(crate) fn create(request: v1::CreateEnvironmentRequest) -> Result<NewEnvironment, Status> {
    let mut fields = Fields::new();
    let repeat = || v1::CreateEnvironmentRequest { request_id: String::new(), ..request.clone() };
    let asked = ("CreateEnvironment", request.request_id.as_str());
    let known = request_id(&mut fields, asked, repeat);
    let id = fields.check_if("environment_id", &request.environment_id, EnvironmentId::chosen);
    let body = fields.require("environment", request.environment).unwrap_or_default();
    let display_name =
        fields.check("environment.display_name", DisplayName::parse(&body.display_name));
    let kind = match body.kind() {
        v1::EnvironmentKind::Production => Ok(EnvironmentKind::Production),
        v1::EnvironmentKind::NonProduction => Ok(EnvironmentKind::NonProduction),
        v1::EnvironmentKind::Unspecified => Err(Invalid::new("must be one of the kinds")),
    };
    let kind = fields.check("environment.kind", kind);
    let domain = fields.check("environment.default_domain", Host::parse(&body.default_domain));
    let policies = policies(&mut fields, &body);
    let read = (|| {
        Some(NewEnvironment {
            id,
            display_name: display_name?,
            kind: kind?,
            default_domain: domain?,
            policies: policies?,
            request: known,
        })
    })();
    fields.finish(read)
}

/// All policies; what is not said of them is as it is by default.
fn policies(fields: &mut Fields, body: &v1::Environment) -> Option<EnvironmentPolicies> {
    let changes = policy_changes(fields, body, |_| true);
    Some(EnvironmentPolicies {
        sign_up: changes.sign_up_policy?,
        email_required: changes.email_required?,
        email_code_lifetime: changes.email_code_lifetime?,
    })
}

/// Those policies that are to be changed.
fn policy_changes(
    fields: &mut Fields,
    body: &v1::Environment,
    has: impl Fn(&'static str) -> bool,
) -> EnvironmentPolicyChanges {
    let mut changes = EnvironmentPolicyChanges::default();
    if has("sign_up_policy") {
        changes.sign_up_policy = match &body.sign_up_policy {
            None => Some(SignUpPolicy::default()),
            Some(given) => policy::sign_up(fields, "environment.sign_up_policy", given),
        };
    }
    if has("email_code_lifetime") {
        let lifetime = policy::lifetime(body.email_code_lifetime.as_ref());
        changes.email_code_lifetime = fields.check("environment.email_code_lifetime", lifetime);
    }
    changes.email_required = has("email_required").then_some(body.email_required);
    changes
}

pub(crate) fn update(
    request: v1::UpdateEnvironmentRequest,
) -> Result<(EnvironmentName, EnvironmentChanges), Status> {
    const PATHS: [&str; 5] = [
        "display_name",
        "default_domain",
        "sign_up_policy",
        "email_required",
        "email_code_lifetime",
    ];
    let mut fields = Fields::new();
    let body = fields.require("environment", request.environment).unwrap_or_default();
    let name = fields.check("environment.name", body.name.parse());
    let mask = mask::paths(&mut fields, request.update_mask, &PATHS, |path| match path {
        "display_name" => !body.display_name.is_empty(),
        "default_domain" => !body.default_domain.is_empty(),
        "sign_up_policy" => body.sign_up_policy.is_some(),
        "email_required" => body.email_required,
        _ => body.email_code_lifetime.is_some(),
    });
    let mut changes = EnvironmentChanges::default();
    if mask.contains(&"display_name") {
        changes.display_name =
            fields.check("environment.display_name", DisplayName::parse(&body.display_name));
    }
    if mask.contains(&"default_domain") {
        changes.default_domain =
            fields.check("environment.default_domain", Host::parse(&body.default_domain));
    }
    changes.policies = policy_changes(&mut fields, &body, |path| mask.contains(&path));
    changes.etag = (!body.etag.is_empty()).then_some(body.etag);
    let read = name.map(|name| (name, changes));
    fields.finish(read)
}

pub(crate) fn list(request: &v1::ListEnvironmentsRequest) -> Result<Page<TimeCursor>, Status> {
    let mut fields = Fields::new();
    let asked = (request.page_size, request.page_token.as_str());
    let page = page::page(&mut fields, ("environments", "", ""), asked);
    fields.finish(page)
}

pub(crate) fn listed(listed: Listed<Environment, TimeCursor>) -> v1::ListEnvironmentsResponse {
    v1::ListEnvironmentsResponse {
        environments: listed.items.into_iter().map(encode).collect(),
        next_page_token: page::token(("environments", "", ""), listed.next),
    }
}

pub(crate) fn encode(environment: Environment) -> v1::Environment {
    let kind = match environment.kind {
        EnvironmentKind::Production => v1::EnvironmentKind::Production,
        EnvironmentKind::NonProduction => v1::EnvironmentKind::NonProduction,
    };
    let policies = &environment.policies;
    v1::Environment {
        name: environment.name().to_string(),
        display_name: environment.display_name.to_string(),
        kind: kind.into(),
        default_domain: environment.default_domain.to_string(),
        sign_up_policy: Some(policy::encode_sign_up(&policies.sign_up)),
        email_required: policies.email_required,
        email_code_lifetime: Some(policy::encode_lifetime(policies.email_code_lifetime)),
        etag: etag(environment.version),
        create_time: Some(time::encode(environment.created_at)),
        update_time: Some(time::encode(environment.updated_at)),
    }
}
