//! The part of the day that is about a connection.

use latchkey_proto::v1::{self, Connection};

use super::{
    day::{Day, SECRET},
    line::Line,
};
use crate::harness::{
    admin::{NOTES, masked, new_connection, new_credential},
    app::HOST,
};

impl Day {
    pub(super) async fn connections(&mut self) -> String {
        let made = |made: &v1::CreateConnectionResponse| {
            Line::about(&made.connection.as_ref().unwrap().name)
                .sets("display_name", "\"Bitbucket\"")
                .sets("provider", "\"stand-in\"")
                .sets("trusted_provider", "false")
                .sets("upstream_params", "{}")
                .sets("disabled", "false")
                .sets("verify_by_code", "false")
                .sets("allowed_workspaces", "[]")
                .sets("profile_sync", "\"ALWAYS\"")
        };
        let made = self.call("ConnectionAdmin/CreateConnection", &new_connection(""), made).await;
        let made = made.connection.unwrap();
        let name = made.name.clone();
        let update = v1::UpdateConnectionRequest {
            connection: Some(Connection {
                trusted_provider: true,
                allowed_workspaces: vec!["acme".to_owned()],
                ..made
            }),
            update_mask: Some(masked(&["trusted_provider", "allowed_workspaces"])),
            validate_only: false,
        };
        let changed = |_: &v1::UpdateConnectionResponse| {
            Line::about(&name).replaces("trusted_provider", "false", "true").replaces(
                "allowed_workspaces",
                "[]",
                "[\"acme\"]",
            )
        };
        self.call("ConnectionAdmin/UpdateConnection", &update, changed).await;
        self.grants(&name).await;
        name
    }

    async fn grants(&mut self, name: &str) {
        let (connection, application) = (name.to_owned(), NOTES.to_owned());
        let grant = v1::GrantApplicationRequest {
            connection: connection.clone(),
            application: application.clone(),
            ..v1::GrantApplicationRequest::default()
        };
        let to = format!("\"{NOTES}\"");
        let granted = |_: &v1::GrantApplicationResponse| {
            Line::about(name)
                .sets("application", &to)
                .sets("may_sign_up", "true")
                .sets("may_sign_in", "true")
                .sets("may_link", "true")
        };
        self.call("ConnectionAdmin/GrantApplication", &grant, granted).await;
        let revoke = v1::RevokeApplicationRequest { connection, application, etag: String::new() };
        let revoked =
            |_: &v1::RevokeApplicationResponse| Line::about(name).sets("application", &to);
        self.call("ConnectionAdmin/RevokeApplication", &revoke, revoked).await;
    }

    pub(super) async fn credentials(&mut self, connection: &str) {
        let name_of =
            |made: &v1::CreateCredentialResponse| made.credential.as_ref().unwrap().name.clone();
        let create = new_credential(connection, SECRET);
        let made = |made: &v1::CreateCredentialResponse| {
            Line::about(&name_of(made))
                .sets("client_id", "\"a-consumer-key\"")
                .keeps_secret("client_secret")
        };
        let active = |answer: &_| made(answer).sets("role", "\"ACTIVE\"");
        self.call("ConnectionAdmin/CreateCredential", &create, active).await;
        let standby = |answer: &_| made(answer).sets("role", "\"STANDBY\"");
        let standby = self.call("ConnectionAdmin/CreateCredential", &create, standby).await;
        let check =
            v1::CheckConnectionRequest { name: connection.to_owned(), ..Default::default() };
        let checked = |_: &v1::CheckConnectionResponse| Line::about(connection);
        self.call("ConnectionAdmin/CheckConnection", &check, checked).await;
        let name = name_of(&standby);
        let promote = v1::PromoteCredentialRequest { name: name.clone(), etag: String::new() };
        let promoted = |_: &v1::PromoteCredentialResponse| {
            Line::about(&name).replaces("role", "\"STANDBY\"", "\"ACTIVE\"")
        };
        self.call("ConnectionAdmin/PromoteCredential", &promote, promoted).await;
        self.test_login(connection, &name).await;
        let delete = v1::DeleteCredentialRequest { name: name.clone(), etag: String::new() };
        let deleted = |_: &v1::DeleteCredentialResponse| Line::about(&name);
        self.call("ConnectionAdmin/DeleteCredential", &delete, deleted).await;
    }

    async fn test_login(&mut self, connection: &str, credential: &str) {
        let test = v1::StartTestLoginRequest {
            connection: connection.to_owned(),
            credential: credential.to_owned(),
            host: String::new(),
        };
        let id = credential.rsplit('/').next().unwrap();
        let tested = |started: &v1::StartTestLoginResponse| {
            let test_login = &started.test_login.as_ref().unwrap().name;
            Line::about(connection)
                .sets("test_login", &format!("\"{test_login}\""))
                .sets("host", &format!("\"{HOST}\""))
                .sets("credential", &format!("\"{id}\""))
        };
        let started = self.call("ConnectionAdmin/StartTestLogin", &test, tested).await;
        self.secrets.push(started.url.rsplit('/').next().unwrap().to_owned());
    }

    pub(super) async fn the_end_of(&mut self, connection: &str) {
        let (name, etag) = (connection.to_owned(), String::new());
        let delete = v1::DeleteConnectionRequest {
            name: name.clone(),
            etag: etag.clone(),
            validate_only: false,
        };
        let deleted = |_: &v1::DeleteConnectionResponse| Line::about(&name);
        self.call("ConnectionAdmin/DeleteConnection", &delete, deleted).await;
        let undelete = v1::UndeleteConnectionRequest { name: name.clone(), etag: etag.clone() };
        let undeleted = |_: &v1::UndeleteConnectionResponse| Line::about(&name);
        self.call("ConnectionAdmin/UndeleteConnection", &undelete, undeleted).await;
        self.call("ConnectionAdmin/DeleteConnection", &delete, deleted).await;
        let purge = v1::PurgeConnectionRequest { name: name.clone(), etag };
        let purged = |_: &v1::PurgeConnectionResponse| Line::about(&name);
        self.call("ConnectionAdmin/PurgeConnection", &purge, purged).await;
    }
}
