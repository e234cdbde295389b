//! What an administrator does in a day, each call held against the line that it leaves.

use std::collections::BTreeSet;

use latchkey_proto::v1::{
    self, ApiKeyKind, AuditActor, AuditEntry, Connection, Environment, EnvironmentKind,
};
use prost::Message;
use secrecy::{ExposeSecret, SecretString};

use super::{every_change::WRITES, of};
use crate::harness::{
    TestApp,
    admin::{DEV, NOTES, masked, new_connection, new_credential, new_key},
    telemetry::RECORDED,
};

const SECRET: &str = "a-canary-secret-of-a-consumer";
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
        changed: impl Fn(&Answer) -> String,
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

        let entry = self.last_entry_about(changed(&answer)).await;
        let expected = AuditEntry {
            name: entry.name.clone(),
            time: entry.time,
            actor: Some(actor),
            action: action.to_owned(),
            resource: entry.resource.clone(),
            fields: entry.fields.clone(),
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
        let made = |_: &v1::CreateEnvironmentResponse| STAGING.to_owned();
        self.call("TenantAdmin/CreateEnvironment", &create, made).await;
        let (name, display_name) = (staging(), "Nearly real".to_owned());
        let update = v1::UpdateEnvironmentRequest {
            environment: Some(Environment { name, display_name, ..environment }),
            update_mask: None,
        };
        let changed = |_: &v1::UpdateEnvironmentResponse| STAGING.to_owned();
        self.call("TenantAdmin/UpdateEnvironment", &update, changed).await;
        let delete = v1::DeleteEnvironmentRequest { name: staging(), etag: String::new() };
        let deleted = |_: &v1::DeleteEnvironmentResponse| STAGING.to_owned();
        self.call("TenantAdmin/DeleteEnvironment", &delete, deleted).await;
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
        let made =
            |made: &v1::CreateApplicationResponse| made.application.as_ref().unwrap().name.clone();
        let made = self.call("TenantAdmin/CreateApplication", &create, made).await;
        let made = made.application.unwrap();
        let name = made.name.clone();
        let display_name = "The shop".to_owned();
        let update = v1::UpdateApplicationRequest {
            application: Some(v1::Application { display_name, ..made }),
            update_mask: None,
        };
        let changed = |_: &v1::UpdateApplicationResponse| name.clone();
        self.call("TenantAdmin/UpdateApplication", &update, changed).await;
        let delete = v1::DeleteApplicationRequest { name: name.clone(), etag: String::new() };
        let deleted = |_: &v1::DeleteApplicationResponse| name.clone();
        self.call("TenantAdmin/DeleteApplication", &delete, deleted).await;
    }

    pub(super) async fn connections(&mut self) -> String {
        let made =
            |made: &v1::CreateConnectionResponse| made.connection.as_ref().unwrap().name.clone();
        let made = self.call("ConnectionAdmin/CreateConnection", &new_connection(""), made).await;
        let made = made.connection.unwrap();
        let name = made.name.clone();
        let update = v1::UpdateConnectionRequest {
            connection: Some(Connection { trusted_provider: true, ..made }),
            update_mask: Some(masked(&["trusted_provider"])),
            validate_only: false,
        };
        let changed = |_: &v1::UpdateConnectionResponse| name.clone();
        self.call("ConnectionAdmin/UpdateConnection", &update, changed).await;
        let (connection, application) = (name.clone(), NOTES.to_owned());
        let grant = v1::GrantApplicationRequest {
            connection: connection.clone(),
            application: application.clone(),
            ..v1::GrantApplicationRequest::default()
        };
        let granted = |_: &v1::GrantApplicationResponse| name.clone();
        self.call("ConnectionAdmin/GrantApplication", &grant, granted).await;
        let revoke = v1::RevokeApplicationRequest { connection, application };
        let revoked = |_: &v1::RevokeApplicationResponse| name.clone();
        self.call("ConnectionAdmin/RevokeApplication", &revoke, revoked).await;
        name
    }

    pub(super) async fn credentials(&mut self, connection: &str) {
        let name_of =
            |made: &v1::CreateCredentialResponse| made.credential.as_ref().unwrap().name.clone();
        let create = new_credential(connection, SECRET);
        self.call("ConnectionAdmin/CreateCredential", &create, name_of).await;
        let standby = self.call("ConnectionAdmin/CreateCredential", &create, name_of).await;
        let check =
            v1::CheckConnectionRequest { name: connection.to_owned(), ..Default::default() };
        let checked = |_: &v1::CheckConnectionResponse| connection.to_owned();
        self.call("ConnectionAdmin/CheckConnection", &check, checked).await;
        let name = name_of(&standby);
        let promote = v1::PromoteCredentialRequest { name: name.clone() };
        let promoted = |_: &v1::PromoteCredentialResponse| name.clone();
        self.call("ConnectionAdmin/PromoteCredential", &promote, promoted).await;
        let test = v1::StartTestLoginRequest {
            connection: connection.to_owned(),
            credential: name.clone(),
            host: String::new(),
        };
        let tested = |_: &v1::StartTestLoginResponse| connection.to_owned();
        let started = self.call("ConnectionAdmin/StartTestLogin", &test, tested).await;
        self.secrets.push(started.url.rsplit('/').next().unwrap().to_owned());
        let delete = v1::DeleteCredentialRequest { name: name.clone() };
        let deleted = |_: &v1::DeleteCredentialResponse| name.clone();
        self.call("ConnectionAdmin/DeleteCredential", &delete, deleted).await;
    }

    pub(super) async fn the_end_of(&mut self, connection: &str) {
        let (name, etag) = (connection.to_owned(), String::new());
        let delete = v1::DeleteConnectionRequest {
            name: name.clone(),
            etag: etag.clone(),
            validate_only: false,
        };
        let deleted = |_: &v1::DeleteConnectionResponse| name.clone();
        self.call("ConnectionAdmin/DeleteConnection", &delete, deleted).await;
        let undelete = v1::UndeleteConnectionRequest { name: name.clone(), etag: etag.clone() };
        let undeleted = |_: &v1::UndeleteConnectionResponse| name.clone();
        self.call("ConnectionAdmin/UndeleteConnection", &undelete, undeleted).await;
        self.call("ConnectionAdmin/DeleteConnection", &delete, deleted).await;
        let purge = v1::PurgeConnectionRequest { name: name.clone(), etag };
        let purged = |_: &v1::PurgeConnectionResponse| name.clone();
        self.call("ConnectionAdmin/PurgeConnection", &purge, purged).await;
    }

    pub(super) async fn keys(&mut self) {
        let made = |made: &v1::CreateApiKeyResponse| made.api_key.as_ref().unwrap().name.clone();
        let create = new_key(ApiKeyKind::Gateway);
        let made = self.call("TenantAdmin/CreateApiKey", &create, made).await;
        self.secrets.push(made.key);
        let name = made.api_key.unwrap().name;
        let rotate = v1::RotateApiKeyRequest { name: name.clone(), ..Default::default() };
        let rotated = |_: &v1::RotateApiKeyResponse| name.clone();
        let next = self.call("TenantAdmin/RotateApiKey", &rotate, rotated).await;
        self.secrets.push(next.key);
        let delete = v1::DeleteApiKeyRequest { name: name.clone() };
        let deleted = |_: &v1::DeleteApiKeyResponse| name.clone();
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
