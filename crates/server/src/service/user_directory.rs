//! `UserDirectory`.

use latchkey_domain::page::Listed;
use latchkey_identity::Latchkey;
use latchkey_proto::v1::{self, user_directory_server::UserDirectory};
use tonic::{Request, Response, Status, async_trait};

use crate::{
    access::caller,
    status::from_error,
    wire::{connection::name, user as wire},
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
}
