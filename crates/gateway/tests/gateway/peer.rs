//! The service behind the gateway, answering what a test says and keeping what it was asked.

use std::sync::{Arc, Mutex};

use latchkey_proto::v1::{
    CancelLoginRequest, CancelLoginResponse, CompleteLoginRequest, CompleteLoginResponse,
    ConfirmLinkRequest, ConfirmLinkResponse, CreateLinkTicketRequest, CreateLinkTicketResponse,
    GetApplicationLogoRequest, GetApplicationLogoResponse, GetLoginStepRequest,
    GetLoginStepResponse, ListLoginOptionsRequest, ListLoginOptionsResponse,
    ListSigningKeysRequest, ListSigningKeysResponse, RedeemLoginRequest, RedeemLoginResponse,
    RedeemTestTicketRequest, RedeemTestTicketResponse, ResendEmailCodeRequest,
    ResendEmailCodeResponse, StartLoginRequest, StartLoginResponse, SubmitEmailRequest,
    SubmitEmailResponse, VerifyEmailRequest, VerifyEmailResponse, social_login_server::SocialLogin,
};
use tonic::{Code, Request, Response, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// What a call is answered with.
type Script<Q, A> = Box<dyn Fn(&Q) -> Result<A, Status> + Send>;

/// The script of one call, and what it was asked with.
pub(crate) struct Call<Q, A> {
    script: Mutex<Script<Q, A>>,
    seen: Mutex<Vec<(Q, Envelope)>>,
}

/// What came with a request.
#[derive(Debug, Clone)]
pub(crate) struct Envelope {
    pub(crate) authorization: String,
    pub(crate) timeout: String,
    /// Where the person is.
    pub(crate) client: String,
}

impl<Q: Clone, A> Call<Q, A> {
    fn unscripted() -> Self {
        let script: Script<Q, A> = Box::new(|_| Err(Status::unimplemented("no script")));
        Self { script: Mutex::new(script), seen: Mutex::default() }
    }

    /// Answers with this from now on.
    pub(crate) fn answers(&self, script: impl Fn(&Q) -> Result<A, Status> + Send + 'static) {
        *self.script.lock().unwrap() = Box::new(script);
    }

    /// Refuses from now on.
    pub(crate) fn refuses(&self, code: Code, reason: &'static str) {
        self.answers(move |_| Err(refusal(code, reason)));
    }

    /// The requests so far.
    pub(crate) fn requests(&self) -> Vec<Q> {
        self.seen.lock().unwrap().iter().map(|(request, _)| request.clone()).collect()
    }

    /// What came with the requests so far.
    pub(crate) fn envelopes(&self) -> Vec<Envelope> {
        self.seen.lock().unwrap().iter().map(|(_, envelope)| envelope.clone()).collect()
    }

    fn take(&self, request: Request<Q>) -> Result<Response<A>, Status> {
        let text = |name| {
            let value = request.metadata().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let envelope = Envelope {
            authorization: text("authorization"),
            timeout: text("grpc-timeout"),
            client: text("latchkey-client-address"),
        };
        let message = request.into_inner();
        let answer = (self.script.lock().unwrap())(&message);
        self.seen.lock().unwrap().push((message, envelope));
        answer.map(Response::new)
    }
}

/// A status as the service sends it.
pub(crate) fn refusal(code: Code, reason: &str) -> Status {
    let details = ErrorDetails::with_error_info(reason, "latchkey", []);
    Status::with_error_details(code, "no", details)
}

/// What the service says of a field that is not right.
pub(crate) fn field_refusal(field: &str) -> Status {
    let mut details = ErrorDetails::with_error_info("FIELD_INVALID", "latchkey", []);
    details.add_bad_request_violation(field, "is none of the environment's");
    Status::with_error_details(Code::InvalidArgument, "no", details)
}

/// The service.
pub(crate) struct Peer {
    pub(crate) options: Call<ListLoginOptionsRequest, ListLoginOptionsResponse>,
    pub(crate) logo: Call<GetApplicationLogoRequest, GetApplicationLogoResponse>,
    pub(crate) start: Call<StartLoginRequest, StartLoginResponse>,
    pub(crate) complete: Call<CompleteLoginRequest, CompleteLoginResponse>,
    pub(crate) redeem: Call<RedeemLoginRequest, RedeemLoginResponse>,
    pub(crate) link_ticket: Call<CreateLinkTicketRequest, CreateLinkTicketResponse>,
    pub(crate) ticket: Call<RedeemTestTicketRequest, RedeemTestTicketResponse>,
    pub(crate) submit: Call<SubmitEmailRequest, SubmitEmailResponse>,
    pub(crate) verify: Call<VerifyEmailRequest, VerifyEmailResponse>,
    pub(crate) resend: Call<ResendEmailCodeRequest, ResendEmailCodeResponse>,
    pub(crate) confirm: Call<ConfirmLinkRequest, ConfirmLinkResponse>,
    pub(crate) cancel: Call<CancelLoginRequest, CancelLoginResponse>,
    pub(crate) step: Call<GetLoginStepRequest, GetLoginStepResponse>,
    pub(crate) keys: Call<ListSigningKeysRequest, ListSigningKeysResponse>,
}

impl Peer {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            options: Call::unscripted(),
            logo: Call::unscripted(),
            start: Call::unscripted(),
            complete: Call::unscripted(),
            redeem: Call::unscripted(),
            link_ticket: Call::unscripted(),
            ticket: Call::unscripted(),
            submit: Call::unscripted(),
            verify: Call::unscripted(),
            resend: Call::unscripted(),
            confirm: Call::unscripted(),
            cancel: Call::unscripted(),
            step: Call::unscripted(),
            keys: Call::unscripted(),
        })
    }
}

#[tonic::async_trait]
impl SocialLogin for Peer {
    async fn list_login_options(
        &self,
        request: Request<ListLoginOptionsRequest>,
    ) -> Result<Response<ListLoginOptionsResponse>, Status> {
        self.options.take(request)
    }

    async fn get_application_logo(
        &self,
        request: Request<GetApplicationLogoRequest>,
    ) -> Result<Response<GetApplicationLogoResponse>, Status> {
        self.logo.take(request)
    }

    async fn create_link_ticket(
        &self,
        request: Request<CreateLinkTicketRequest>,
    ) -> Result<Response<CreateLinkTicketResponse>, Status> {
        self.link_ticket.take(request)
    }

    async fn start_login(
        &self,
        request: Request<StartLoginRequest>,
    ) -> Result<Response<StartLoginResponse>, Status> {
        self.start.take(request)
    }

    async fn complete_login(
        &self,
        request: Request<CompleteLoginRequest>,
    ) -> Result<Response<CompleteLoginResponse>, Status> {
        self.complete.take(request)
    }

    async fn submit_email(
        &self,
        request: Request<SubmitEmailRequest>,
    ) -> Result<Response<SubmitEmailResponse>, Status> {
        self.submit.take(request)
    }

    async fn verify_email(
        &self,
        request: Request<VerifyEmailRequest>,
    ) -> Result<Response<VerifyEmailResponse>, Status> {
        self.verify.take(request)
    }

    async fn resend_email_code(
        &self,
        request: Request<ResendEmailCodeRequest>,
    ) -> Result<Response<ResendEmailCodeResponse>, Status> {
        self.resend.take(request)
    }

    async fn confirm_link(
        &self,
        request: Request<ConfirmLinkRequest>,
    ) -> Result<Response<ConfirmLinkResponse>, Status> {
        self.confirm.take(request)
    }

    async fn cancel_login(
        &self,
        request: Request<CancelLoginRequest>,
    ) -> Result<Response<CancelLoginResponse>, Status> {
        self.cancel.take(request)
    }

    async fn get_login_step(
        &self,
        request: Request<GetLoginStepRequest>,
    ) -> Result<Response<GetLoginStepResponse>, Status> {
        self.step.take(request)
    }

    async fn redeem_login(
        &self,
        request: Request<RedeemLoginRequest>,
    ) -> Result<Response<RedeemLoginResponse>, Status> {
        self.redeem.take(request)
    }

    async fn redeem_test_ticket(
        &self,
        request: Request<RedeemTestTicketRequest>,
    ) -> Result<Response<RedeemTestTicketResponse>, Status> {
        self.ticket.take(request)
    }
    async fn list_signing_keys(
        &self,
        request: Request<ListSigningKeysRequest>,
    ) -> Result<Response<ListSigningKeysResponse>, Status> {
        self.keys.take(request)
    }
}
