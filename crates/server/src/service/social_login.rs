//! `SocialLogin`.

use std::sync::Arc;

use latchkey_identity::Latchkey;
use latchkey_proto::v1::{self, social_login_server::SocialLogin};
use tonic::{Request, Response, Status, async_trait};

use crate::{
    access::caller,
    limits::{Limits, Person},
    status::from_error,
    wire::{application, link_ticket, login as wire, login_step as step, signing_key, test_login},
};

/// The service, and how often it may be asked.
#[derive(Debug)]
pub(crate) struct Login(pub(crate) Latchkey, pub(crate) Arc<Limits>);

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

    async fn get_application_logo(
        &self,
        request: Request<v1::GetApplicationLogoRequest>,
    ) -> Result<Response<v1::GetApplicationLogoResponse>, Status> {
        let caller = caller(&request)?;
        let (application, digest) = application::which_logo(&request.into_inner())?;
        let found = self.0.logo(&caller, &application, digest).await.map_err(from_error)?;
        let media_type = found.media_type.as_str().to_owned();
        Ok(Response::new(v1::GetApplicationLogoResponse { media_type, logo: found.bytes }))
    }

    async fn create_link_ticket(
        &self,
        request: Request<v1::CreateLinkTicketRequest>,
    ) -> Result<Response<v1::CreateLinkTicketResponse>, Status> {
        let caller = caller(&request)?;
        let new = link_ticket::create(request.into_inner())?;
        let made = self.0.create_link_ticket(&caller, &new).await.map_err(from_error)?;
        Ok(Response::new(link_ticket::created(&made)))
    }

    async fn start_login(
        &self,
        request: Request<v1::StartLoginRequest>,
    ) -> Result<Response<v1::StartLoginResponse>, Status> {
        let caller = caller(&request)?;
        let person = Person::of(&request, &caller)?;
        let start = wire::start(request.into_inner())?;
        self.1.start(&caller, &person, &start.application.application)?;
        let started = self.0.start_login(&caller, start).await.map_err(from_error)?;
        Ok(Response::new(wire::started(started)))
    }

    async fn complete_login(
        &self,
        request: Request<v1::CompleteLoginRequest>,
    ) -> Result<Response<v1::CompleteLoginResponse>, Status> {
        let caller = caller(&request)?;
        let person = Person::of(&request, &caller)?;
        let callback = wire::complete(request.into_inner())?;
        self.1.callback(&person)?;
        let answer = self.0.complete_login(&caller, callback).await;
        let answer = answer
            .inspect_err(|error| self.1.callback_failed(&person, error))
            .map_err(from_error)?;
        Ok(Response::new(wire::completed(answer)))
    }

    async fn submit_email(
        &self,
        request: Request<v1::SubmitEmailRequest>,
    ) -> Result<Response<v1::SubmitEmailResponse>, Status> {
        let caller = caller(&request)?;
        let person = Person::of(&request, &caller)?;
        let (at, email) = step::submit(request.into_inner())?;
        self.1.email(&person)?;
        let answer = self.0.submit_email(&caller, &at, email).await.map_err(from_error)?;
        Ok(Response::new(v1::SubmitEmailResponse { step: Some(step::encode(answer)?) }))
    }

    async fn verify_email(
        &self,
        request: Request<v1::VerifyEmailRequest>,
    ) -> Result<Response<v1::VerifyEmailResponse>, Status> {
        let caller = caller(&request)?;
        let person = Person::of(&request, &caller)?;
        let (at, code) = step::verify(request.into_inner())?;
        self.1.email(&person)?;
        let answer = self.0.verify_email(&caller, &at, code).await.map_err(from_error)?;
        Ok(Response::new(v1::VerifyEmailResponse { step: Some(step::encode(answer)?) }))
    }

    async fn resend_email_code(
        &self,
        request: Request<v1::ResendEmailCodeRequest>,
    ) -> Result<Response<v1::ResendEmailCodeResponse>, Status> {
        let caller = caller(&request)?;
        let person = Person::of(&request, &caller)?;
        let at = step::resend(request.into_inner())?;
        self.1.email(&person)?;
        let answer = self.0.resend_email_code(&caller, &at).await.map_err(from_error)?;
        Ok(Response::new(v1::ResendEmailCodeResponse { step: Some(step::encode(answer)?) }))
    }

    async fn confirm_link(
        &self,
        request: Request<v1::ConfirmLinkRequest>,
    ) -> Result<Response<v1::ConfirmLinkResponse>, Status> {
        let caller = caller(&request)?;
        let person = Person::of(&request, &caller)?;
        let at = step::confirm(request.into_inner())?;
        self.1.email(&person)?;
        let answer = self.0.confirm_link(&caller, &at).await.map_err(from_error)?;
        Ok(Response::new(v1::ConfirmLinkResponse { step: Some(step::encode(answer)?) }))
    }

    async fn cancel_login(
        &self,
        request: Request<v1::CancelLoginRequest>,
    ) -> Result<Response<v1::CancelLoginResponse>, Status> {
        let caller = caller(&request)?;
        let person = Person::of(&request, &caller)?;
        let at = step::cancel(request.into_inner())?;
        self.1.email(&person)?;
        let answer = self.0.cancel_login(&caller, &at).await.map_err(from_error)?;
        Ok(Response::new(v1::CancelLoginResponse { step: Some(step::encode(answer)?) }))
    }

    async fn get_login_step(
        &self,
        request: Request<v1::GetLoginStepRequest>,
    ) -> Result<Response<v1::GetLoginStepResponse>, Status> {
        let caller = caller(&request)?;
        let at = step::get(request.into_inner())?;
        let answer = self.0.login_step(&caller, &at).await.map_err(from_error)?;
        Ok(Response::new(v1::GetLoginStepResponse { step: Some(step::encode(answer)?) }))
    }

    async fn redeem_login(
        &self,
        request: Request<v1::RedeemLoginRequest>,
    ) -> Result<Response<v1::RedeemLoginResponse>, Status> {
        let caller = caller(&request)?;
        let (code, verifier) = wire::redeem(request.into_inner())?;
        self.1.redeem(&caller)?;
        let redeemed = self.0.redeem_login(&caller, &code, &verifier).await;
        let redeemed = redeemed
            .inspect_err(|error| self.1.redeem_failed(&caller, error))
            .map_err(from_error)?;
        Ok(Response::new(wire::redeemed(redeemed)))
    }

    async fn redeem_test_ticket(
        &self,
        request: Request<v1::RedeemTestTicketRequest>,
    ) -> Result<Response<v1::RedeemTestTicketResponse>, Status> {
        let caller = caller(&request)?;
        let person = Person::of(&request, &caller)?;
        let redeem = test_login::redeem(request.into_inner())?;
        self.1.begin(&person)?;
        let begun = self.0.redeem_test_ticket(&caller, &redeem).await.map_err(from_error)?;
        Ok(Response::new(test_login::redeemed(begun)))
    }
    async fn list_signing_keys(
        &self,
        request: Request<v1::ListSigningKeysRequest>,
    ) -> Result<Response<v1::ListSigningKeysResponse>, Status> {
        let caller = caller(&request)?;
        let environment = signing_key::list(request.into_inner())?;
        let found = self.0.list_signing_keys(&caller, &environment).await.map_err(from_error)?;
        Ok(Response::new(signing_key::listed(found)))
    }
}
