//! What an administrator does in a day, each call held against the line that it leaves.

use std::collections::BTreeSet;

use latchkey_proto::{
    v1::{self, ApiKeyKind, AuditActor, AuditEntry, Environment, EnvironmentKind},
    well_known::Duration,
};
use prost::Message;
use secrecy::{ExposeSecret, SecretString};

use super::{
    every_change::WRITES,
    line::{Line, among, grows, rfc_3339},
    of,
};
use crate::harness::{
    TestApp,
    admin::{DEV, new_key},
    telemetry::RECORDED,
};

pub(super) const SECRET: &str = "a-canary-secret-of-a-consumer";
const STAGING: &str = "environments/staging";

/// An administrator's day: each call is held against its line.
pub(super) struct Day {
    pub(super) app: TestApp,
    calls: u32,
    pub(super) called: BTreeSet<&'static str>,
    pub(super) secrets: Vec<String>,
    pub(super) entries: Vec<AuditEntry>,
    operator: String,
    administrator: String,
}

impl Day {
    pub(super) async fn begin(app: TestApp) -> Self {
        std::sync::LazyLock::force(&RECORDED);
        let operator = key_of(&app, "", ApiKeyKind::Operator).await;
        let administrator = key_of(&app, DEV, ApiKeyKind::Environment).await;
        let (called, secrets, entries) = (BTreeSet::new(), vec![SECRET.to_owned()], Vec::new());
        Self { app, calls: 0, called, secrets, entries, operator, administrator }
    }

    /// Makes a call, and finds the one line that it leaves.
    pub(super) async fn call<Answer: Message + Default>(
        &mut self,
        method: &str,
        request: &impl Message,
        line: impl Fn(&Answer) -> Line,
    ) -> Answer {
        let (method, action) = *WRITES.iter().find(|(known, _)| *known == method).expect(method);
        let (bearer, actor) = self.caller_of(method);
        self.calls += 1;
        let (request_id, trace_id) =
            (format!("call-{}", self.calls), format!("{:032x}", self.calls));
        let traceparent = format!("00-{trace_id}-00000000000000ff-01");
        let metadata = [
            ("authorization", bearer.as_str()),
            ("x-request-id", &request_id),
            ("traceparent", &traceparent),
        ];
        let lines = self.app.rows("audit_entries").await;
        let path = format!("/latchkey.v1.{method}");
        let answer = self.app.raw_with(&path, &metadata, request.encode_to_vec()).await;
        let answer = Answer::decode(answer.expect(method).as_slice()).unwrap();
        assert_eq!(self.app.rows("audit_entries").await, lines + 1, "{method}");

        let line = line(&answer);
        let entry = self.last_entry_about(line.resource).await;
        let expected = AuditEntry {
            name: entry.name.clone(),
            time: entry.time,
            actor: Some(actor),
            action: action.to_owned(),
            resource: entry.resource.clone(),
            fields: if grows(action) { among(line.fields, &entry.fields) } else { line.fields },
            request_id,
            address: "127.0.0.1".to_owned(),
            trace_id,
        };
        assert_eq!(entry, expected, "{method}");
        self.called.insert(method);
        self.entries.push(entry);
        answer
    }

    /// What a method is called with, and who that is: environments are for operators.
    fn caller_of(&self, method: &str) -> (String, AuditActor) {
        let keys = &self.app.keys;
        let (key, name, kind) = if method.ends_with("Environment") {
            (&keys.operator, &self.operator, ApiKeyKind::Operator)
        } else {
            (&keys.environment, &self.administrator, ApiKeyKind::Environment)
        };
        (bearer(key), AuditActor { name: name.clone(), key_kind: kind.into() })
    }

    /// The newest line of an environment, which is to be about this resource.
    async fn last_entry_about(&self, resource: String) -> AuditEntry {
        let parent = resource.split('/').take(2).collect::<Vec<_>>().join("/");
        let entry = self.app.audit(of(&parent, "")).await.unwrap().0.remove(0);
        assert!(entry.name.starts_with(&format!("{parent}/auditEntries/aud_")), "{entry:?}");
        assert!(entry.time.is_some(), "{entry:?}");
        assert_eq!(entry.resource, resource);
        entry
    }

    pub(super) async fn environments(&mut self) {
        let environment = Environment {
            display_name: "Staging".to_owned(),
            kind: EnvironmentKind::NonProduction.into(),
            default_domain: "login.staging.example".to_owned(),
            ..Environment::default()
        };
        let create = v1::CreateEnvironmentRequest {
            environment_id: "staging".to_owned(),
            environment: Some(environment.clone()),
            request_id: String::new(),
        };
        let staging = || STAGING.to_owned();
        let made = |_: &v1::CreateEnvironmentResponse| {
            Line::about(STAGING)
                .sets("display_name", "\"Staging\"")
                .sets("kind", "\"NON_PRODUCTION\"")
                .sets("default_domain", "\"login.staging.example\"")
                .sets("sign_up_policy", "{\"mode\":\"OPEN\"}")
                .sets("email_required", "false")
                .sets("email_code_lifetime", "\"600s\"")
        };
        self.call("TenantAdmin/CreateEnvironment", &create, made).await;
        let (name, display_name) = (staging(), "Nearly real".to_owned());
        let update = v1::UpdateEnvironmentRequest {
            environment: Some(Environment { name, display_name, ..environment }),
            update_mask: None,
        };
        let changed = |_: &v1::UpdateEnvironmentResponse| {
            Line::about(STAGING).replaces("display_name", "\"Staging\"", "\"Nearly real\"")
        };
        self.call("TenantAdmin/UpdateEnvironment", &update, changed).await;
        self.policies_of_staging().await;
        let delete = v1::DeleteEnvironmentRequest { name: staging(), etag: String::new() };
        let deleted = |_: &v1::DeleteEnvironmentResponse| Line::about(STAGING);
        self.call("TenantAdmin/DeleteEnvironment", &delete, deleted).await;
    }

    async fn policies_of_staging(&mut self) {
        let update = v1::UpdateEnvironmentRequest {
            environment: Some(Environment {
                name: STAGING.to_owned(),
                email_required: true,
                email_code_lifetime: Some(Duration { seconds: 60, nanos: 0 }),
                ..Environment::default()
            }),
            update_mask: None,
        };
        let changed = |_: &v1::UpdateEnvironmentResponse| {
            Line::about(STAGING).replaces("email_required", "false", "true").replaces(
                "email_code_lifetime",
                "\"600s\"",
                "\"60s\"",
            )
        };
        self.call("TenantAdmin/UpdateEnvironment", &update, changed).await;
    }

    pub(super) async fn applications(&mut self) {
        let application = v1::Application {
            display_name: "Shop".to_owned(),
            redirect_uris: vec!["https://shop.example/".to_owned()],
            ..v1::Application::default()
        };
        let create = v1::CreateApplicationRequest {
            parent: DEV.to_owned(),
            application: Some(application),
            ..v1::CreateApplicationRequest::default()
        };
        let made = |made: &v1::CreateApplicationResponse| {
            Line::about(&made.application.as_ref().unwrap().name)
                .sets("display_name", "\"Shop\"")
                .sets("redirect_uris", "[\"https://shop.example/\"]")
        };
        let made = self.call("TenantAdmin/CreateApplication", &create, made).await;
        let made = made.application.unwrap();
        let name = made.name.clone();
        let display_name = "The shop".to_owned();
        let update = v1::UpdateApplicationRequest {
            application: Some(v1::Application { display_name, ..made }),
            update_mask: None,
        };
        let changed = |_: &v1::UpdateApplicationResponse| {
            Line::about(&name).replaces("display_name", "\"Shop\"", "\"The shop\"")
        };
        self.call("TenantAdmin/UpdateApplication", &update, changed).await;
        let logo = b"\x89PNG\r\n\x1a\nlogo".to_vec();
        let set = v1::SetApplicationLogoRequest { name: name.clone(), logo, etag: String::new() };
        let told = |set: &v1::SetApplicationLogoResponse| {
            let logo = set.application.as_ref().unwrap().logo.as_ref().unwrap();
            let told = format!("\"image/png, 12 bytes, sha256 {}\"", logo.sha256);
            Line::about(&name).sets("logo", &told)
        };
        self.call("TenantAdmin/SetApplicationLogo", &set, told).await;
        let delete = v1::DeleteApplicationRequest { name: name.clone(), etag: String::new() };
        let deleted = |_: &v1::DeleteApplicationResponse| Line::about(&name);
        self.call("TenantAdmin/DeleteApplication", &delete, deleted).await;
    }

    pub(super) async fn keys(&mut self) {
        let made = |made: &v1::CreateApiKeyResponse| {
            Line::about(&made.api_key.as_ref().unwrap().name)
                .sets("kind", "\"GATEWAY\"")
                .sets("display_name", "\"A key\"")
                .keeps_secret("key")
        };
        let create = new_key(ApiKeyKind::Gateway);
        let made = self.call("TenantAdmin/CreateApiKey", &create, made).await;
        self.secrets.push(made.key);
        let name = made.api_key.unwrap().name;
        let rotate = v1::RotateApiKeyRequest { name: name.clone(), ..Default::default() };
        let rotated = |next: &v1::RotateApiKeyResponse| {
            let ends = next.rotated_api_key.as_ref().unwrap().expire_time.unwrap();
            Line::about(&name)
                .sets("expire_time", &rfc_3339(ends))
                .sets("next_api_key", &format!("\"{}\"", next.api_key.as_ref().unwrap().name))
                .keeps_secret("key")
        };
        let next = self.call("TenantAdmin/RotateApiKey", &rotate, rotated).await;
        self.secrets.push(next.key);
        let delete = v1::DeleteApiKeyRequest { name: name.clone() };
        let deleted = |_: &v1::DeleteApiKeyResponse| Line::about(&name);
        self.call("TenantAdmin/DeleteApiKey", &delete, deleted).await;
    }
}

fn bearer(key: &SecretString) -> String {
    format!("Bearer {}", key.expose_secret())
}

/// The name of the key of this kind that the tests began with.
async fn key_of(app: &TestApp, parent: &str, kind: ApiKeyKind) -> String {
    let request = v1::ListApiKeysRequest { parent: parent.to_owned(), ..Default::default() };
    let listed = app.tenants().list_api_keys(request).await.unwrap().into_inner();
    listed.api_keys.into_iter().find(|key| key.kind() == kind).unwrap().name
}
