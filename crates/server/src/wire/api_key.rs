//! API keys.

use std::time::Duration;

use latchkey_domain::{
    Invalid,
    access::{ApiKey, ApiKeyKind, Principal},
    id::{ApiKeyId, EnvironmentId},
    name::{ApplicationName, EnvironmentKeyName, EnvironmentName, OperatorKeyName},
    page::{Listed, Page},
    text::DisplayName,
};
use latchkey_identity::{Cursor, KeyRotation, NewApiKey, RotatedKey};
use latchkey_proto::{v1, well_known};
use secrecy::ExposeSecret;
use tonic::Status;
use uuid::Uuid;

use super::{Fields, page, request_id, time};

/// Whose: an environment's, or the installation's.
#[derive(Debug)]
pub(super) enum KeyParent {
    Operators,
    Environment(EnvironmentId),
}

impl KeyParent {
    pub(super) fn environment(self) -> Option<EnvironmentId> {
        match self {
            Self::Operators => None,
            Self::Environment(environment) => Some(environment),
        }
    }
}

pub(super) fn key_parent(fields: &mut Fields, text: &str) -> Option<KeyParent> {
    if text.is_empty() {
        return Some(KeyParent::Operators);
    }
    let parent: EnvironmentName = fields.check("parent", text.parse())?;
    Some(KeyParent::Environment(parent.environment))
}

pub(crate) fn create(request: v1::CreateApiKeyRequest) -> Result<NewApiKey, Status> {
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

pub(crate) fn list(request: &v1::ListApiKeysRequest) -> Result<ApiKeyList, Status> {
    let mut fields = Fields::new();
    let environment = key_parent(&mut fields, &request.parent).map(KeyParent::environment);
    let question = ("api_keys", request.parent.as_str(), "");
    let page = page::page(&mut fields, question, (request.page_size, &request.page_token));
    let read = environment.zip(page);
    fields.finish(read)
}

pub(crate) fn listed(
    request: &v1::ListApiKeysRequest,
    listed: Listed<ApiKey, Cursor<Uuid>>,
) -> v1::ListApiKeysResponse {
    let question = ("api_keys", request.parent.as_str(), "");
    v1::ListApiKeysResponse {
        api_keys: listed.items.into_iter().map(encode).collect(),
        next_page_token: page::token(question, listed.next),
    }
}

pub(crate) fn name(text: &str) -> Result<KeyName, Status> {
    let mut fields = Fields::new();
    let name = fields.check("name", key_name(text));
    fields.finish(name)
}

/// For how long an old key works on when nobody says, and at most.
const DEFAULT_OVERLAP: Duration = Duration::from_hours(24);
const MAX_OVERLAP: Duration = Duration::from_hours(30 * 24);

pub(crate) fn rotate(request: v1::RotateApiKeyRequest) -> Result<KeyRotation, Status> {
    let mut fields = Fields::new();
    let repeat = || v1::RotateApiKeyRequest { request_id: String::new(), ..request.clone() };
    let asked = ("RotateApiKey", request.request_id.as_str());
    let known = request_id(&mut fields, asked, repeat);
    let name = fields.check("name", key_name(&request.name));
    let overlap = fields.check("overlap", overlap(request.overlap.as_ref()));
    let expires_at = request.expire_time.as_ref().map(time::decode).transpose();
    let expires_at = fields.check("expire_time", expires_at);
    let read = (|| {
        let (environment, id) = name?;
        let (overlap, expires_at) = (overlap?, expires_at?);
        Some(KeyRotation { environment, id, overlap, expires_at, request: known })
    })();
    fields.finish(read)
}

fn overlap(asked: Option<&well_known::Duration>) -> Result<Duration, Invalid> {
    let Some(asked) = asked else { return Ok(DEFAULT_OVERLAP) };
    let read = || {
        let (seconds, nanos) = (u64::try_from(asked.seconds), u32::try_from(asked.nanos));
        let nanos = nanos.ok().filter(|nanos| *nanos < 1_000_000_000)?;
        Some(Duration::new(seconds.ok()?, nanos)).filter(|overlap| *overlap <= MAX_OVERLAP)
    };
    read().ok_or(Invalid::new("must be 0 to 30 days"))
}

pub(crate) fn rotated(rotated: RotatedKey) -> v1::RotateApiKeyResponse {
    let key = rotated.issued.map(|issued| issued.secret.expose_secret().to_owned());
    v1::RotateApiKeyResponse {
        api_key: Some(encode(rotated.next)),
        key: key.unwrap_or_default(),
        rotated_api_key: rotated.old.map(encode),
    }
}

/// Whose key, and which.
pub(crate) type KeyName = (Option<EnvironmentId>, ApiKeyId);

pub(super) fn key_name(text: &str) -> Result<KeyName, Invalid> {
    let of_environment =
        text.parse::<EnvironmentKeyName>().map(|name| (Some(name.environment), name.api_key));
    of_environment.or_else(|invalid| {
        let operator = text.parse::<OperatorKeyName>();
        operator.map(|name| (None, name.api_key)).map_err(|_| invalid)
    })
}

pub(crate) fn encode(key: ApiKey) -> v1::ApiKey {
    let application = match &key.principal {
        Principal::Application(environment, application) => {
            format!("environments/{environment}/applications/{application}")
        }
        _ => String::new(),
    };
    v1::ApiKey {
        name: key.name(),
        kind: encode_kind(key.principal.kind()).into(),
        display_name: key.display_name.to_string(),
        application,
        hint: key.hint,
        create_time: Some(time::encode(key.created_at)),
        expire_time: key.expires_at.map(time::encode),
        last_use_time: key.last_used_at.map(time::encode),
    }
}

pub(super) const fn encode_kind(kind: ApiKeyKind) -> v1::ApiKeyKind {
    match kind {
        ApiKeyKind::Operator => v1::ApiKeyKind::Operator,
        ApiKeyKind::Environment => v1::ApiKeyKind::Environment,
        ApiKeyKind::Gateway => v1::ApiKeyKind::Gateway,
        ApiKeyKind::Application => v1::ApiKeyKind::Application,
        ApiKeyKind::Consumer => v1::ApiKeyKind::Consumer,
    }
}
