//! Reads a file's parts, by the rules that the service has for them.

use latchkey_domain::{
    Invalid,
    host::Host,
    id::{ApplicationId, ConnectionId, EnvironmentId, OrganizationId},
    provider::ProviderName,
    text::DisplayName,
};
use latchkey_proto::v1;

use super::{
    node::{Node, Value},
    policies,
    reader::{Item, Reader},
    there::Rights,
    wanted::{
        Reference, Wanted, WantedApplication, WantedConnection, WantedCredential,
        WantedEnvironment, WantedOrganization,
    },
};
use crate::command::{
    connections::upstream_param,
    policies::{Lifetime, profile_sync},
};

/// Reads the whole file; what is wrong is with the reader.
pub(super) fn whole(reader: &mut Reader, node: &Node) -> Wanted {
    const KNOWN: [&str; 4] = ["environment", "applications", "organizations", "connections"];
    let fields = reader.fields(node, "", &KNOWN);
    let environment = fields.get("environment").and_then(|item| environment(reader, &item));
    let mut wanted = Wanted { environment, ..Wanted::default() };
    for item in fields.entries(reader, "applications") {
        if let Some(id) = id::<ApplicationId>(reader, &item) {
            wanted.applications.insert(id, application(reader, &item));
        }
    }
    for item in fields.entries(reader, "organizations") {
        if let Some(id) = id::<OrganizationId>(reader, &item) {
            wanted.organizations.insert(id, organization(reader, &item));
        }
    }
    for item in fields.entries(reader, "connections") {
        if let Some(id) = id::<ConnectionId>(reader, &item) {
            wanted.connections.insert(id, connection(reader, &item));
        }
    }
    wanted
}

/// The name of an entry, if it can be an id.
fn id<T: std::str::FromStr<Err = Invalid> + ToString>(
    reader: &mut Reader,
    item: &Item<'_>,
) -> Option<String> {
    match item.name.parse::<T>() {
        Ok(id) => Some(id.to_string()),
        Err(invalid) => {
            reader.problem(item.node.line, &item.path, invalid);
            None
        }
    }
}

fn environment(reader: &mut Reader, item: &Item<'_>) -> Option<WantedEnvironment> {
    const KNOWN: [&str; 7] = [
        "id",
        "display_name",
        "kind",
        "default_domain",
        "sign_up_policy",
        "email_required",
        "email_code_lifetime",
    ];
    let fields = reader.fields(item.node, &item.path, &KNOWN);
    let kind = |text: &str| match text {
        "production" => Ok(v1::EnvironmentKind::Production),
        "non-production" => Ok(v1::EnvironmentKind::NonProduction),
        _ => Err("must be production or non-production"),
    };
    let display_name = fields.optional(reader, "display_name", DisplayName::parse);
    let kind = fields.optional(reader, "kind", kind);
    let default_domain = fields.optional(reader, "default_domain", Host::parse);
    let sign_up_policy = policies::sign_up(reader, &fields);
    let email_required = fields.get("email_required").is_some();
    let email_required = email_required.then(|| fields.flag(reader, "email_required", false));
    let lifetime = fields.optional(reader, "email_code_lifetime", str::parse::<Lifetime>);
    Some(WantedEnvironment {
        id: fields.required(reader, "id", str::parse::<EnvironmentId>)?.to_string(),
        display_name: display_name.map(|name| name.to_string()),
        kind,
        default_domain: default_domain.map(|host| host.to_string()),
        sign_up_policy,
        email_required,
        email_code_lifetime: lifetime.map(|lifetime| lifetime.0),
    })
}

fn application(reader: &mut Reader, item: &Item<'_>) -> WantedApplication {
    let fields = reader.fields(item.node, &item.path, &["display_name", "redirect_uris"]);
    let display_name = fields.required(reader, "display_name", DisplayName::parse);
    let mut redirect_uris = Vec::new();
    for item in fields.items(reader, "redirect_uris") {
        redirect_uris.extend(item.text(reader, |text| Ok::<_, Invalid>(text.to_owned())));
    }
    if redirect_uris.is_empty() {
        let told = "redirect_uris: must hold at least one URI";
        reader.problem(fields.line, &item.path, told);
    }
    let display_name = display_name.map(|name| name.to_string()).unwrap_or_default();
    WantedApplication { display_name, redirect_uris }
}

fn organization(reader: &mut Reader, item: &Item<'_>) -> WantedOrganization {
    const KNOWN: [&str; 3] = ["display_name", "custom_domain", "sign_up_policy"];
    let fields = reader.fields(item.node, &item.path, &KNOWN);
    let display_name = fields.required(reader, "display_name", DisplayName::parse);
    let custom_domain = fields.optional(reader, "custom_domain", Host::parse);
    WantedOrganization {
        display_name: display_name.map(|name| name.to_string()).unwrap_or_default(),
        custom_domain: custom_domain.map(|host| host.to_string()).unwrap_or_default(),
        sign_up_policy: policies::sign_up(reader, &fields),
    }
}

fn connection(reader: &mut Reader, item: &Item<'_>) -> WantedConnection {
    const KNOWN: [&str; 10] = [
        "display_name",
        "provider",
        "trusted_provider",
        "disabled",
        "verify_by_code",
        "allowed_workspaces",
        "profile_sync",
        "upstream_params",
        "grants",
        "credentials",
    ];
    let fields = reader.fields(item.node, &item.path, &KNOWN);
    let display_name = fields.required(reader, "display_name", DisplayName::parse);
    let provider = fields.required(reader, "provider", ProviderName::parse);
    let sync = fields.optional(reader, "profile_sync", profile_sync);
    let mut wanted = WantedConnection {
        display_name: display_name.map(|name| name.to_string()).unwrap_or_default(),
        provider: provider.map(|name| name.to_string()).unwrap_or_default(),
        trusted_provider: fields.flag(reader, "trusted_provider", false),
        disabled: fields.flag(reader, "disabled", false),
        verify_by_code: fields.flag(reader, "verify_by_code", false),
        allowed_workspaces: policies::workspaces(reader, &fields),
        profile_sync: sync.unwrap_or(v1::ProfileSync::Always),
        ..WantedConnection::default()
    };
    for item in fields.entries(reader, "upstream_params") {
        match json(item.node).and_then(|param| upstream_param(item.name, &param)) {
            Ok(param) => drop(wanted.upstream_params.insert(item.name.to_owned(), param)),
            Err(problem) => reader.problem(item.node.line, &item.path, problem),
        }
    }
    for item in fields.items(reader, "grants") {
        wanted.grants.extend(grant(reader, &item));
    }
    for item in fields.items(reader, "credentials") {
        wanted.credentials.push(credential(reader, &item));
    }
    wanted
}

/// An application, and what it may use the connection for: everything that is not said to be false.
fn grant(reader: &mut Reader, item: &Item<'_>) -> Option<(String, Rights)> {
    const KNOWN: [&str; 4] = ["application", "may_sign_up", "may_sign_in", "may_link"];
    let fields = reader.fields(item.node, &item.path, &KNOWN);
    let application = fields.required(reader, "application", str::parse::<ApplicationId>);
    let rights = Rights {
        may_sign_up: fields.flag(reader, "may_sign_up", true),
        may_sign_in: fields.flag(reader, "may_sign_in", true),
        may_link: fields.flag(reader, "may_link", true),
    };
    if rights.names().is_empty() {
        reader.problem(
            fields.line,
            &item.path,
            "must grant something: leave it out to grant nothing",
        );
    }
    Some((application?.to_string(), rights))
}

fn credential(reader: &mut Reader, item: &Item<'_>) -> WantedCredential {
    const KNOWN: [&str; 4] = ["client_id", "client_secret", "secret_fingerprint", "host"];
    let fields = reader.fields(item.node, &item.path, &KNOWN);
    let any = |text: &str| Ok::<_, Invalid>(text.to_owned());
    let client_id = fields.required(reader, "client_id", any);
    let host = fields.optional(reader, "host", Host::parse);
    let secret = fields.get("client_secret");
    if secret.is_none() {
        reader.problem(fields.line, &item.path, "client_secret is missing");
    }
    let secret = secret.and_then(|item| reference(reader, &item));
    WantedCredential {
        client_id: client_id.unwrap_or_default(),
        host: host.map(|host| host.to_string()).unwrap_or_default(),
        secret: secret.unwrap_or_default(),
        found: None,
        fingerprint: fields.optional(reader, "secret_fingerprint", any),
        line: fields.line,
        path: item.path.clone(),
    }
}

/// Where a secret is. A secret itself is not repeated, also not in what is told of it.
fn reference(reader: &mut Reader, item: &Item<'_>) -> Option<Reference> {
    const SHAPE: &str = "must be { file: PATH } or { variable: NAME }: a secret itself does not belong in this file";
    let Value::Map(_) = item.node.value else {
        reader.problem(item.node.line, &item.path, SHAPE);
        return None;
    };
    let fields = reader.fields(item.node, &item.path, &["file", "variable"]);
    let any = |text: &str| Ok::<_, Invalid>(text.to_owned());
    let file = fields.optional(reader, "file", any).map(|path| Reference::File(path.into()));
    let variable = fields.optional(reader, "variable", any).map(Reference::Variable);
    if file.is_some() == variable.is_some() {
        reader.problem(item.node.line, &item.path, SHAPE);
    }
    file.or(variable)
}

/// A parameter, as `--upstream-params` takes it.
fn json(node: &Node) -> Result<serde_json::Value, String> {
    let Value::Map(map) = &node.value else { return Ok(serde_json::Value::Null) };
    let entry = |(key, value): &(Node, Node)| {
        let name = key.text().ok_or("a name must be text")?;
        let text = value.text().ok_or_else(|| format!("{name} must be text: put it in quotes"))?;
        Ok((name.to_owned(), text.into()))
    };
    map.iter().map(entry).collect::<Result<_, String>>().map(serde_json::Value::Object)
}
