//! `latchkey export`: an environment as the file that makes it, with references in place of secrets.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use latchkey_proto::v1;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    policies::sign_up_entry,
    there::{ConnectionThere, Granted, Rights, There, id},
};
use crate::{
    client::Api,
    command::policies::{Lifetime, profile_sync_name},
};

const HEADING: &str = "\
# Made by `latchkey export`, for `latchkey apply`. A secret cannot be read back: where the one with its fingerprint is
# not there, it is taken from the file or the variable that stands in its place.
";

#[derive(Serialize)]
struct Document<'a> {
    environment: EnvironmentEntry<'a>,
    applications: BTreeMap<&'a str, ApplicationEntry<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    organizations: BTreeMap<&'a str, OrganizationEntry<'a>>,
    connections: BTreeMap<&'a str, ConnectionEntry<'a>>,
}

#[derive(Serialize)]
struct EnvironmentEntry<'a> {
    id: String,
    display_name: &'a str,
    kind: &'a str,
    default_domain: &'a str,
    sign_up_policy: Value,
    email_required: bool,
    email_code_lifetime: String,
}

#[derive(Serialize)]
struct ApplicationEntry<'a> {
    display_name: &'a str,
    redirect_uris: &'a [String],
}

#[derive(Serialize)]
struct OrganizationEntry<'a> {
    display_name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    custom_domain: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sign_up_policy: Option<Value>,
}

#[derive(Serialize)]
struct ConnectionEntry<'a> {
    display_name: &'a str,
    provider: &'a str,
    trusted_provider: bool,
    disabled: bool,
    verify_by_code: bool,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    allowed_workspaces: &'a [String],
    profile_sync: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    upstream_params: BTreeMap<&'a str, Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    grants: Vec<GrantEntry<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    credentials: Vec<CredentialEntry<'a>>,
}

#[derive(Serialize)]
struct GrantEntry<'a> {
    application: &'a str,
    may_sign_up: bool,
    may_sign_in: bool,
    may_link: bool,
}

#[derive(Serialize)]
struct CredentialEntry<'a> {
    client_id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    host: &'a str,
    client_secret: BTreeMap<&'a str, String>,
    secret_fingerprint: &'a str,
}

/// Writes an environment to standard output.
pub(crate) async fn export(api: &Api) -> Result<()> {
    let name = api.place.parent()?;
    let there = There::read(&api.client()?, &name).await?;
    let environment = there.environment.as_ref();
    let environment = environment.with_context(|| format!("{name} is not there"))?;
    let live = there.connections.iter().filter(|(_, there)| !there.is_deleted());
    let document = Document {
        environment: environment.into(),
        applications: there.applications.iter().map(|(id, it)| (id.as_str(), it.into())).collect(),
        organizations: there
            .organizations
            .iter()
            .map(|(id, it)| (id.as_str(), it.into()))
            .collect(),
        connections: live.map(|(id, it)| (id.as_str(), connection(id, it))).collect(),
    };
    let yaml = serde_saphyr::to_string(&document)?;
    crate::terminal::say(format!("{HEADING}{yaml}").trim_end())
}

impl<'a> From<&'a v1::Environment> for EnvironmentEntry<'a> {
    fn from(there: &'a v1::Environment) -> Self {
        let production = there.kind() == v1::EnvironmentKind::Production;
        let sign_up = there.sign_up_policy.clone().unwrap_or_default();
        let lifetime = there.email_code_lifetime.unwrap_or_default();
        Self {
            id: id(&there.name),
            display_name: &there.display_name,
            kind: if production { "production" } else { "non-production" },
            default_domain: &there.default_domain,
            sign_up_policy: sign_up_entry(&sign_up),
            email_required: there.email_required,
            email_code_lifetime: Lifetime(lifetime).to_string(),
        }
    }
}

impl<'a> From<&'a v1::Application> for ApplicationEntry<'a> {
    fn from(there: &'a v1::Application) -> Self {
        Self { display_name: &there.display_name, redirect_uris: &there.redirect_uris }
    }
}

impl<'a> From<&'a v1::Organization> for OrganizationEntry<'a> {
    fn from(there: &'a v1::Organization) -> Self {
        Self {
            display_name: &there.display_name,
            custom_domain: &there.custom_domain,
            sign_up_policy: there.sign_up_policy.as_ref().map(sign_up_entry),
        }
    }
}

fn connection<'a>(id: &str, there: &'a ConnectionThere) -> ConnectionEntry<'a> {
    let connection = &there.connection;
    let params = connection.upstream_params.iter();
    // The first of each host is the active one.
    let mut credentials = there.credentials.iter().collect::<Vec<_>>();
    credentials.sort_by_key(|credential| credential.role() != v1::CredentialRole::Active);
    let credential = |(at, credential)| CredentialEntry::of(id, at, credential);
    ConnectionEntry {
        display_name: &connection.display_name,
        provider: &connection.provider,
        trusted_provider: connection.trusted_provider,
        disabled: connection.disabled,
        verify_by_code: connection.verify_by_code,
        allowed_workspaces: &connection.allowed_workspaces,
        profile_sync: profile_sync_name(connection.profile_sync()),
        upstream_params: params.map(|(name, param)| (name.as_str(), upstream(param))).collect(),
        grants: there.grants.iter().map(grant).collect(),
        credentials: credentials.into_iter().enumerate().map(credential).collect(),
    }
}

fn grant<'a>((application, granted): (&'a String, &Granted)) -> GrantEntry<'a> {
    let Rights { may_sign_up, may_sign_in, may_link } = granted.rights;
    GrantEntry { application, may_sign_up, may_sign_in, may_link }
}

/// As Kinde writes it.
fn upstream(param: &v1::UpstreamParam) -> Value {
    use v1::upstream_param::Source;
    match &param.source {
        Some(Source::Value(value)) => json!({ "value": value }),
        Some(Source::Alias(alias)) if *alias == i32::from(v1::UpstreamAlias::LoginHint) => {
            json!({ "alias": "login_hint" })
        }
        _ => json!({ "alias": "prompt" }),
    }
}

impl<'a> CredentialEntry<'a> {
    fn of(connection: &str, at: usize, there: &'a v1::Credential) -> Self {
        let mut variable = connection.to_uppercase().replace('-', "_") + "_CLIENT_SECRET";
        if at > 0 {
            variable = format!("{variable}_{}", at + 1);
        }
        Self {
            client_id: &there.client_id,
            host: &there.host,
            client_secret: BTreeMap::from([("variable", variable)]),
            secret_fingerprint: &there.secret_fingerprint,
        }
    }
}
