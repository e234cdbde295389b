//! What administrators do, and what they are told when it is refused.

use latchkey_proto::v1::{
    self, ApiKeyKind, Connection, CreateApiKeyRequest, CreateConnectionRequest,
    CreateCredentialRequest, Credential, CredentialRole, EnvironmentKind,
    connection_admin_client::ConnectionAdminClient, tenant_admin_client::TenantAdminClient,
};
use latchkey_test_database::number;
use secrecy::SecretString;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::{Keyed, TestApp, looking::TABLES, reason, seed::Keys};

/// The environment that every test starts with.
pub(crate) const DEV: &str = "environments/dev";
/// Its connection.
pub(crate) const BITBUCKET: &str = "environments/dev/connections/bitbucket";
/// Its application.
pub(crate) const NOTES: &str = "environments/dev/applications/notes";

/// The code and the reason of a refusal.
pub(crate) fn refusal(status: &Status) -> (Code, String) {
    (status.code(), reason(status))
}

/// The fields that a refused request is wrong in.
#[track_caller]
pub(crate) fn wrong_fields(status: &Status) -> Vec<String> {
    assert_eq!(refusal(status), (Code::InvalidArgument, "FIELD_INVALID".to_owned()), "{status:?}");
    let details = status.get_details_bad_request().unwrap();
    details.field_violations.into_iter().map(|violation| violation.field).collect()
}

/// A connection that can be created.
pub(crate) fn new_connection(id: &str) -> CreateConnectionRequest {
    CreateConnectionRequest {
        parent: DEV.to_owned(),
        connection_id: id.to_owned(),
        connection: Some(Connection {
            display_name: "Bitbucket".to_owned(),
            provider: "stand-in".to_owned(),
            ..Connection::default()
        }),
        ..CreateConnectionRequest::default()
    }
}

/// A credential that can be created.
pub(crate) fn new_credential(connection: &str, secret: &str) -> CreateCredentialRequest {
    CreateCredentialRequest {
        parent: connection.to_owned(),
        credential: Some(Credential {
            client_id: "a-consumer-key".to_owned(),
            client_secret: secret.to_owned(),
            ..Credential::default()
        }),
        ..CreateCredentialRequest::default()
    }
}

/// A key that can be created.
pub(crate) fn new_key(kind: ApiKeyKind) -> CreateApiKeyRequest {
    let operator = kind == ApiKeyKind::Operator;
    let of_application = kind == ApiKeyKind::Application;
    CreateApiKeyRequest {
        parent: if operator { String::new() } else { DEV.to_owned() },
        api_key: Some(v1::ApiKey {
            kind: kind.into(),
            display_name: "A key".to_owned(),
            application: if of_application { NOTES.to_owned() } else { String::new() },
            ..v1::ApiKey::default()
        }),
        request_id: String::new(),
    }
}

impl TestApp {
    /// Creates a connection.
    pub(crate) async fn create(
        &self,
        request: CreateConnectionRequest,
    ) -> Result<Connection, Status> {
        let made = self.connections().create_connection(request).await?;
        Ok(made.into_inner().connection.unwrap())
    }

    /// Gets a connection.
    pub(crate) async fn connection(&self, name: &str) -> Result<Connection, Status> {
        let request = v1::GetConnectionRequest { name: name.to_owned() };
        Ok(self.connections().get_connection(request).await?.into_inner().connection.unwrap())
    }

    /// Changes the fields of a mask.
    pub(crate) async fn update(
        &self,
        connection: Connection,
        mask: &[&str],
    ) -> Result<Connection, Status> {
        let request = v1::UpdateConnectionRequest {
            connection: Some(connection),
            update_mask: Some(masked(mask)),
            validate_only: false,
        };
        let changed = self.connections().update_connection(request).await?;
        Ok(changed.into_inner().connection.unwrap())
    }

    /// Deletes a connection.
    pub(crate) async fn delete(&self, name: &str, etag: &str) -> Result<(), Status> {
        self.deletion(name, etag, false).await.map(|_| ())
    }

    /// Deletes a connection, or only asks what that would do.
    pub(crate) async fn deletion(
        &self,
        name: &str,
        etag: &str,
        validate_only: bool,
    ) -> Result<v1::DeleteConnectionResponse, Status> {
        let (name, etag) = (name.to_owned(), etag.to_owned());
        let request = v1::DeleteConnectionRequest { name, etag, validate_only };
        Ok(self.connections().delete_connection(request).await?.into_inner())
    }

    /// Brings a deleted connection back.
    pub(crate) async fn undelete(&self, name: &str, etag: &str) -> Result<Connection, Status> {
        let (name, etag) = (name.to_owned(), etag.to_owned());
        let request = v1::UndeleteConnectionRequest { name, etag };
        let back = self.connections().undelete_connection(request).await?.into_inner();
        Ok(back.connection.unwrap())
    }

    /// Purges a deleted connection.
    pub(crate) async fn purge(&self, name: &str, etag: &str) -> Result<(), Status> {
        let (name, etag) = (name.to_owned(), etag.to_owned());
        let request = v1::PurgeConnectionRequest { name, etag };
        self.connections().purge_connection(request).await.map(|_| ())
    }

    /// Adds a credential.
    pub(crate) async fn try_add_credential(
        &self,
        request: CreateCredentialRequest,
    ) -> Result<Credential, Status> {
        let made = self.connections().create_credential(request).await?;
        Ok(made.into_inner().credential.unwrap())
    }

    /// The credentials of a connection.
    pub(crate) async fn credentials(&self, connection: &str) -> Vec<Credential> {
        let parent = connection.to_owned();
        let request = v1::ListCredentialsRequest { parent, ..Default::default() };
        self.connections().list_credentials(request).await.unwrap().into_inner().credentials
    }

    /// The roles of a connection's credentials, oldest first.
    pub(crate) async fn roles(&self, connection: &str) -> Vec<CredentialRole> {
        self.credentials(connection).await.iter().map(Credential::role).collect()
    }

    /// The name of the credential that sign-ins on every host begin with.
    pub(crate) async fn active(&self, connection: &str) -> String {
        let credentials = self.credentials(connection).await.into_iter();
        let mut active = credentials
            .filter(|found| found.host.is_empty() && found.role() == CredentialRole::Active);
        active.next().unwrap().name
    }

    /// Makes a credential the active one.
    pub(crate) async fn promote(&self, name: &str) -> Result<Credential, Status> {
        let request = v1::PromoteCredentialRequest { name: name.to_owned(), etag: String::new() };
        let promoted = self.connections().promote_credential(request).await?;
        Ok(promoted.into_inner().credential.unwrap())
    }

    /// Deletes a credential.
    pub(crate) async fn delete_credential(&self, name: &str) -> Result<(), Status> {
        let request = v1::DeleteCredentialRequest { name: name.to_owned(), etag: String::new() };
        self.connections().delete_credential(request).await.map(|_| ())
    }

    /// Creates a key, and returns its name and what proves it.
    pub(crate) async fn create_key(
        &self,
        request: CreateApiKeyRequest,
    ) -> Result<(v1::ApiKey, String), Status> {
        let made = self.tenants().create_api_key(request).await?.into_inner();
        Ok((made.api_key.unwrap(), made.key))
    }

    /// The tenant's administration with any key.
    pub(crate) async fn try_key(&self, key: &str) -> Result<(), Status> {
        let key = SecretString::from(key);
        let parent = DEV.to_owned();
        let request = v1::ListConnectionsRequest { parent, ..Default::default() };
        let mut client = ConnectionAdminClient::new(self.keyed(&key));
        client.list_connections(request).await.map(|_| ())
    }

    /// Tenants, as an environment's administrator sees them.
    pub(crate) fn own_tenant(&self) -> TenantAdminClient<Keyed> {
        TenantAdminClient::new(self.keyed(&self.keys.environment))
    }

    /// The short names and numbers of the events about a connection, in order.
    pub(crate) async fn connection_events(&self, name: &str) -> Vec<(String, i64)> {
        let events = self.all_events().await.into_iter().filter(|event| event.subject == name);
        let short = |kind: &str| {
            let name = kind.strip_prefix("latchkey.").unwrap();
            name.strip_suffix(".v1").unwrap().to_owned()
        };
        events.map(|event| (short(&event.r#type), event.sequence)).collect()
    }

    /// How many rows each table has.
    pub(crate) async fn all_rows(&self) -> Vec<(&'static str, i64)> {
        // One connection for all of them: to open one takes longer than to count.
        let (database, mut rows) = (self.database.raw().await, Vec::new());
        for table in TABLES {
            let count = number(&database, &format!("SELECT COUNT(*) FROM {table}")).await;
            rows.push((table, count));
        }
        database.close().await.unwrap();
        rows
    }

    /// Another tenant, with an environment's and an application's key of its own.
    pub(crate) async fn other_tenant(&self) -> Keys {
        let environment = v1::Environment {
            display_name: "Other".to_owned(),
            kind: EnvironmentKind::NonProduction.into(),
            default_domain: "login.other.example".to_owned(),
            ..v1::Environment::default()
        };
        let request = v1::CreateEnvironmentRequest {
            environment_id: "other".to_owned(),
            environment: Some(environment),
            request_id: String::new(),
        };
        self.tenants().create_environment(request).await.unwrap();
        let request = v1::CreateApplicationRequest {
            parent: "environments/other".to_owned(),
            application_id: "notes".to_owned(),
            application: Some(v1::Application {
                display_name: "Notes".to_owned(),
                redirect_uris: vec!["https://other.example/callback".to_owned()],
                ..v1::Application::default()
            }),
            request_id: String::new(),
        };
        self.tenants().create_application(request).await.unwrap();
        Keys {
            operator: self.keys.operator.clone(),
            environment: self.key_of_other(ApiKeyKind::Environment).await,
            gateway: self.key_of_other(ApiKeyKind::Gateway).await,
            application: self.key_of_other(ApiKeyKind::Application).await,
            consumer: self.key_of_other(ApiKeyKind::Consumer).await,
        }
    }

    async fn key_of_other(&self, kind: ApiKeyKind) -> SecretString {
        let mut request = new_key(kind);
        request.parent = "environments/other".to_owned();
        let key = request.api_key.as_mut().unwrap();
        key.application = key.application.replace("/dev/", "/other/");
        self.create_key(request).await.unwrap().1.into()
    }
}

/// A mask of these paths.
pub(crate) fn masked(paths: &[&str]) -> latchkey_proto::well_known::FieldMask {
    let paths = paths.iter().map(|&path| path.to_owned()).collect();
    latchkey_proto::well_known::FieldMask { paths }
}
