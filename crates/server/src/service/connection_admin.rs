//! `ConnectionAdmin`.

use latchkey_domain::name::CredentialName;
use latchkey_identity::Latchkey;
use latchkey_proto::v1::{self, connection_admin_server::ConnectionAdmin};
use tonic::{Request, Response, Status, async_trait};

use super::sent;
use crate::{
    access::caller,
    status::from_error,
    wire::{callback, check, connection as wire, credential, grant, test_login},
};

/// The service.
#[derive(Debug)]
pub(crate) struct Admin(pub(crate) Latchkey);

#[async_trait]
impl ConnectionAdmin for Admin {
    async fn create_connection(
        &self,
        request: Request<v1::CreateConnectionRequest>,
    ) -> Result<Response<v1::CreateConnectionResponse>, Status> {
        let caller = caller(&request)?;
        let new = wire::create(request.into_inner())?;
        let view = self.0.create_connection(&caller, new).await.map_err(from_error)?;
        let connection = Some(wire::encode(view));
        Ok(Response::new(v1::CreateConnectionResponse { connection }))
    }

    async fn get_connection(
        &self,
        request: Request<v1::GetConnectionRequest>,
    ) -> Result<Response<v1::GetConnectionResponse>, Status> {
        let caller = caller(&request)?;
        let name = wire::name("name", &request.into_inner().name)?;
        let view = self.0.connection(&caller, &name).await.map_err(from_error)?;
        let connection = Some(wire::encode(view));
        Ok(Response::new(v1::GetConnectionResponse { connection }))
    }

    async fn list_connections(
        &self,
        request: Request<v1::ListConnectionsRequest>,
    ) -> Result<Response<v1::ListConnectionsResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (which, page) = wire::list(&request)?;
        let listed = self.0.list_connections(&caller, &which, &page).await.map_err(from_error)?;
        Ok(Response::new(wire::listed(&request, listed)))
    }

    async fn update_connection(
        &self,
        request: Request<v1::UpdateConnectionRequest>,
    ) -> Result<Response<v1::UpdateConnectionResponse>, Status> {
        let caller = caller(&request)?;
        let (name, changes) = wire::update(request.into_inner())?;
        let view = self.0.update_connection(&caller, &name, &changes).await.map_err(from_error)?;
        let connection = Some(wire::encode(view));
        Ok(Response::new(v1::UpdateConnectionResponse { connection }))
    }

    async fn delete_connection(
        &self,
        request: Request<v1::DeleteConnectionRequest>,
    ) -> Result<Response<v1::DeleteConnectionResponse>, Status> {
        let caller = caller(&request)?;
        let v1::DeleteConnectionRequest { name, etag, validate_only } = request.into_inner();
        let name = wire::name("name", &name)?;
        let deleted = self.0.delete_connection(&caller, &name, sent(&etag), validate_only);
        Ok(Response::new(wire::encode_deleted(deleted.await.map_err(from_error)?)))
    }

    async fn undelete_connection(
        &self,
        request: Request<v1::UndeleteConnectionRequest>,
    ) -> Result<Response<v1::UndeleteConnectionResponse>, Status> {
        let caller = caller(&request)?;
        let v1::UndeleteConnectionRequest { name, etag } = request.into_inner();
        let name = wire::name("name", &name)?;
        let view =
            self.0.undelete_connection(&caller, &name, sent(&etag)).await.map_err(from_error)?;
        let connection = Some(wire::encode(view));
        Ok(Response::new(v1::UndeleteConnectionResponse { connection }))
    }

    async fn purge_connection(
        &self,
        request: Request<v1::PurgeConnectionRequest>,
    ) -> Result<Response<v1::PurgeConnectionResponse>, Status> {
        let caller = caller(&request)?;
        let v1::PurgeConnectionRequest { name, etag } = request.into_inner();
        let name = wire::name("name", &name)?;
        self.0.purge_connection(&caller, &name, sent(&etag)).await.map_err(from_error)?;
        Ok(Response::new(v1::PurgeConnectionResponse {}))
    }

    async fn list_callback_urls(
        &self,
        request: Request<v1::ListCallbackUrlsRequest>,
    ) -> Result<Response<v1::ListCallbackUrlsResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (parent, page) = callback::list(&request)?;
        let listed = self.0.callback_urls(&caller, &parent, &page).await.map_err(from_error)?;
        Ok(Response::new(callback::listed(&request, listed)))
    }

    async fn grant_application(
        &self,
        request: Request<v1::GrantApplicationRequest>,
    ) -> Result<Response<v1::GrantApplicationResponse>, Status> {
        let caller = caller(&request)?;
        let wanted = grant::grant(request.into_inner())?;
        let granted = self.0.grant_application(&caller, &wanted).await.map_err(from_error)?;
        let application_grant = Some(grant::encode(&granted));
        Ok(Response::new(v1::GrantApplicationResponse { application_grant }))
    }

    async fn revoke_application(
        &self,
        request: Request<v1::RevokeApplicationRequest>,
    ) -> Result<Response<v1::RevokeApplicationResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (connection, application) = grant::revoke(&request)?;
        let etag = sent(&request.etag);
        let revoked = self.0.revoke_application(&caller, &connection, &application, etag);
        revoked.await.map_err(from_error)?;
        Ok(Response::new(v1::RevokeApplicationResponse {}))
    }

    async fn list_application_grants(
        &self,
        request: Request<v1::ListApplicationGrantsRequest>,
    ) -> Result<Response<v1::ListApplicationGrantsResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (parent, page) = grant::list(&request)?;
        let listed = self.0.list_application_grants(&caller, &parent, &page);
        Ok(Response::new(grant::listed(&request, listed.await.map_err(from_error)?)))
    }

    async fn create_credential(
        &self,
        request: Request<v1::CreateCredentialRequest>,
    ) -> Result<Response<v1::CreateCredentialResponse>, Status> {
        let caller = caller(&request)?;
        let new = credential::create(request.into_inner())?;
        let made = self.0.create_credential(&caller, &new).await.map_err(from_error)?;
        let credential = Some(credential::encode(&new.connection, &made));
        Ok(Response::new(v1::CreateCredentialResponse { credential }))
    }

    async fn list_credentials(
        &self,
        request: Request<v1::ListCredentialsRequest>,
    ) -> Result<Response<v1::ListCredentialsResponse>, Status> {
        let caller = caller(&request)?;
        let (parent, page) = credential::list(&request.into_inner())?;
        let listed = self.0.list_credentials(&caller, &parent, &page).await.map_err(from_error)?;
        Ok(Response::new(credential::listed(&parent, listed)))
    }

    async fn promote_credential(
        &self,
        request: Request<v1::PromoteCredentialRequest>,
    ) -> Result<Response<v1::PromoteCredentialResponse>, Status> {
        let caller = caller(&request)?;
        let v1::PromoteCredentialRequest { name, etag } = request.into_inner();
        let name = wire::name::<CredentialName>("name", &name)?;
        let promoted = self.0.promote_credential(&caller, &name, sent(&etag)).await;
        let credential = Some(credential::encode(&name.parent(), &promoted.map_err(from_error)?));
        Ok(Response::new(v1::PromoteCredentialResponse { credential }))
    }

    async fn delete_credential(
        &self,
        request: Request<v1::DeleteCredentialRequest>,
    ) -> Result<Response<v1::DeleteCredentialResponse>, Status> {
        let caller = caller(&request)?;
        let v1::DeleteCredentialRequest { name, etag } = request.into_inner();
        let name = wire::name("name", &name)?;
        self.0.delete_credential(&caller, &name, sent(&etag)).await.map_err(from_error)?;
        Ok(Response::new(v1::DeleteCredentialResponse {}))
    }

    async fn check_connection(
        &self,
        request: Request<v1::CheckConnectionRequest>,
    ) -> Result<Response<v1::CheckConnectionResponse>, Status> {
        let caller = caller(&request)?;
        let what = check::what(request.into_inner())?;
        let checked = self.0.check_connection(&caller, &what).await.map_err(from_error)?;
        Ok(Response::new(check::encode(&what.connection, checked)))
    }

    async fn start_test_login(
        &self,
        request: Request<v1::StartTestLoginRequest>,
    ) -> Result<Response<v1::StartTestLoginResponse>, Status> {
        let caller = caller(&request)?;
        let new = test_login::start(request.get_ref())?;
        let started = self.0.start_test_login(&caller, &new).await.map_err(from_error)?;
        Ok(Response::new(test_login::encode_started(started)))
    }

    async fn get_test_login(
        &self,
        request: Request<v1::GetTestLoginRequest>,
    ) -> Result<Response<v1::GetTestLoginResponse>, Status> {
        let caller = caller(&request)?;
        let name = wire::name("name", &request.into_inner().name)?;
        let view = self.0.test_login(&caller, &name).await.map_err(from_error)?;
        let test_login = Some(test_login::encode(view));
        Ok(Response::new(v1::GetTestLoginResponse { test_login }))
    }
}
