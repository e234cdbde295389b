//! What a field may not hold, of every request: told by its name, and nothing is written.

mod field;
mod questions;
mod refusals;
mod table;

use std::collections::BTreeSet;

use latchkey_proto::v1::{self, ApiKeyKind};
use secrecy::ExposeSecret;
use serde_json::Value;
use tonic::Status;

use crate::{
    both,
    harness::{
        TestApp,
        admin::{new_connection, new_key, wrong_fields},
        organizations::new_organization,
        reason,
    },
};
use table::{Case, table};

/// Texts that need no limit of their own: what is never read, what is only compared, and what
/// `upstream_params` tries.
pub(crate) const IGNORED: [&str; 49] = [
    "CreateApiKeyRequest.api_key.hint",
    "CreateApiKeyRequest.api_key.name",
    "CreateApplicationRequest.application.etag",
    "CreateApplicationRequest.application.logo.media_type",
    "CreateApplicationRequest.application.logo.sha256",
    "CreateApplicationRequest.application.name",
    "CreateConnectionRequest.connection.etag",
    "CreateConnectionRequest.connection.name",
    "CreateConnectionRequest.connection.upstream_params.key",
    "CreateConnectionRequest.connection.upstream_params.value.value",
    "CreateConnectionRequest.connection.warnings.description",
    "CreateCredentialRequest.credential.etag",
    "CreateCredentialRequest.credential.name",
    "CreateCredentialRequest.credential.secret_fingerprint",
    "CreateEnvironmentRequest.environment.etag",
    "CreateEnvironmentRequest.environment.name",
    "CreateOrganizationRequest.organization.domain_verification.description",
    "CreateOrganizationRequest.organization.domain_verification.record_name",
    "CreateOrganizationRequest.organization.domain_verification.record_value",
    "CreateOrganizationRequest.organization.etag",
    "CreateOrganizationRequest.organization.name",
    "DeleteApplicationRequest.etag",
    "DeleteConnectionRequest.etag",
    "DeleteCredentialRequest.etag",
    "DeleteEnvironmentRequest.etag",
    "DeleteOrganizationRequest.etag",
    "DeleteUserRequest.etag",
    "GrantApplicationRequest.etag",
    "PromoteCredentialRequest.etag",
    "PurgeConnectionRequest.etag",
    "RevokeApplicationRequest.etag",
    "SetApplicationLogoRequest.etag",
    "SuspendUserRequest.etag",
    "UndeleteConnectionRequest.etag",
    "UnlinkIdentityRequest.etag",
    "UnsuspendUserRequest.etag",
    "UpdateApplicationRequest.application.etag",
    "UpdateApplicationRequest.application.logo.media_type",
    "UpdateApplicationRequest.application.logo.sha256",
    "UpdateConnectionRequest.connection.etag",
    "UpdateConnectionRequest.connection.provider",
    "UpdateConnectionRequest.connection.upstream_params.key",
    "UpdateConnectionRequest.connection.upstream_params.value.value",
    "UpdateConnectionRequest.connection.warnings.description",
    "UpdateEnvironmentRequest.environment.etag",
    "UpdateOrganizationRequest.organization.domain_verification.description",
    "UpdateOrganizationRequest.organization.domain_verification.record_name",
    "UpdateOrganizationRequest.organization.domain_verification.record_value",
    "UpdateOrganizationRequest.organization.etag",
];

/// The numbers that stand for a value: `an_unknown_number_is_no_value` tries them, and
/// `upstream_params` the aliases.
pub(crate) const NUMBERS: [&str; 11] = [
    "CreateApiKeyRequest.api_key.kind",
    "CreateConnectionRequest.connection.profile_sync",
    "CreateConnectionRequest.connection.upstream_params.value.alias",
    "CreateEnvironmentRequest.environment.kind",
    "CreateEnvironmentRequest.environment.sign_up_policy.mode",
    "CreateOrganizationRequest.organization.sign_up_policy.mode",
    "StartLoginRequest.intent",
    "UpdateConnectionRequest.connection.profile_sync",
    "UpdateConnectionRequest.connection.upstream_params.value.alias",
    "UpdateEnvironmentRequest.environment.sign_up_policy.mode",
    "UpdateOrganizationRequest.organization.sign_up_policy.mode",
];

/// Numbers that callers read and do not set.
pub(crate) const READ_ONLY_NUMBERS: [&str; 10] = [
    "CreateConnectionRequest.connection.state",
    "CreateConnectionRequest.connection.warnings.reason",
    "CreateCredentialRequest.credential.role",
    "CreateOrganizationRequest.organization.domain_state",
    "CreateOrganizationRequest.organization.domain_verification.problem",
    "UpdateConnectionRequest.connection.state",
    "UpdateConnectionRequest.connection.warnings.reason",
    "UpdateEnvironmentRequest.environment.kind",
    "UpdateOrganizationRequest.organization.domain_state",
    "UpdateOrganizationRequest.organization.domain_verification.problem",
];

/// The fields that the table tries, each behind its message.
pub(crate) fn tried() -> Vec<String> {
    let cases = table();
    let names = cases.iter().flat_map(|case| {
        case.fields.iter().map(move |field| format!("{}.{}", case.message, field.path))
    });
    names.collect()
}

/// The methods that the table tries, by their paths.
pub(crate) fn methods_tried() -> BTreeSet<String> {
    table().iter().map(|case| format!("/latchkey.v1.{}", case.method)).collect()
}

/// A request of a method that names a tenant; methods of the installation itself name none, and
/// the tenant of a redemption is its key's.
pub(crate) fn request_about(path: &str, tenant: &str) -> Option<Vec<u8>> {
    let of_installation = ["CreateEnvironment", "ListEnvironments", "DeleteEnvironment"];
    if of_installation.iter().any(|end| path.ends_with(end)) {
        return None;
    }
    request_replacing(path, &[("environments/dev", &format!("environments/{tenant}"))])
}

/// A request of a method with these texts in place of those; `None` if none of those is in it.
pub(crate) fn request_replacing(path: &str, texts: &[(&str, &str)]) -> Option<Vec<u8>> {
    let method = path.strip_prefix("/latchkey.v1.").unwrap();
    let cases = table();
    let case = cases.iter().find(|case| case.method == method);
    let case = case.unwrap_or_else(|| panic!("what does {method} ask for?"));
    let base = case.base.to_string();
    let body = texts.iter().fold(base.clone(), |body, (this, that)| body.replace(this, that));
    let found = texts.iter().any(|(this, _)| base.contains(this));
    found.then(|| (case.encode)(serde_json::from_str(&body).unwrap()))
}

fn put(body: &mut Value, path: &str, value: Value) {
    let mut place = body;
    for part in path.split('.') {
        place = &mut place[part];
    }
    *place = value;
}

async fn send(app: &TestApp, case: &Case, body: Value) -> Result<Vec<u8>, Status> {
    let key = match case.key {
        ApiKeyKind::Operator => &app.keys.operator,
        ApiKeyKind::Gateway => &app.keys.gateway,
        ApiKeyKind::Application => &app.keys.application,
        _ => &app.keys.environment,
    };
    let authorization = format!("Bearer {}", key.expose_secret());
    let path = format!("/latchkey.v1.{}", case.method);
    app.raw(&path, Some(&authorization), (case.encode)(body)).await
}

fn is_field_invalid(answer: &Result<Vec<u8>, Status>) -> bool {
    answer.as_ref().is_err_and(|status| reason(status) == "FIELD_INVALID")
}

both! {
    async fn what_a_field_may_not_hold_is_told_by_its_name(app) {
        let rows = app.all_rows().await;
        for case in table() {
            for field in &case.fields {
                for bad in &field.bad {
                    let mut body = case.base.clone();
                    put(&mut body, field.path, bad.clone());
                    let told = format!("{}.{} = {bad:.80}", case.message, field.path);
                    let refused = send(&app, &case, body).await.expect_err(&told);
                    assert_eq!(wrong_fields(&refused), [field.path], "{told}");
                }
            }
        }
        assert_eq!(app.all_rows().await, rows);
    }

    async fn what_a_field_may_just_hold_is_taken(app) {
        for case in table() {
            for field in &case.fields {
                for good in &field.good {
                    let mut body = case.base.clone();
                    put(&mut body, field.path, good.clone());
                    let answer = send(&app, &case, body).await;
                    let told = format!("{}.{} = {good:.80}", case.message, field.path);
                    let wrong = match &answer {
                        Err(status) if is_field_invalid(&answer) => wrong_fields(status),
                        _ => Vec::new(),
                    };
                    assert!(!wrong.contains(&field.path.to_owned()), "{told}: {answer:?}");
                }
            }
        }
    }

    async fn every_wrong_field_is_told_and_the_mended_request_works(app) {
        let rows = app.all_rows().await;
        for case in table() {
            let mut body = case.base.clone();
            let mut expected = BTreeSet::new();
            for field in case.fields.iter().filter(|field| !field.depends) {
                put(&mut body, field.path, field.bad[0].clone());
                expected.insert(field.path.to_owned());
            }
            let refused = send(&app, &case, body).await.expect_err(case.message);
            let told: BTreeSet<_> = wrong_fields(&refused).into_iter().collect();
            assert_eq!(told, expected, "{}", case.message);
        }
        assert_eq!(app.all_rows().await, rows);
        for case in table() {
            let answer = send(&app, &case, case.base.clone()).await;
            assert!(!is_field_invalid(&answer), "{}: {answer:?}", case.message);
            assert!(!case.works || answer.is_ok(), "{}: {answer:?}", case.message);
        }
    }

    async fn a_message_that_must_be_there_is_told_alone(app) {
        for case in table() {
            let Some((outer, _)) = case.fields.iter().find_map(|field| field.path.split_once('.'))
            else {
                continue;
            };
            let mut body = case.base.clone();
            put(&mut body, outer, Value::Null);
            let refused = send(&app, &case, body).await.expect_err(case.message);
            assert_eq!(wrong_fields(&refused), [outer], "{}", case.message);
        }
    }

    async fn an_unknown_number_is_no_value(app) {
        let sign_up_policy = Some(v1::SignUpPolicy { mode: 99, ..Default::default() });
        let request = v1::CreateEnvironmentRequest {
            environment: Some(v1::Environment {
                display_name: "Name".to_owned(),
                kind: 99,
                default_domain: "login.new.example".to_owned(),
                sign_up_policy: sign_up_policy.clone(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let refused = app.tenants().create_environment(request).await.unwrap_err();
        let expected = ["environment.kind", "environment.sign_up_policy.mode"];
        assert_eq!(wrong_fields(&refused), expected);
        let mut request = new_organization("acme", "");
        request.organization.as_mut().unwrap().sign_up_policy = sign_up_policy;
        let refused = app.tenants().create_organization(request).await.unwrap_err();
        assert_eq!(wrong_fields(&refused), ["organization.sign_up_policy.mode"]);
        let mut request = new_connection("");
        request.connection.as_mut().unwrap().profile_sync = 99;
        let refused = app.connections().create_connection(request).await.unwrap_err();
        assert_eq!(wrong_fields(&refused), ["connection.profile_sync"]);
        for intent in [4, 99, -1] {
            let request = v1::StartLoginRequest { intent, ..app.start_request() };
            let refused = app.login().start_login(request).await.unwrap_err();
            assert_eq!(wrong_fields(&refused), ["intent"], "{intent}");
        }
        let mut request = new_key(ApiKeyKind::Gateway);
        request.api_key.as_mut().unwrap().kind = i32::MAX;
        let refused = app.create_key(request).await.unwrap_err();
        assert_eq!(wrong_fields(&refused), ["api_key.kind"]);
    }
}
