//! Environments.

use latchkey_domain::{
    Invalid,
    environment::{Environment, EnvironmentKind},
    host::Host,
    id::EnvironmentId,
    name::EnvironmentName,
    page::{Listed, Page},
    text::DisplayName,
};
use latchkey_identity::{EnvironmentChanges, NewEnvironment, TimeCursor, etag};
use latchkey_proto::v1;
use tonic::Status;

use super::{Fields, mask, page, request_id, time};

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
    let read = (|| {
        Some(NewEnvironment {
            id,
            display_name: display_name?,
            kind: kind?,
            default_domain: domain?,
            request: known,
        })
    })();
    fields.finish(read)
}

pub(crate) fn update(
    request: v1::UpdateEnvironmentRequest,
) -> Result<(EnvironmentName, EnvironmentChanges), Status> {
    let mut fields = Fields::new();
    let body = fields.require("environment", request.environment).unwrap_or_default();
    let name = fields.check("environment.name", body.name.parse());
    let paths = ["display_name", "default_domain"];
    let mask = mask::paths(&mut fields, request.update_mask, &paths, |path| match path {
        "display_name" => !body.display_name.is_empty(),
        _ => !body.default_domain.is_empty(),
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
    v1::Environment {
        name: environment.name().to_string(),
        display_name: environment.display_name.to_string(),
        kind: kind.into(),
        default_domain: environment.default_domain.to_string(),
        etag: etag(environment.version),
        create_time: Some(time::encode(environment.created_at)),
        update_time: Some(time::encode(environment.updated_at)),
    }
}
