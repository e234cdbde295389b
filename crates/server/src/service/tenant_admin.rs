//! `TenantAdmin`.

use latchkey_domain::name::{ApplicationName, EnvironmentName};
use latchkey_identity::Latchkey;
use latchkey_proto::v1::{self, tenant_admin_server::TenantAdmin};
use secrecy::ExposeSecret;
use tonic::{Request, Response, Status, async_trait};

use super::sent;
use crate::{
    access::caller,
    status::from_error,
    wire::{api_key, application, audit, connection::name, environment, organization, readiness},
};

/// The service.
#[derive(Debug)]
pub(crate) struct Tenants(pub(crate) Latchkey);

#[async_trait]
impl TenantAdmin for Tenants {
    async fn create_environment(
        &self,
        request: Request<v1::CreateEnvironmentRequest>,
    ) -> Result<Response<v1::CreateEnvironmentResponse>, Status> {
        let caller = caller(&request)?;
        let new = environment::create(request.into_inner())?;
        let made = self.0.create_environment(&caller, &new).await.map_err(from_error)?;
        let environment = Some(environment::encode(made));
        Ok(Response::new(v1::CreateEnvironmentResponse { environment }))
    }

    async fn get_environment(
        &self,
        request: Request<v1::GetEnvironmentRequest>,
    ) -> Result<Response<v1::GetEnvironmentResponse>, Status> {
        let caller = caller(&request)?;
        let name: EnvironmentName = name("name", &request.into_inner().name)?;
        let found = self.0.environment(&caller, &name.environment).await.map_err(from_error)?;
        let environment = Some(environment::encode(found));
        Ok(Response::new(v1::GetEnvironmentResponse { environment }))
    }

    async fn list_environments(
        &self,
        request: Request<v1::ListEnvironmentsRequest>,
    ) -> Result<Response<v1::ListEnvironmentsResponse>, Status> {
        let page = environment::list(&request.into_inner())?;
        let listed = self.0.list_environments(&page).await.map_err(from_error)?;
        Ok(Response::new(environment::listed(listed)))
    }

    async fn update_environment(
        &self,
        request: Request<v1::UpdateEnvironmentRequest>,
    ) -> Result<Response<v1::UpdateEnvironmentResponse>, Status> {
        let caller = caller(&request)?;
        let (name, changes) = environment::update(request.into_inner())?;
        let updated = self.0.update_environment(&caller, &name.environment, &changes);
        let environment = Some(environment::encode(updated.await.map_err(from_error)?));
        Ok(Response::new(v1::UpdateEnvironmentResponse { environment }))
    }

    async fn delete_environment(
        &self,
        request: Request<v1::DeleteEnvironmentRequest>,
    ) -> Result<Response<v1::DeleteEnvironmentResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let name: EnvironmentName = name("name", &request.name)?;
        let deleted = self.0.delete_environment(&caller, &name.environment, sent(&request.etag));
        deleted.await.map_err(from_error)?;
        Ok(Response::new(v1::DeleteEnvironmentResponse {}))
    }

    async fn create_application(
        &self,
        request: Request<v1::CreateApplicationRequest>,
    ) -> Result<Response<v1::CreateApplicationResponse>, Status> {
        let caller = caller(&request)?;
        let new = application::create(request.into_inner())?;
        let made = self.0.create_application(&caller, &new).await.map_err(from_error)?;
        let application = Some(application::encode(made));
        Ok(Response::new(v1::CreateApplicationResponse { application }))
    }

    async fn get_application(
        &self,
        request: Request<v1::GetApplicationRequest>,
    ) -> Result<Response<v1::GetApplicationResponse>, Status> {
        let caller = caller(&request)?;
        let name: ApplicationName = name("name", &request.into_inner().name)?;
        let found = self.0.application(&caller, &name).await.map_err(from_error)?;
        let application = Some(application::encode(found));
        Ok(Response::new(v1::GetApplicationResponse { application }))
    }

    async fn list_applications(
        &self,
        request: Request<v1::ListApplicationsRequest>,
    ) -> Result<Response<v1::ListApplicationsResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (parent, connection, page) = application::list(&request)?;
        let listed = self
            .0
            .list_applications(&caller, &parent.environment, connection.as_ref(), &page)
            .await
            .map_err(from_error)?;
        Ok(Response::new(application::listed(&request, listed)))
    }

    async fn update_application(
        &self,
        request: Request<v1::UpdateApplicationRequest>,
    ) -> Result<Response<v1::UpdateApplicationResponse>, Status> {
        let caller = caller(&request)?;
        let (name, changes) = application::update(request.into_inner())?;
        let updated = self.0.update_application(&caller, &name, &changes);
        let application = Some(application::encode(updated.await.map_err(from_error)?));
        Ok(Response::new(v1::UpdateApplicationResponse { application }))
    }

    async fn set_application_logo(
        &self,
        request: Request<v1::SetApplicationLogoRequest>,
    ) -> Result<Response<v1::SetApplicationLogoResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let name: ApplicationName = name("name", &request.name)?;
        let set = self.0.set_logo(&caller, &name, &request.logo, sent(&request.etag));
        let application = Some(application::encode(set.await.map_err(from_error)?));
        Ok(Response::new(v1::SetApplicationLogoResponse { application }))
    }

    async fn delete_application(
        &self,
        request: Request<v1::DeleteApplicationRequest>,
    ) -> Result<Response<v1::DeleteApplicationResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let name: ApplicationName = name("name", &request.name)?;
        let deleted = self.0.delete_application(&caller, &name, sent(&request.etag));
        deleted.await.map_err(from_error)?;
        Ok(Response::new(v1::DeleteApplicationResponse {}))
    }

    async fn create_organization(
        &self,
        request: Request<v1::CreateOrganizationRequest>,
    ) -> Result<Response<v1::CreateOrganizationResponse>, Status> {
        let caller = caller(&request)?;
        let new = organization::create(request.into_inner())?;
        let made = self.0.create_organization(&caller, &new).await.map_err(from_error)?;
        let organization = Some(organization::encode(made));
        Ok(Response::new(v1::CreateOrganizationResponse { organization }))
    }

    async fn get_organization(
        &self,
        request: Request<v1::GetOrganizationRequest>,
    ) -> Result<Response<v1::GetOrganizationResponse>, Status> {
        let caller = caller(&request)?;
        let name = name("name", &request.into_inner().name)?;
        let found = self.0.organization(&caller, &name).await.map_err(from_error)?;
        let organization = Some(organization::encode(found));
        Ok(Response::new(v1::GetOrganizationResponse { organization }))
    }

    async fn list_organizations(
        &self,
        request: Request<v1::ListOrganizationsRequest>,
    ) -> Result<Response<v1::ListOrganizationsResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (parent, domain, page) = organization::list(&request)?;
        let environment = &parent.environment;
        let listed = self.0.list_organizations(&caller, environment, domain.as_ref(), &page);
        Ok(Response::new(organization::listed(&request, listed.await.map_err(from_error)?)))
    }

    async fn update_organization(
        &self,
        request: Request<v1::UpdateOrganizationRequest>,
    ) -> Result<Response<v1::UpdateOrganizationResponse>, Status> {
        let caller = caller(&request)?;
        let (name, changes) = organization::update(request.into_inner())?;
        let updated = self.0.update_organization(&caller, &name, &changes);
        let (updated, removed) = updated.await.map_err(from_error)?;
        let organization = Some(organization::encode(updated));
        let removed_domain = removed.map(organization::removed);
        Ok(Response::new(v1::UpdateOrganizationResponse { organization, removed_domain }))
    }

    async fn delete_organization(
        &self,
        request: Request<v1::DeleteOrganizationRequest>,
    ) -> Result<Response<v1::DeleteOrganizationResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let name = name("name", &request.name)?;
        let (etag, dry) = (sent(&request.etag), request.validate_only);
        let removed = self.0.delete_organization(&caller, &name, etag, dry).await;
        let removed_domain = removed.map_err(from_error)?.map(organization::removed);
        Ok(Response::new(v1::DeleteOrganizationResponse { removed_domain }))
    }

    async fn start_domain_verification(
        &self,
        request: Request<v1::StartDomainVerificationRequest>,
    ) -> Result<Response<v1::StartDomainVerificationResponse>, Status> {
        let caller = caller(&request)?;
        let name = name("name", &request.into_inner().name)?;
        let started = self.0.start_domain_verification(&caller, &name).await.map_err(from_error)?;
        let organization = Some(organization::encode(started));
        Ok(Response::new(v1::StartDomainVerificationResponse { organization }))
    }

    async fn check_domain_verification(
        &self,
        request: Request<v1::CheckDomainVerificationRequest>,
    ) -> Result<Response<v1::CheckDomainVerificationResponse>, Status> {
        let caller = caller(&request)?;
        let name = name("name", &request.into_inner().name)?;
        let looked = self.0.check_domain_verification(&caller, &name).await.map_err(from_error)?;
        let organization = Some(organization::encode(looked));
        Ok(Response::new(v1::CheckDomainVerificationResponse { organization }))
    }

    async fn create_api_key(
        &self,
        request: Request<v1::CreateApiKeyRequest>,
    ) -> Result<Response<v1::CreateApiKeyResponse>, Status> {
        let caller = caller(&request)?;
        let new = api_key::create(request.into_inner())?;
        let (made, issued) = self.0.create_api_key(&caller, &new).await.map_err(from_error)?;
        let key = issued.map(|issued| issued.secret.expose_secret().to_owned());
        let (api_key, key) = (Some(api_key::encode(made)), key.unwrap_or_default());
        Ok(Response::new(v1::CreateApiKeyResponse { api_key, key }))
    }

    async fn list_api_keys(
        &self,
        request: Request<v1::ListApiKeysRequest>,
    ) -> Result<Response<v1::ListApiKeysResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (environment, page) = api_key::list(&request)?;
        let listed = self.0.list_api_keys(&caller, environment.as_ref(), &page);
        Ok(Response::new(api_key::listed(&request, listed.await.map_err(from_error)?)))
    }

    async fn rotate_api_key(
        &self,
        request: Request<v1::RotateApiKeyRequest>,
    ) -> Result<Response<v1::RotateApiKeyResponse>, Status> {
        let caller = caller(&request)?;
        let rotation = api_key::rotate(request.into_inner())?;
        let rotated = self.0.rotate_api_key(&caller, &rotation).await.map_err(from_error)?;
        Ok(Response::new(api_key::rotated(rotated)))
    }

    async fn delete_api_key(
        &self,
        request: Request<v1::DeleteApiKeyRequest>,
    ) -> Result<Response<v1::DeleteApiKeyResponse>, Status> {
        let caller = caller(&request)?;
        let (environment, id) = api_key::name(&request.into_inner().name)?;
        let deleted = self.0.delete_api_key(&caller, environment.as_ref(), id);
        deleted.await.map_err(from_error)?;
        Ok(Response::new(v1::DeleteApiKeyResponse {}))
    }

    async fn list_audit_entries(
        &self,
        request: Request<v1::ListAuditEntriesRequest>,
    ) -> Result<Response<v1::ListAuditEntriesResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (environment, filter, page) = audit::list(&request)?;
        let listed = self.0.list_audit_entries(&caller, environment.as_ref(), &filter, &page);
        Ok(Response::new(audit::listed(&request, listed.await.map_err(from_error)?)))
    }

    async fn get_readiness(
        &self,
        request: Request<v1::GetReadinessRequest>,
    ) -> Result<Response<v1::GetReadinessResponse>, Status> {
        let caller = caller(&request)?;
        let name: EnvironmentName = name("name", &request.into_inner().name)?;
        let items =
            self.0.environment_readiness(&caller, &name.environment).await.map_err(from_error)?;
        Ok(Response::new(readiness::encode(items)))
    }
}
