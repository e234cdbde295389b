//! `SocialLogin`.

use latchkey_identity::Latchkey;
use latchkey_proto::v1::{self, social_login_server::SocialLogin};
use tonic::{Request, Response, Status, async_trait};

use crate::{
    access::caller,
    status::from_error,
    wire::{login as wire, test_login},
};

/// The service.
#[derive(Debug)]
pub(crate) struct Login(pub(crate) Latchkey);

#[async_trait]
impl SocialLogin for Login {
    async fn list_login_options(
        &self,
        request: Request<v1::ListLoginOptionsRequest>,
    ) -> Result<Response<v1::ListLoginOptionsResponse>, Status> {
        let caller = caller(&request)?;
        let (application, uri, host) = wire::options(request.into_inner())?;
        let found = self.0.login_options(&caller, &application, uri.as_deref(), host.as_ref());
        let found = found.await.map_err(from_error)?;
        Ok(Response::new(wire::encode_options(found)))
    }

    async fn start_login(
        &self,
        request: Request<v1::StartLoginRequest>,
    ) -> Result<Response<v1::StartLoginResponse>, Status> {
        let caller = caller(&request)?;
        let start = wire::start(request.into_inner())?;
        let started = self.0.start_login(&caller, start).await.map_err(from_error)?;
        Ok(Response::new(wire::started(started)))
    }

    async fn complete_login(
        &self,
        request: Request<v1::CompleteLoginRequest>,
    ) -> Result<Response<v1::CompleteLoginResponse>, Status> {
        let caller = caller(&request)?;
        let callback = wire::complete(request.into_inner())?;
        let answer = self.0.complete_login(&caller, callback).await.map_err(from_error)?;
        Ok(Response::new(wire::completed(answer)))
    }

    async fn redeem_login(
        &self,
        request: Request<v1::RedeemLoginRequest>,
    ) -> Result<Response<v1::RedeemLoginResponse>, Status> {
        let caller = caller(&request)?;
        let (code, verifier) = wire::redeem(request.into_inner())?;
        let redeemed = self.0.redeem_login(&caller, &code, &verifier).await.map_err(from_error)?;
        Ok(Response::new(wire::redeemed(redeemed)))
    }

    async fn redeem_test_ticket(
        &self,
        request: Request<v1::RedeemTestTicketRequest>,
    ) -> Result<Response<v1::RedeemTestTicketResponse>, Status> {
        let caller = caller(&request)?;
        let redeem = test_login::redeem(request.into_inner())?;
        let begun = self.0.redeem_test_ticket(&caller, &redeem).await.map_err(from_error)?;
        Ok(Response::new(test_login::redeemed(begun)))
    }
}
