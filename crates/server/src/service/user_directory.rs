//! `UserDirectory`.

use latchkey_domain::page::Listed;
use latchkey_identity::Latchkey;
use latchkey_proto::v1::{self, user_directory_server::UserDirectory};
use tonic::{Request, Response, Status, async_trait};

use crate::{
    access::caller,
    status::from_error,
    wire::{connection::name, sign_in, user as wire, user_change},
};

/// The service.
#[derive(Debug)]
pub(crate) struct Directory(pub(crate) Latchkey);

#[async_trait]
impl UserDirectory for Directory {
    async fn get_user(
        &self,
        request: Request<v1::GetUserRequest>,
    ) -> Result<Response<v1::GetUserResponse>, Status> {
        let caller = caller(&request)?;
        let name = name("name", &request.into_inner().name)?;
        let view = self.0.user(&caller, &name).await.map_err(from_error)?;
        Ok(Response::new(v1::GetUserResponse { user: Some(wire::view(view)) }))
    }

    async fn list_users(
        &self,
        request: Request<v1::ListUsersRequest>,
    ) -> Result<Response<v1::ListUsersResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (parent, email, page) = wire::list(&request)?;
        let environment = &parent.environment;
        let listed = match email {
            None => self.0.list_users(&caller, environment, &page).await.map_err(from_error)?,
            Some(email) => {
                let found = self.0.user_by_email(&caller, environment, &email).await;
                let items = found.map_err(from_error)?.into_iter().collect();
                Listed { items, next: None }
            }
        };
        Ok(Response::new(wire::listed(&request, listed)))
    }

    async fn suspend_user(
        &self,
        request: Request<v1::SuspendUserRequest>,
    ) -> Result<Response<v1::SuspendUserResponse>, Status> {
        let caller = caller(&request)?;
        let (name, reason, guarded) = user_change::suspend(request.into_inner())?;
        let suspended = self.0.suspend_user(&caller, &name, reason.as_ref(), &guarded);
        let user = wire::encode(suspended.await.map_err(from_error)?, &[]);
        Ok(Response::new(v1::SuspendUserResponse { user: Some(user) }))
    }

    async fn unsuspend_user(
        &self,
        request: Request<v1::UnsuspendUserRequest>,
    ) -> Result<Response<v1::UnsuspendUserResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let name = name("name", &request.name)?;
        let guarded = user_change::guarded(request.etag, request.validate_only);
        let unsuspended = self.0.unsuspend_user(&caller, &name, &guarded);
        let user = wire::encode(unsuspended.await.map_err(from_error)?, &[]);
        Ok(Response::new(v1::UnsuspendUserResponse { user: Some(user) }))
    }

    async fn delete_user(
        &self,
        request: Request<v1::DeleteUserRequest>,
    ) -> Result<Response<v1::DeleteUserResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let name = name("name", &request.name)?;
        let guarded = user_change::guarded(request.etag, request.validate_only);
        self.0.delete_user(&caller, &name, &guarded).await.map_err(from_error)?;
        Ok(Response::new(v1::DeleteUserResponse {}))
    }

    async fn list_identities(
        &self,
        request: Request<v1::ListIdentitiesRequest>,
    ) -> Result<Response<v1::ListIdentitiesResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (parent, page) = wire::list_identities(&request)?;
        let listed = self.0.list_identities(&caller, &parent, &page).await.map_err(from_error)?;
        Ok(Response::new(wire::listed_identities(&request, &parent.environment, listed)))
    }

    async fn unlink_identity(
        &self,
        request: Request<v1::UnlinkIdentityRequest>,
    ) -> Result<Response<v1::UnlinkIdentityResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let name = name("name", &request.name)?;
        let guarded = user_change::guarded(request.etag, request.validate_only);
        let unlinked = self.0.unlink_identity(&caller, &name, &guarded);
        let user = wire::encode(unlinked.await.map_err(from_error)?, &[]);
        Ok(Response::new(v1::UnlinkIdentityResponse { user: Some(user) }))
    }

    async fn list_sign_ins(
        &self,
        request: Request<v1::ListSignInsRequest>,
    ) -> Result<Response<v1::ListSignInsResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let (environment, user, page) = sign_in::list(&request)?;
        let listed = self.0.list_sign_ins(&caller, &environment, user, &page);
        Ok(Response::new(sign_in::listed(&request, listed.await.map_err(from_error)?)))
    }
}
