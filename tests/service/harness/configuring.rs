//! What administrators change while people sign in.

use bitbucket_stand_in::StandIn;
use latchkey_proto::{
    v1::{
        Application, Connection, CreateConnectionRequest, CreateCredentialRequest, Credential,
        DeleteApplicationRequest, DeleteConnectionRequest, GrantApplicationRequest,
        RevokeApplicationRequest, SetApplicationLogoRequest, UpdateApplicationRequest,
        UpdateConnectionRequest,
    },
    well_known::FieldMask,
};

use tonic::Status;

use super::TestApp;

/// The connection that every test begins with.
pub(crate) const CONNECTION: &str = "environments/dev/connections/bitbucket";
/// The application that every test begins with.
pub(crate) const APPLICATION: &str = "environments/dev/applications/notes";

/// What a grant may allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    SignUp,
    SignIn,
    Link,
}

impl TestApp {
    /// Changes one field of the connection.
    pub(crate) async fn change_connection(&self, field: &str, to: Connection) {
        let request = UpdateConnectionRequest {
            connection: Some(Connection { name: CONNECTION.to_owned(), ..to }),
            update_mask: Some(FieldMask { paths: vec![field.to_owned()] }),
            validate_only: false,
        };
        self.connections().update_connection(request).await.unwrap();
    }

    /// Lets Bitbucket's word prove addresses.
    pub(crate) async fn trust_the_provider(&self) {
        let trusting = Connection { trusted_provider: true, ..Connection::default() };
        self.change_connection("trusted_provider", trusting).await;
    }

    /// Switches the connection off.
    pub(crate) async fn disable_the_connection(&self) {
        let disabled = Connection { disabled: true, ..Connection::default() };
        self.change_connection("disabled", disabled).await;
    }

    /// Deletes the connection.
    pub(crate) async fn delete_the_connection(&self) {
        let request = DeleteConnectionRequest { name: CONNECTION.to_owned(), ..Default::default() };
        self.connections().delete_connection(request).await.unwrap();
    }

    /// Takes the connection from the application.
    pub(crate) async fn revoke_the_application(&self) {
        let (connection, application) = (CONNECTION.to_owned(), APPLICATION.to_owned());
        let request = RevokeApplicationRequest { connection, application, etag: String::new() };
        self.connections().revoke_application(request).await.unwrap();
    }

    /// Lets the application's people use the connection for this alone.
    pub(crate) async fn grant_only(&self, rights: &[Right]) {
        let may = |right| Some(rights.contains(&right));
        let request = GrantApplicationRequest {
            connection: CONNECTION.to_owned(),
            application: APPLICATION.to_owned(),
            may_sign_up: may(Right::SignUp),
            may_sign_in: may(Right::SignIn),
            may_link: may(Right::Link),
            etag: String::new(),
        };
        self.connections().grant_application(request).await.unwrap();
    }

    /// Gives the application other redirect URIs.
    pub(crate) async fn redirect_to(&self, uris: &[&str]) {
        let redirect_uris = uris.iter().map(|uri| (*uri).to_owned()).collect();
        let name = APPLICATION.to_owned();
        let request = UpdateApplicationRequest {
            application: Some(Application { name, redirect_uris, ..Application::default() }),
            update_mask: Some(FieldMask { paths: vec!["redirect_uris".to_owned()] }),
        };
        self.tenants().update_application(request).await.unwrap();
    }

    /// Gives the application a logo, or takes it away where there are no bytes.
    pub(crate) async fn set_logo(&self, logo: &[u8], etag: &str) -> Result<Application, Status> {
        let (name, logo) = (APPLICATION.to_owned(), logo.to_vec());
        let request = SetApplicationLogoRequest { name, logo, etag: etag.to_owned() };
        let set = self.own_tenant().set_application_logo(request).await?.into_inner();
        Ok(set.application.unwrap())
    }

    /// Deletes the application.
    pub(crate) async fn delete_the_application(&self) {
        let request =
            DeleteApplicationRequest { name: APPLICATION.to_owned(), etag: String::new() };
        self.tenants().delete_application(request).await.unwrap();
    }

    /// Adds a credential to the connection: a standby, as there is an active one.
    pub(crate) async fn add_credential(&self, parent: &str, client_id: &str, secret: &str) {
        let credential = Credential {
            client_id: client_id.to_owned(),
            client_secret: secret.to_owned(),
            ..Credential::default()
        };
        let request = CreateCredentialRequest {
            parent: parent.to_owned(),
            credential: Some(credential),
            ..CreateCredentialRequest::default()
        };
        self.connections().create_credential(request).await.unwrap();
    }

    /// Deletes the oldest credential of the connection.
    pub(crate) async fn delete_the_oldest_credential(&self) {
        let oldest = self.credentials(CONNECTION).await[0].name.clone();
        self.delete_credential(&oldest).await.unwrap();
    }

    /// Makes a second connection to the same Bitbucket, for the same application.
    pub(crate) async fn add_connection(&self, id: &str) -> String {
        self.add_connection_by("stand-in", id).await
    }

    /// Makes a second connection by this provider, for the same application.
    pub(crate) async fn add_connection_by(&self, provider: &str, id: &str) -> String {
        let request = CreateConnectionRequest {
            parent: "environments/dev".to_owned(),
            connection_id: id.to_owned(),
            connection: Some(Connection {
                display_name: "Another".to_owned(),
                provider: provider.to_owned(),
                ..Connection::default()
            }),
            ..CreateConnectionRequest::default()
        };
        let made = self.connections().create_connection(request).await.unwrap();
        let connection = made.into_inner().connection.unwrap().name;
        self.add_credential(&connection, StandIn::CONSUMER_KEY, StandIn::CONSUMER_SECRET).await;
        let application = APPLICATION.to_owned();
        let grant = GrantApplicationRequest {
            connection: connection.clone(),
            application,
            ..GrantApplicationRequest::default()
        };
        self.connections().grant_application(grant).await.unwrap();
        connection
    }
}
