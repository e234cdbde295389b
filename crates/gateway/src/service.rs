//! The service behind: its calls, each with a deadline and the gateway's key.

use std::{future::Future, time::Duration};

use latchkey_proto::v1::{
    CancelLoginRequest, CompleteLoginRequest, CompleteLoginResponse, ConfirmLinkRequest,
    CreateLinkTicketRequest, CreateLinkTicketResponse, GetApplicationLogoRequest,
    GetApplicationLogoResponse, GetLoginStepRequest, ListLoginOptionsRequest,
    ListLoginOptionsResponse, ListSigningKeysRequest, ListSigningKeysResponse, LoginStep,
    RedeemLoginRequest, RedeemLoginResponse, RedeemTestTicketRequest, RedeemTestTicketResponse,
    ResendEmailCodeRequest, StartLoginRequest, StartLoginResponse, SubmitEmailRequest,
    VerifyEmailRequest, social_login_client::SocialLoginClient,
};
use secrecy::{ExposeSecret, SecretString};
use tonic::{
    Request, Response, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Channel, ClientTlsConfig, Endpoint},
};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::{Config, client};

/// Calls that ask the database at most.
const DEADLINE: Duration = Duration::from_secs(5);
/// `CompleteLogin` asks the provider, or waits up to 8 s for another callback that does.
const COMPLETE_DEADLINE: Duration = Duration::from_secs(15);
/// Whoever asks for readiness asks again soon.
const HEALTH_DEADLINE: Duration = Duration::from_secs(2);
/// A service that does not take a connection by then is down.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Finds a dead connection before a person does.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// A channel to `config.endpoint`, connected when it is first used and again when it breaks.
pub fn channel(config: &Config) -> Result<Channel, tonic::transport::Error> {
    let mut endpoint = Endpoint::from_shared(config.endpoint.as_str().to_owned())?;
    if config.endpoint.scheme() == "https" {
        // The connection's own limit ends with TCP.
        let tls = ClientTlsConfig::new().with_enabled_roots().timeout(CONNECT_TIMEOUT);
        endpoint = endpoint.tls_config(tls)?;
    }
    Ok(endpoint
        .connect_timeout(CONNECT_TIMEOUT)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .connect_lazy())
}

/// A client with a key.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    login: SocialLoginClient<InterceptedService<Channel, Key>>,
    health: HealthClient<Channel>,
}

impl Service {
    pub(crate) fn new(channel: Channel, key: &SecretString) -> Self {
        Self {
            login: SocialLoginClient::with_interceptor(channel.clone(), Key::new(key)),
            health: HealthClient::new(channel),
        }
    }

    /// `ListLoginOptions`.
    pub(crate) async fn options(
        &self,
        request: ListLoginOptionsRequest,
    ) -> Result<ListLoginOptionsResponse, Status> {
        let mut client = self.login.clone();
        within(DEADLINE, request, |request| client.list_login_options(request)).await
    }

    /// `GetApplicationLogo`.
    pub(crate) async fn logo(
        &self,
        request: GetApplicationLogoRequest,
    ) -> Result<GetApplicationLogoResponse, Status> {
        let mut client = self.login.clone();
        within(DEADLINE, request, |request| client.get_application_logo(request)).await
    }

    /// `StartLogin`.
    pub(crate) async fn start(
        &self,
        request: StartLoginRequest,
    ) -> Result<StartLoginResponse, Status> {
        let mut client = self.login.clone();
        within(DEADLINE, request, |request| client.start_login(request)).await
    }

    /// `CompleteLogin`. Never repeated: an attempt is finished once.
    pub(crate) async fn complete(
        &self,
        request: CompleteLoginRequest,
    ) -> Result<CompleteLoginResponse, Status> {
        let mut client = self.login.clone();
        within(COMPLETE_DEADLINE, request, |request| client.complete_login(request)).await
    }

    /// `GetLoginStep`.
    pub(crate) async fn login_step(
        &self,
        request: GetLoginStepRequest,
    ) -> Result<LoginStep, Status> {
        let mut client = self.login.clone();
        let answer = within(DEADLINE, request, |request| client.get_login_step(request)).await?;
        answer.step.ok_or_else(|| Status::internal("the service said nothing of the sign-in"))
    }

    /// `SubmitEmail`.
    pub(crate) async fn submit_email(
        &self,
        request: SubmitEmailRequest,
    ) -> Result<LoginStep, Status> {
        let mut client = self.login.clone();
        let answer = within(DEADLINE, request, |request| client.submit_email(request)).await?;
        answer.step.ok_or_else(|| Status::internal("the service said nothing of the sign-in"))
    }

    /// `VerifyEmail`.
    pub(crate) async fn verify_email(
        &self,
        request: VerifyEmailRequest,
    ) -> Result<LoginStep, Status> {
        let mut client = self.login.clone();
        let answer = within(DEADLINE, request, |request| client.verify_email(request)).await?;
        answer.step.ok_or_else(|| Status::internal("the service said nothing of the sign-in"))
    }

    /// `ResendEmailCode`.
    pub(crate) async fn resend_code(
        &self,
        request: ResendEmailCodeRequest,
    ) -> Result<LoginStep, Status> {
        let mut client = self.login.clone();
        let answer = within(DEADLINE, request, |request| client.resend_email_code(request)).await?;
        answer.step.ok_or_else(|| Status::internal("the service said nothing of the sign-in"))
    }

    /// `ConfirmLink`.
    pub(crate) async fn confirm_link(
        &self,
        request: ConfirmLinkRequest,
    ) -> Result<LoginStep, Status> {
        let mut client = self.login.clone();
        let answer = within(DEADLINE, request, |request| client.confirm_link(request)).await?;
        answer.step.ok_or_else(|| Status::internal("the service said nothing of the sign-in"))
    }

    /// `CancelLogin`.
    pub(crate) async fn cancel(&self, request: CancelLoginRequest) -> Result<LoginStep, Status> {
        let mut client = self.login.clone();
        let answer = within(DEADLINE, request, |request| client.cancel_login(request)).await?;
        answer.step.ok_or_else(|| Status::internal("the service said nothing of the sign-in"))
    }

    /// `CreateLinkTicket`, of an application.
    pub(crate) async fn link_ticket(
        &self,
        request: CreateLinkTicketRequest,
    ) -> Result<CreateLinkTicketResponse, Status> {
        let mut client = self.login.clone();
        within(DEADLINE, request, |request| client.create_link_ticket(request)).await
    }

    /// `RedeemLogin`.
    pub(crate) async fn redeem(
        &self,
        request: RedeemLoginRequest,
    ) -> Result<RedeemLoginResponse, Status> {
        let mut client = self.login.clone();
        within(DEADLINE, request, |request| client.redeem_login(request)).await
    }

    /// `RedeemTestTicket`. Never repeated: a ticket works once.
    pub(crate) async fn redeem_ticket(
        &self,
        request: RedeemTestTicketRequest,
    ) -> Result<RedeemTestTicketResponse, Status> {
        let mut client = self.login.clone();
        within(DEADLINE, request, |request| client.redeem_test_ticket(request)).await
    }

    /// `ListSigningKeys`.
    pub(crate) async fn signing_keys(
        &self,
        request: ListSigningKeysRequest,
    ) -> Result<ListSigningKeysResponse, Status> {
        let mut client = self.login.clone();
        within(DEADLINE, request, |request| client.list_signing_keys(request)).await
    }

    /// Whether the service says that it serves (`grpc.health.v1`).
    pub(crate) async fn serves(&self) -> bool {
        let mut client = self.health.clone();
        let all = HealthCheckRequest { service: String::new() };
        let answer = within(HEALTH_DEADLINE, all, |request| client.check(request)).await;
        answer.is_ok_and(|answer| answer.status() == ServingStatus::Serving)
    }
}

/// Tells the service how long the caller waits, and waits no longer.
async fn within<Q, A, F>(
    deadline: Duration,
    message: Q,
    call: impl FnOnce(Request<Q>) -> F,
) -> Result<A, Status>
where
    F: Future<Output = Result<Response<A>, Status>>,
{
    let mut request = Request::new(message);
    request.set_timeout(deadline);
    // The channel watches over the call alone; connecting takes time too.
    match tokio::time::timeout(deadline, call(request)).await {
        Ok(answer) => answer.map(Response::into_inner),
        Err(_) => Err(Status::deadline_exceeded("the service did not answer in time")),
    }
}

/// Puts the key into every call, the trace that it belongs to, and where the person is.
#[derive(Clone)]
struct Key(Option<MetadataValue<Ascii>>);

impl Key {
    /// A key that cannot stand in a header is not sent: the service then says what is wrong.
    fn new(key: &SecretString) -> Self {
        let mut value = MetadataValue::try_from(format!("Bearer {}", key.expose_secret())).ok();
        if let Some(value) = &mut value {
            value.set_sensitive(true);
        }
        Self(value)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Key(..)")
    }
}

impl Interceptor for Key {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(value) = &self.0 {
            request.metadata_mut().insert("authorization", value.clone());
        }
        client::tell(&mut request);
        latchkey_telemetry::inject(request.metadata_mut().as_mut());
        Ok(request)
    }
}
