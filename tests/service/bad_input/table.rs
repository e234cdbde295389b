//! Every request, with what its fields may just hold and what they may not.

use base64::{Engine, prelude::BASE64_STANDARD};
use latchkey_proto::v1::{self, ApiKeyKind};
use prost::Message;
use serde_json::{Value, json};

use super::field::{
    Field, depending, display_name, field, filter, host, id, made_name, name, page, request_id,
};

/// A request and its fields.
pub(super) struct Case {
    pub(super) method: &'static str,
    pub(super) message: &'static str,
    pub(super) key: ApiKeyKind,
    pub(super) encode: fn(Value) -> Vec<u8>,
    pub(super) base: Value,
    /// Whether the request as it is does something.
    pub(super) works: bool,
    pub(super) fields: Vec<Field>,
}

const ENV: &str = "environments/";
const CONNECTION: &str = "environments/dev/connections/";
const APPLICATION: &str = "environments/dev/applications/";

macro_rules! case {
    ($works:literal, $key:ident, $service:literal / $method:literal, $message:ident, $base:tt,
        [$($field:expr),* $(,)?]) => {{
        let mut case = Case {
            method: concat!($service, "/", $method),
            message: stringify!($message),
            key: ApiKeyKind::$key,
            encode: |body| serde_json::from_value::<v1::$message>(body).unwrap().encode_to_vec(),
            base: json!($base),
            works: $works,
            fields: Vec::new(),
        };
        $(case.fields.extend($field.into_iter());)*
        case
    }};
}

// Below the macro, which it uses.
mod organizations;
mod policies;
mod sign_ins;
mod test_logins;
mod users;
mod waiting;

use policies::{code_lifetime, email_domains, workspaces};

pub(super) fn table() -> Vec<Case> {
    let mut cases = connections();
    cases.extend(test_logins::test_logins());
    cases.extend(organizations::organizations());
    cases.extend(credentials());
    cases.extend(environments());
    cases.extend(applications());
    cases.extend(api_keys());
    cases.extend(readers());
    cases.extend(users::users());
    cases.extend(sign_ins::sign_ins());
    cases.extend(waiting::waiting());
    cases
}

fn connections() -> Vec<Case> {
    let long = "b".repeat(33);
    vec![
        case!(true, Environment, "ConnectionAdmin" / "CreateConnection", CreateConnectionRequest,
            {"parent": "environments/dev", "connection": {"display_name": "Name", "provider": "stand-in",
                "allowed_workspaces": ["acme"]}},
            [name("parent", ENV), id("connection_id"), display_name("connection.display_name"),
                field("connection.provider", &["stand-in"], &["", "b", &long, "Bitbucket", "bit bucket", "2b"]),
                workspaces(), request_id()]),
        case!(true, Environment, "ConnectionAdmin" / "UpdateConnection", UpdateConnectionRequest,
            {"connection": {"name": "environments/dev/connections/bitbucket", "display_name": "Bitbucket",
                "allowed_workspaces": ["acme"]},
                "update_mask": {"paths": ["display_name", "allowed_workspaces"]}},
            [name("connection.name", CONNECTION), display_name("connection.display_name"),
                workspaces()]),
        case!(true, Environment, "ConnectionAdmin" / "GetConnection", GetConnectionRequest,
            {"name": "environments/dev/connections/bitbucket"}, [name("name", CONNECTION)]),
        case!(false, Environment, "ConnectionAdmin" / "DeleteConnection", DeleteConnectionRequest,
            {"name": "environments/dev/connections/absent"}, [name("name", CONNECTION)]),
        case!(false, Environment, "ConnectionAdmin" / "UndeleteConnection", UndeleteConnectionRequest,
            {"name": "environments/dev/connections/absent"}, [name("name", CONNECTION)]),
        case!(false, Environment, "ConnectionAdmin" / "PurgeConnection", PurgeConnectionRequest,
            {"name": "environments/dev/connections/absent"}, [name("name", CONNECTION)]),
        case!(true, Environment, "ConnectionAdmin" / "ListConnections", ListConnectionsRequest,
            {"parent": "environments/dev"},
            [name("parent", ENV), page(), filter("application", "environments/dev/applications/notes")]),
        case!(true, Environment, "ConnectionAdmin" / "ListCallbackUrls", ListCallbackUrlsRequest,
            {"parent": "environments/dev/connections/bitbucket"}, [name("parent", CONNECTION), page()]),
        case!(true, Environment, "ConnectionAdmin" / "GrantApplication", GrantApplicationRequest,
            {"connection": "environments/dev/connections/bitbucket",
                "application": "environments/dev/applications/notes"},
            [name("connection", CONNECTION), name("application", APPLICATION)]),
        case!(true, Environment, "ConnectionAdmin" / "ListApplicationGrants", ListApplicationGrantsRequest,
            {"parent": "environments/dev/connections/bitbucket"}, [name("parent", CONNECTION), page()]),
        case!(false, Environment, "ConnectionAdmin" / "RevokeApplication", RevokeApplicationRequest,
            {"connection": "environments/dev/connections/absent",
                "application": "environments/dev/applications/notes"},
            [name("connection", CONNECTION), name("application", APPLICATION)]),
    ]
}

fn credentials() -> Vec<Case> {
    let (key, long_key) = ("k".repeat(256), "k".repeat(257));
    let mut checked =
        made_name("credential", "environments/dev/connections/bitbucket/credentials/", "cred");
    checked.bad.retain(|value| value != "");
    let (secret, long_secret) = ("s".repeat(1024), "s".repeat(1025));
    vec![
        case!(true, Environment, "ConnectionAdmin" / "CreateCredential", CreateCredentialRequest,
            {"parent": "environments/dev/connections/bitbucket",
                "credential": {"client_id": "k", "client_secret": "s"}},
            [name("parent", CONNECTION),
                field("credential.client_id", &[&key], &[&long_key, "", "a b", "a\nb", "é"]),
                field("credential.client_secret", &[&secret], &[&long_secret, "", "a b", "a\nb", "é"]),
                host("credential.host"), request_id()]),
        case!(true, Environment, "ConnectionAdmin" / "ListCredentials", ListCredentialsRequest,
            {"parent": "environments/dev/connections/bitbucket"}, [name("parent", CONNECTION), page()]),
        case!(false, Environment, "ConnectionAdmin" / "PromoteCredential", PromoteCredentialRequest,
            {"name": "environments/dev/connections/bitbucket/credentials/cred_01h455vb4pex5vsknk084sn02q"},
            [made_name("name", "environments/dev/connections/bitbucket/credentials/", "cred")]),
        case!(false, Environment, "ConnectionAdmin" / "DeleteCredential", DeleteCredentialRequest,
            {"name": "environments/dev/connections/bitbucket/credentials/cred_01h455vb4pex5vsknk084sn02q"},
            [made_name("name", "environments/dev/connections/bitbucket/credentials/", "cred")]),
        case!(true, Environment, "ConnectionAdmin" / "CheckConnection", CheckConnectionRequest,
            {"name": "environments/dev/connections/bitbucket"},
            [name("name", CONNECTION), host("host"), checked]),
    ]
}

fn environments() -> Vec<Case> {
    let mut domain = host("environment.default_domain");
    domain.bad.push("".into());
    vec![
        case!(true, Operator, "TenantAdmin" / "CreateEnvironment", CreateEnvironmentRequest,
            {"environment": {"display_name": "Name", "kind": "ENVIRONMENT_KIND_NON_PRODUCTION",
                "default_domain": "login.new.example", "sign_up_policy": {"mode": "SIGN_UP_MODE_EMAIL_DOMAINS", "email_domains": ["acme.example"]}}},
            [id("environment_id"), display_name("environment.display_name"), domain,
                email_domains("environment.sign_up_policy.email_domains"), code_lifetime(),
                field("environment.kind", &["ENVIRONMENT_KIND_PRODUCTION"], &["ENVIRONMENT_KIND_UNSPECIFIED"]),
                request_id()]),
        case!(true, Operator, "TenantAdmin" / "UpdateEnvironment", UpdateEnvironmentRequest,
            {"environment": {"name": "environments/dev", "display_name": "Name",
                "default_domain": "login.example.com", "sign_up_policy": {"mode": "SIGN_UP_MODE_EMAIL_DOMAINS", "email_domains": ["acme.example"]},
                "email_code_lifetime": "60s"}, "update_mask": {"paths": ["*"]}},
            [name("environment.name", ENV), display_name("environment.display_name"),
                email_domains("environment.sign_up_policy.email_domains"), code_lifetime(),
                host("environment.default_domain")]),
        case!(true, Operator, "TenantAdmin" / "GetEnvironment", GetEnvironmentRequest,
            {"name": "environments/dev"}, [name("name", ENV)]),
        case!(true, Operator, "TenantAdmin" / "GetReadiness", GetReadinessRequest,
            {"name": "environments/dev"}, [name("name", ENV)]),
        case!(false, Operator, "TenantAdmin" / "DeleteEnvironment", DeleteEnvironmentRequest,
            {"name": "environments/absent"}, [name("name", ENV)]),
        case!(
            true,
            Operator,
            "TenantAdmin" / "ListEnvironments",
            ListEnvironmentsRequest,
            {},
            [page()]
        ),
    ]
}

fn redirect_uris() -> Field {
    let of = |length: usize| json!([format!("https://app.example/{}", "a".repeat(length - 20))]);
    let many = |count: usize| {
        let uris = (0..count).map(|n| format!("https://app.example/{n}"));
        json!(uris.collect::<Vec<_>>())
    };
    depending(Field {
        path: "application.redirect_uris",
        good: vec![of(512), many(32)],
        bad: vec![json!(["/"]), of(513), many(33), json!(["https://app.example/a\nb"])],
        depends: true,
    })
}

/// In base64, as JSON has bytes.
fn logo() -> Field {
    let image = |length: usize| {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        bytes.resize(length, 0);
        BASE64_STANDARD.encode(bytes)
    };
    let bad = [BASE64_STANDARD.encode("<svg/>"), BASE64_STANDARD.encode("GIF89a"), image(49_153)];
    let bad: Vec<_> = bad.iter().map(String::as_str).collect();
    depending(field("logo", &["", &image(8), &image(49_152)], &bad))
}

fn sha256() -> Field {
    let digest = "0a".repeat(32);
    field(
        "sha256",
        &[&digest],
        &["", "x", &digest[1..], &format!("{digest}0"), &digest.to_uppercase()],
    )
}

fn applications() -> Vec<Case> {
    vec![
        case!(true, Environment, "TenantAdmin" / "CreateApplication", CreateApplicationRequest,
            {"parent": "environments/dev",
                "application": {"display_name": "Name", "redirect_uris": ["https://app.example/"]}},
            [name("parent", ENV), id("application_id"), display_name("application.display_name"),
                redirect_uris(), request_id()]),
        case!(true, Environment, "TenantAdmin" / "UpdateApplication", UpdateApplicationRequest,
            {"application": {"name": "environments/dev/applications/notes", "display_name": "Notes",
                "redirect_uris": ["https://notes.example/callback"]},
                "update_mask": {"paths": ["display_name", "redirect_uris"]}},
            [name("application.name", APPLICATION), display_name("application.display_name"),
                redirect_uris()]),
        case!(true, Environment, "TenantAdmin" / "SetApplicationLogo", SetApplicationLogoRequest,
            {"name": "environments/dev/applications/notes"}, [name("name", APPLICATION), logo()]),
        case!(false, Gateway, "SocialLogin" / "GetApplicationLogo", GetApplicationLogoRequest,
            {"application": "environments/dev/applications/notes", "sha256": "0".repeat(64)},
            [name("application", APPLICATION), sha256()]),
        case!(true, Environment, "TenantAdmin" / "GetApplication", GetApplicationRequest,
            {"name": "environments/dev/applications/notes"}, [name("name", APPLICATION)]),
        case!(false, Environment, "TenantAdmin" / "DeleteApplication", DeleteApplicationRequest,
            {"name": "environments/dev/applications/absent"}, [name("name", APPLICATION)]),
        case!(true, Environment, "TenantAdmin" / "ListApplications", ListApplicationsRequest,
            {"parent": "environments/dev"},
            [name("parent", ENV), page(), filter("connection", "environments/dev/connections/bitbucket")]),
    ]
}

/// Without the empty name, which means operator keys.
fn key_parent() -> Field {
    let mut parent = name("parent", ENV);
    parent.bad.retain(|value| value != "");
    parent
}

fn api_keys() -> Vec<Case> {
    let of_a_key = || {
        let mut name = made_name("name", "environments/dev/apiKeys/", "key");
        name.good.push("apiKeys/key_01h455vb4pex5vsknk084sn02q".into());
        name
    };
    let overlap = Field {
        path: "overlap",
        good: vec![json!("0s"), json!("2592000s"), json!("0.5s")],
        bad: vec![json!("2592001s"), json!("-1s")],
        depends: false,
    };
    vec![
        case!(true, Operator, "TenantAdmin" / "CreateApiKey", CreateApiKeyRequest,
            {"parent": "environments/dev", "api_key": {"display_name": "Name",
                "kind": "API_KEY_KIND_APPLICATION", "application": "environments/dev/applications/notes"}},
            [key_parent(), display_name("api_key.display_name"),
                depending(name("api_key.application", APPLICATION)), request_id()]),
        case!(true, Operator, "TenantAdmin" / "ListApiKeys", ListApiKeysRequest,
            {"parent": "environments/dev"}, [key_parent(), page()]),
        case!(false, Operator, "TenantAdmin" / "DeleteApiKey", DeleteApiKeyRequest,
            {"name": "environments/dev/apiKeys/key_01h455vb4pex5vsknk084sn02q"}, [of_a_key()]),
        case!(false, Operator, "TenantAdmin" / "RotateApiKey", RotateApiKeyRequest,
            {"name": "environments/dev/apiKeys/key_01h455vb4pex5vsknk084sn02q"},
            [of_a_key(), overlap, request_id()]),
        case!(true, Operator, "TenantAdmin" / "ListAuditEntries", ListAuditEntriesRequest,
            {"parent": "environments/dev"},
            [key_parent(), page(), filter("action", "connection.updated")]),
    ]
}

fn readers() -> Vec<Case> {
    let position = || Field {
        path: "after_position",
        good: vec![json!(0), json!(i64::MAX.to_string())],
        bad: vec![json!(-2)],
        depends: false,
    };
    let size = Field {
        path: "page_size",
        good: [0, 1, 1000].map(Value::from).into(),
        bad: [-1, 1001, i32::MAX].map(Value::from).into(),
        depends: false,
    };
    vec![
        case!(true, Environment, "EventFeed" / "ListEvents", ListEventsRequest,
            {"parent": "environments/dev"}, [name("parent", ENV), position(), size]),
        case!(true, Environment, "EventFeed" / "WatchEvents", WatchEventsRequest,
            {"parent": "environments/dev", "after_position": 0}, [name("parent", ENV), position()]),
    ]
}
