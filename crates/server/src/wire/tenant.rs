//! Environments, applications and API keys.

use latchkey_domain::{
    Invalid,
    access::{ApiKey, ApiKeyKind, Principal},
    application::Application,
    environment::{Environment, EnvironmentKind},
    host::Host,
    id::{ApiKeyId, ApplicationId, EnvironmentId},
    name::{ApplicationName, ConnectionName, EnvironmentKeyName, EnvironmentName, OperatorKeyName},
    page::{Listed, Page},
    text::DisplayName,
};
use latchkey_identity::{
    ApplicationChanges, Cursor, EnvironmentChanges, NewApiKey, NewApplication, NewEnvironment,
    TimeCursor, etag,
};
use latchkey_proto::{v1, well_known::FieldMask};
use tonic::Status;
use uuid::Uuid;

use super::{Fields, filter, page, request_id, time};

/// Reads an update mask (AIP-134): the paths that are to be changed.
pub(super) fn mask(
    fields: &mut Fields,
    mask: Option<FieldMask>,
    paths: &[&'static str],
    holds_a_value: impl Fn(&str) -> bool,
) -> Vec<&'static str> {
    let asked = mask.unwrap_or_default().paths;
    if asked.is_empty() {
        return paths.iter().copied().filter(|path| holds_a_value(path)).collect();
    }
    if asked == ["*"] {
        return paths.to_vec();
    }
    let known = asked.iter().filter_map(|path| {
        let found = paths.iter().copied().find(|known| known == path);
        if found.is_none() {
            let sentence = format!("must hold only {}, or * alone", paths.join(", "));
            fields.refuse("update_mask", Invalid(sentence.into()));
        }
        found
    });
    known.collect()
}

pub(crate) fn create_environment(
    request: v1::CreateEnvironmentRequest,
) -> Result<NewEnvironment, Status> {
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

pub(crate) fn update_environment(
    request: v1::UpdateEnvironmentRequest,
) -> Result<(EnvironmentName, EnvironmentChanges), Status> {
    let mut fields = Fields::new();
    let body = fields.require("environment", request.environment).unwrap_or_default();
    let name = fields.check("environment.name", body.name.parse());
    let paths = ["display_name", "default_domain"];
    let mask = mask(&mut fields, request.update_mask, &paths, |path| match path {
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

pub(crate) fn list_environments(
    request: &v1::ListEnvironmentsRequest,
) -> Result<Page<TimeCursor>, Status> {
    let mut fields = Fields::new();
    let asked = (request.page_size, request.page_token.as_str());
    let page = page::page(&mut fields, ("environments", "", ""), asked);
    fields.finish(page)
}

pub(crate) fn listed_environments(
    listed: Listed<Environment, TimeCursor>,
) -> v1::ListEnvironmentsResponse {
    v1::ListEnvironmentsResponse {
        environments: listed.items.into_iter().map(encode_environment).collect(),
        next_page_token: page::token(("environments", "", ""), listed.next),
    }
}

pub(crate) fn encode_environment(environment: Environment) -> v1::Environment {
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

pub(crate) fn create_application(
    request: v1::CreateApplicationRequest,
) -> Result<NewApplication, Status> {
    let mut fields = Fields::new();
    let repeat = || v1::CreateApplicationRequest { request_id: String::new(), ..request.clone() };
    let asked = ("CreateApplication", request.request_id.as_str());
    let known = request_id(&mut fields, asked, repeat);
    let parent: Option<EnvironmentName> = fields.check("parent", request.parent.parse());
    let id = fields.check_if("application_id", &request.application_id, ApplicationId::chosen);
    let body = fields.require("application", request.application).unwrap_or_default();
    let display_name =
        fields.check("application.display_name", DisplayName::parse(&body.display_name));
    let read = parent.zip(display_name).map(|(parent, display_name)| NewApplication {
        environment: parent.environment,
        id,
        display_name,
        redirect_uris: body.redirect_uris,
        request: known,
    });
    fields.finish(read)
}

pub(crate) fn update_application(
    request: v1::UpdateApplicationRequest,
) -> Result<(ApplicationName, ApplicationChanges), Status> {
    let mut fields = Fields::new();
    let body = fields.require("application", request.application).unwrap_or_default();
    let name = fields.check("application.name", body.name.parse());
    let paths = ["display_name", "redirect_uris"];
    let mask = mask(&mut fields, request.update_mask, &paths, |path| match path {
        "display_name" => !body.display_name.is_empty(),
        _ => !body.redirect_uris.is_empty(),
    });
    let mut changes = ApplicationChanges::default();
    if mask.contains(&"display_name") {
        changes.display_name =
            fields.check("application.display_name", DisplayName::parse(&body.display_name));
    }
    changes.redirect_uris = mask.contains(&"redirect_uris").then_some(body.redirect_uris);
    changes.etag = (!body.etag.is_empty()).then_some(body.etag);
    let read = name.map(|name| (name, changes));
    fields.finish(read)
}

/// Which page of which applications.
pub(crate) type ApplicationList = (EnvironmentName, Option<ConnectionName>, Page<TimeCursor>);

pub(crate) fn list_applications(
    request: &v1::ListApplicationsRequest,
) -> Result<ApplicationList, Status> {
    let mut fields = Fields::new();
    let parent: Option<EnvironmentName> = fields.check("parent", request.parent.parse());
    let connection: Option<ConnectionName> =
        fields.check("filter", filter::equals(&request.filter, "connection", str::parse)).flatten();
    if let (Some(parent), Some(connection)) = (&parent, &connection)
        && connection.environment != parent.environment
    {
        fields.refuse("filter", Invalid::new("must name a connection of the parent"));
    }
    let question = ("applications", request.parent.as_str(), request.filter.as_str());
    let page = page::page(&mut fields, question, (request.page_size, &request.page_token));
    let read = parent.zip(page).map(|(parent, page)| (parent, connection, page));
    fields.finish(read)
}

pub(crate) fn listed_applications(
    request: &v1::ListApplicationsRequest,
    listed: Listed<Application, TimeCursor>,
) -> v1::ListApplicationsResponse {
    let question = ("applications", request.parent.as_str(), request.filter.as_str());
    v1::ListApplicationsResponse {
        applications: listed.items.into_iter().map(encode_application).collect(),
        next_page_token: page::token(question, listed.next),
    }
}

pub(crate) fn encode_application(application: Application) -> v1::Application {
    v1::Application {
        name: application.name().to_string(),
        display_name: application.display_name.to_string(),
        redirect_uris: application.redirect_uris.iter().map(ToString::to_string).collect(),
        etag: etag(application.version),
        create_time: Some(time::encode(application.created_at)),
        update_time: Some(time::encode(application.updated_at)),
    }
}

/// Whose keys: an environment's, or the operators'.
#[derive(Debug)]
enum KeyParent {
    Operators,
    Environment(EnvironmentId),
}

fn key_parent(fields: &mut Fields, text: &str) -> Option<KeyParent> {
    if text.is_empty() {
        return Some(KeyParent::Operators);
    }
    let parent: EnvironmentName = fields.check("parent", text.parse())?;
    Some(KeyParent::Environment(parent.environment))
}

pub(crate) fn create_api_key(request: v1::CreateApiKeyRequest) -> Result<NewApiKey, Status> {
    let mut fields = Fields::new();
    let repeat = || v1::CreateApiKeyRequest { request_id: String::new(), ..request.clone() };
    let asked = ("CreateApiKey", request.request_id.as_str());
    let known = request_id(&mut fields, asked, repeat);
    let parent = key_parent(&mut fields, &request.parent);
    let body = fields.require("api_key", request.api_key).unwrap_or_default();
    let display_name = fields.check("api_key.display_name", DisplayName::parse(&body.display_name));
    let principal = match parent {
        Some(parent) => principal(&mut fields, &body, parent),
        None => fields.check("api_key.kind", kind_is_known(&body)).and(None),
    };
    let expires_at = body.expire_time.as_ref().map(time::decode).transpose();
    let expires_at = fields.check("api_key.expire_time", expires_at);
    let read = (|| {
        Some(NewApiKey {
            principal: principal?,
            display_name: display_name?,
            expires_at: expires_at?,
            request: known,
        })
    })();
    fields.finish(read)
}

fn kind_is_known(body: &v1::ApiKey) -> Result<(), Invalid> {
    match body.kind() {
        v1::ApiKeyKind::Unspecified => Err(Invalid::new("must be one of the kinds")),
        _ => Ok(()),
    }
}

fn principal(fields: &mut Fields, body: &v1::ApiKey, parent: KeyParent) -> Option<Principal> {
    use KeyParent::{Environment as In, Operators};
    let kind = body.kind();
    if kind != v1::ApiKeyKind::Application && !body.application.is_empty() {
        let invalid = Invalid::new("must be empty, except for APPLICATION keys");
        fields.refuse("api_key.application", invalid);
    }
    let principal = match (kind, parent) {
        (v1::ApiKeyKind::Operator, Operators) => Ok(Principal::Operator),
        (v1::ApiKeyKind::Environment, In(parent)) => Ok(Principal::Environment(parent)),
        (v1::ApiKeyKind::Gateway, In(parent)) => Ok(Principal::Gateway(parent)),
        (v1::ApiKeyKind::Consumer, In(parent)) => Ok(Principal::Consumer(parent)),
        (v1::ApiKeyKind::Application, In(parent)) => {
            let name: ApplicationName =
                fields.check("api_key.application", body.application.parse())?;
            if name.environment != parent {
                let invalid = Invalid::new("must be an application of the parent");
                fields.refuse("api_key.application", invalid);
            }
            Ok(Principal::Application(parent, name.application))
        }
        (v1::ApiKeyKind::Unspecified, _) => Err(Invalid::new("must be one of the kinds")),
        (v1::ApiKeyKind::Operator, In(_)) => {
            Err(Invalid::new("must not be OPERATOR below an environment"))
        }
        (_, Operators) => Err(Invalid::new("must be OPERATOR without a parent")),
    };
    fields.check("api_key.kind", principal)
}

/// Which page of whose keys.
pub(crate) type ApiKeyList = (Option<EnvironmentId>, Page<Cursor<Uuid>>);

pub(crate) fn list_api_keys(request: &v1::ListApiKeysRequest) -> Result<ApiKeyList, Status> {
    let mut fields = Fields::new();
    let environment = key_parent(&mut fields, &request.parent).map(|parent| match parent {
        KeyParent::Operators => None,
        KeyParent::Environment(environment) => Some(environment),
    });
    let question = ("api_keys", request.parent.as_str(), "");
    let page = page::page(&mut fields, question, (request.page_size, &request.page_token));
    let read = environment.zip(page);
    fields.finish(read)
}

pub(crate) fn listed_api_keys(
    request: &v1::ListApiKeysRequest,
    listed: Listed<ApiKey, Cursor<Uuid>>,
) -> v1::ListApiKeysResponse {
    let question = ("api_keys", request.parent.as_str(), "");
    v1::ListApiKeysResponse {
        api_keys: listed.items.into_iter().map(encode_api_key).collect(),
        next_page_token: page::token(question, listed.next),
    }
}

pub(crate) fn api_key_name(text: &str) -> Result<(Option<EnvironmentId>, ApiKeyId), Status> {
    let mut fields = Fields::new();
    let of_environment =
        text.parse::<EnvironmentKeyName>().map(|name| (Some(name.environment), name.api_key));
    let name = of_environment.or_else(|invalid| {
        let operator = text.parse::<OperatorKeyName>();
        operator.map(|name| (None, name.api_key)).map_err(|_| invalid)
    });
    let name = fields.check("name", name);
    fields.finish(name)
}

pub(crate) fn encode_api_key(key: ApiKey) -> v1::ApiKey {
    let kind = match key.principal.kind() {
        ApiKeyKind::Operator => v1::ApiKeyKind::Operator,
        ApiKeyKind::Environment => v1::ApiKeyKind::Environment,
        ApiKeyKind::Gateway => v1::ApiKeyKind::Gateway,
        ApiKeyKind::Application => v1::ApiKeyKind::Application,
        ApiKeyKind::Consumer => v1::ApiKeyKind::Consumer,
    };
    let application = match &key.principal {
        Principal::Application(environment, application) => {
            format!("environments/{environment}/applications/{application}")
        }
        _ => String::new(),
    };
    v1::ApiKey {
        name: key.name(),
        kind: kind.into(),
        display_name: key.display_name.to_string(),
        application,
        hint: key.hint,
        create_time: Some(time::encode(key.created_at)),
        expire_time: key.expires_at.map(time::encode),
        last_use_time: key.last_used_at.map(time::encode),
    }
}
