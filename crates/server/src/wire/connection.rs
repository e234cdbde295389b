//! Connections.

use latchkey_domain::{
    Invalid,
    connection::ConnectionState,
    id::ConnectionId,
    name::{ApplicationName, ConnectionName, EnvironmentName},
    page::Page,
    provider::ProviderName,
    text::DisplayName,
    upstream::{UpstreamAlias, UpstreamParam, UpstreamParams},
    warning::ConnectionWarning,
};
use latchkey_identity::{
    ConnectionChanges, ConnectionView, DeletedConnection, NewConnection, TimeCursor,
    WhichConnections, etag,
};
use latchkey_proto::v1;
use tonic::Status;

use super::{Fields, entry, filter, mask, page, policy, request_id, time};

/// Reads a name from the one field that a request has.
pub(crate) fn name<T: std::str::FromStr<Err = Invalid>>(
    field: &str,
    text: &str,
) -> Result<T, Status> {
    let mut fields = Fields::new();
    let name = fields.check(field, text.parse());
    fields.finish(name)
}

pub(crate) fn create(request: v1::CreateConnectionRequest) -> Result<NewConnection, Status> {
    let mut fields = Fields::new();
    let repeat = || v1::CreateConnectionRequest { request_id: String::new(), ..request.clone() };
    let asked = ("CreateConnection", request.request_id.as_str());
    let known = request_id(&mut fields, asked, repeat);
    let parent: Option<EnvironmentName> = fields.check("parent", request.parent.parse());
    let id = fields.check_if("connection_id", &request.connection_id, ConnectionId::chosen);
    let body = fields.require("connection", request.connection).unwrap_or_default();
    let display_name =
        fields.check("connection.display_name", DisplayName::parse(&body.display_name));
    let provider = fields.check("connection.provider", ProviderName::parse(&body.provider));
    let policies = policy::of_connection(&mut fields, &body);
    let upstream_params = upstream_params(&mut fields, body.upstream_params);
    let read = (|| {
        Some(NewConnection {
            environment: parent?.environment,
            id,
            display_name: display_name?,
            provider: provider?,
            trusted_provider: body.trusted_provider,
            upstream_params: upstream_params?,
            policies: policies?,
            disabled: body.disabled,
            request: known,
            validate_only: request.validate_only,
        })
    })();
    fields.finish(read)
}

pub(crate) fn update(
    request: v1::UpdateConnectionRequest,
) -> Result<(ConnectionName, ConnectionChanges), Status> {
    const PATHS: [&str; 7] = [
        "display_name",
        "trusted_provider",
        "upstream_params",
        "disabled",
        "verify_by_code",
        "allowed_workspaces",
        "profile_sync",
    ];
    let mut fields = Fields::new();
    let body = fields.require("connection", request.connection).unwrap_or_default();
    let name = fields.check("connection.name", body.name.parse());
    let mask = mask::paths(&mut fields, request.update_mask, &PATHS, |path| match path {
        "display_name" => !body.display_name.is_empty(),
        "trusted_provider" => body.trusted_provider,
        "upstream_params" => !body.upstream_params.is_empty(),
        "disabled" => body.disabled,
        "verify_by_code" => body.verify_by_code,
        "allowed_workspaces" => !body.allowed_workspaces.is_empty(),
        _ => body.profile_sync != 0,
    });
    let has = |path| mask.contains(&path);
    let display_name = has("display_name")
        .then(|| fields.check("connection.display_name", DisplayName::parse(&body.display_name)))
        .flatten();
    let policies = policy::connection_changes(&mut fields, &body, has);
    let upstream_params = has("upstream_params")
        .then(|| upstream_params(&mut fields, body.upstream_params))
        .flatten();
    let changes = ConnectionChanges {
        display_name,
        trusted_provider: has("trusted_provider").then_some(body.trusted_provider),
        upstream_params,
        policies,
        disabled: has("disabled").then_some(body.disabled),
        etag: (!body.etag.is_empty()).then_some(body.etag),
        validate_only: request.validate_only,
    };
    let read = name.map(|name| (name, changes));
    fields.finish(read)
}

fn upstream_params(
    fields: &mut Fields,
    params: impl IntoIterator<Item = (String, v1::UpstreamParam)>,
) -> Option<UpstreamParams> {
    const MAP: &str = "connection.upstream_params";
    let mut read = Vec::new();
    for (name, param) in params {
        let param = upstream_param(param);
        let fits = param.and_then(|param| UpstreamParams::fits(&name, &param).map(|()| param));
        if let Some(param) = fields.check(entry(MAP, &name), fits) {
            read.push((name, param));
        }
    }
    fields.check(MAP, UpstreamParams::parse(read))
}

fn upstream_param(param: v1::UpstreamParam) -> Result<UpstreamParam, Invalid> {
    use v1::upstream_param::Source;
    let alias = match param.source {
        Some(Source::Value(value)) => return Ok(UpstreamParam::Value(value)),
        Some(Source::Alias(alias)) => v1::UpstreamAlias::try_from(alias).ok(),
        None => None,
    };
    match alias {
        Some(v1::UpstreamAlias::LoginHint) => Ok(UpstreamParam::Alias(UpstreamAlias::LoginHint)),
        Some(v1::UpstreamAlias::Prompt) => Ok(UpstreamParam::Alias(UpstreamAlias::Prompt)),
        Some(v1::UpstreamAlias::Unspecified) | None => {
            Err(Invalid::new("must have a value or an alias"))
        }
    }
}

/// Which page of which connections.
pub(crate) type ConnectionList = (WhichConnections, Page<TimeCursor>);

fn question(request: &v1::ListConnectionsRequest) -> page::Question<'_> {
    let what = if request.show_deleted { "connections, deleted too" } else { "connections" };
    (what, request.parent.as_str(), request.filter.as_str())
}

pub(crate) fn list(request: &v1::ListConnectionsRequest) -> Result<ConnectionList, Status> {
    let mut fields = Fields::new();
    let parent: Option<EnvironmentName> = fields.check("parent", request.parent.parse());
    let application = fields
        .check("filter", filter::equals(&request.filter, "application", str::parse))
        .flatten();
    outside(&mut fields, parent.as_ref(), application.as_ref());
    let asked = (request.page_size, request.page_token.as_str());
    let page = page::page(&mut fields, question(request), asked);
    let read = parent.zip(page).map(|(parent, page)| {
        let (environment, show_deleted) = (parent.environment, request.show_deleted);
        (WhichConnections { environment, application, show_deleted }, page)
    });
    fields.finish(read)
}

fn outside(
    fields: &mut Fields,
    parent: Option<&EnvironmentName>,
    application: Option<&ApplicationName>,
) {
    if let (Some(parent), Some(application)) = (parent, application)
        && application.environment != parent.environment
    {
        fields.refuse("filter", Invalid::new("must name an application of the parent"));
    }
}

pub(crate) fn listed(
    request: &v1::ListConnectionsRequest,
    listed: latchkey_domain::page::Listed<ConnectionView, TimeCursor>,
) -> v1::ListConnectionsResponse {
    v1::ListConnectionsResponse {
        connections: listed.items.into_iter().map(encode).collect(),
        next_page_token: page::token(question(request), listed.next),
    }
}

pub(crate) fn encode(view: ConnectionView) -> v1::Connection {
    let ConnectionView { connection, state, warnings } = view;
    let state = match state {
        ConnectionState::CredentialsMissing => v1::ConnectionState::CredentialsMissing,
        ConnectionState::Ready => v1::ConnectionState::Ready,
        ConnectionState::Disabled => v1::ConnectionState::Disabled,
        ConnectionState::Degraded => v1::ConnectionState::Degraded,
        ConnectionState::Deleted => v1::ConnectionState::Deleted,
        ConnectionState::ProviderUnusable => v1::ConnectionState::ProviderUnusable,
    };
    let policies = &connection.policies;
    v1::Connection {
        name: connection.name().to_string(),
        upstream_params: connection.upstream_params.iter().map(encode_param).collect(),
        display_name: connection.display_name.to_string(),
        provider: connection.provider.to_string(),
        trusted_provider: connection.trusted_provider,
        disabled: connection.disabled,
        verify_by_code: policies.verify_by_code,
        allowed_workspaces: policies.allowed_workspaces.iter().map(ToString::to_string).collect(),
        profile_sync: policy::encode_profile_sync(policies.profile_sync).into(),
        state: state.into(),
        etag: etag(connection.version),
        create_time: Some(time::encode(connection.created_at)),
        update_time: Some(time::encode(connection.updated_at)),
        warnings: warnings.into_iter().map(encode_warning).collect(),
        delete_time: connection.deletion.map(|deletion| time::encode(deletion.deleted_at)),
        purge_time: connection.deletion.map(|deletion| time::encode(deletion.purge_at)),
    }
}

fn encode_param((name, param): (&str, &UpstreamParam)) -> (String, v1::UpstreamParam) {
    use v1::upstream_param::Source;
    let source = match param {
        UpstreamParam::Value(value) => Source::Value(value.clone()),
        UpstreamParam::Alias(UpstreamAlias::LoginHint) => {
            Source::Alias(v1::UpstreamAlias::LoginHint.into())
        }
        UpstreamParam::Alias(UpstreamAlias::Prompt) => {
            Source::Alias(v1::UpstreamAlias::Prompt.into())
        }
    };
    (name.to_owned(), v1::UpstreamParam { source: Some(source) })
}

fn encode_warning(warning: ConnectionWarning) -> v1::ConnectionWarning {
    let reason = match warning {
        ConnectionWarning::TrustedProvider => v1::ConnectionWarningReason::TrustedProvider,
        ConnectionWarning::ProviderNotConfigured => {
            v1::ConnectionWarningReason::ProviderNotConfigured
        }
        ConnectionWarning::ProviderIsStandIn => v1::ConnectionWarningReason::ProviderIsStandIn,
    };
    let description = warning.description().to_owned();
    v1::ConnectionWarning { reason: reason.into(), description }
}

pub(crate) fn encode_deleted(deleted: DeletedConnection) -> v1::DeleteConnectionResponse {
    v1::DeleteConnectionResponse {
        connection: Some(encode(deleted.view)),
        dependent_identities: i64::try_from(deleted.dependent.identities).unwrap_or(i64::MAX),
        dependent_identities_incomplete: !deleted.dependent.all,
    }
}
