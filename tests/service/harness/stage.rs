//! A gateway before a service that says what a test wants, so that every page can be looked at.

use std::sync::{Arc, Mutex};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use latchkey_domain::logo::LogoDigest;
use latchkey_gateway::Config;
use latchkey_proto::v1::{
    self,
    complete_login_response::Outcome,
    login_step::Step,
    social_login_server::{SocialLogin, SocialLoginServer},
};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::{Request, Response, Status, transport::Server};
use url::Url;

use super::{Chromium, gateway::Gateway};

/// The state of every sign-in, and what every one goes on with.
pub(crate) const STATE: &str = "c3RhdGU";

/// The logo of every application: three bars.
const LOGO: &[u8] = include_bytes!("../logo.png");

/// What is known of it.
fn logo() -> v1::ApplicationLogo {
    let sha256 = LogoDigest(Sha256::digest(LOGO).into()).to_string();
    let size_bytes = LOGO.len().try_into().unwrap();
    v1::ApplicationLogo { media_type: "image/png".to_owned(), sha256, size_bytes }
}

/// What every person signs in to.
pub(crate) fn application() -> v1::LoginApplication {
    v1::LoginApplication {
        name: "environments/dev/applications/notes".to_owned(),
        display_name: "Acme Notes".to_owned(),
        logo: Some(logo()),
    }
}

/// What the service says.
#[derive(Debug, Clone)]
pub(crate) struct Says {
    /// Of the ways in.
    pub(crate) options: Vec<v1::LoginOption>,
    /// Of a callback.
    pub(crate) end: Result<Outcome, Status>,
    /// Of a sign-in that waits, when its page is shown.
    pub(crate) step: Step,
    /// Of what the person did there.
    pub(crate) then: Result<Step, Status>,
}

/// The service.
struct Actor(Arc<Mutex<Option<Says>>>);

impl Actor {
    fn says<T>(&self, what: impl FnOnce(Says) -> Result<T, Status>) -> Result<Response<T>, Status> {
        let says = self.0.lock().unwrap().clone();
        what(says.ok_or_else(|| Status::internal("nothing was said"))?).map(Response::new)
    }
}

macro_rules! actor {
    ($($rpc:ident($request:ident) -> $response:ident = $what:expr;)*) => {
        #[tonic::async_trait]
        impl SocialLogin for Actor {
            $(async fn $rpc(
                &self,
                _: Request<v1::$request>,
            ) -> Result<Response<v1::$response>, Status> {
                self.says($what)
            })*
        }
    };
}

macro_rules! step {
    ($response:ident, $field:ident) => {
        |says| Ok(v1::$response { step: Some(v1::LoginStep { step: Some(says.$field?) }) })
    };
}

fn unsaid<T>(_: Says) -> Result<T, Status> {
    Err(Status::unimplemented("no page needs it"))
}

actor! {
    list_login_options(ListLoginOptionsRequest) -> ListLoginOptionsResponse = |says| {
        let application_display_name = "Acme Notes".to_owned();
        let (application_logo, options) = (Some(logo()), says.options);
        Ok(v1::ListLoginOptionsResponse { application_display_name, options, application_logo })
    };
    get_application_logo(GetApplicationLogoRequest) -> GetApplicationLogoResponse = |_| {
        let logo = LOGO.to_vec();
        Ok(v1::GetApplicationLogoResponse { media_type: "image/png".to_owned(), logo })
    };
    complete_login(CompleteLoginRequest) -> CompleteLoginResponse =
        |says| Ok(v1::CompleteLoginResponse { outcome: Some(says.end?) });
    get_login_step(GetLoginStepRequest) -> GetLoginStepResponse =
        |says| Ok(v1::GetLoginStepResponse { step: Some(v1::LoginStep { step: Some(says.step) }) });
    submit_email(SubmitEmailRequest) -> SubmitEmailResponse = step!(SubmitEmailResponse, then);
    verify_email(VerifyEmailRequest) -> VerifyEmailResponse = step!(VerifyEmailResponse, then);
    resend_email_code(ResendEmailCodeRequest) -> ResendEmailCodeResponse =
        step!(ResendEmailCodeResponse, then);
    confirm_link(ConfirmLinkRequest) -> ConfirmLinkResponse = unsaid;
    cancel_login(CancelLoginRequest) -> CancelLoginResponse = unsaid;
    start_login(StartLoginRequest) -> StartLoginResponse = unsaid;
    redeem_login(RedeemLoginRequest) -> RedeemLoginResponse = unsaid;
    redeem_test_ticket(RedeemTestTicketRequest) -> RedeemTestTicketResponse = unsaid;
    create_link_ticket(CreateLinkTicketRequest) -> CreateLinkTicketResponse = unsaid;
    list_signing_keys(ListSigningKeysRequest) -> ListSigningKeysResponse = unsaid;
}

/// The gateway, and what is said behind it.
pub(crate) struct Stage {
    pub(crate) gateway: Gateway,
    says: Arc<Mutex<Option<Says>>>,
    _stop: DropGuard,
}

impl Stage {
    /// Sets it up.
    pub(crate) async fn set_up() -> Self {
        let (says, stop) = (Arc::<Mutex<Option<Says>>>::default(), CancellationToken::new());
        let behind = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", behind.local_addr().unwrap());
        let server = Server::builder()
            .add_service(SocialLoginServer::new(Actor(says.clone())))
            .serve_with_incoming_shutdown(
                TcpListenerStream::new(behind),
                stop.clone().cancelled_owned(),
            );
        tokio::spawn(server);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let base_url = Url::parse(&format!("http://localhost:{port}/")).unwrap();
        let config = Config {
            base_url: base_url.clone(),
            environment: "environments/dev".to_owned(),
            endpoint: Url::parse(&endpoint).unwrap(),
            key: "gateway-key".into(),
            ..Config::default()
        };
        assert_eq!(config.problems(), Vec::<String>::new());
        let channel = latchkey_gateway::channel(&config).unwrap();
        let router = latchkey_gateway::router(&config, channel);
        tokio::spawn(latchkey_gateway::serve(listener, router, stop.clone()));
        Self { gateway: Gateway { base_url }, says, _stop: stop.drop_guard() }
    }

    /// Has the service say this from now on.
    pub(crate) fn say(&self, says: Says) {
        *self.says.lock().unwrap() = Some(says);
    }

    /// Has a browser hold what every sign-in binds it with.
    pub(crate) async fn bind(&self, browser: &Chromium) {
        for (name, value) in [(suffix().as_str(), "a-browsers-secret"), ("last", "second")] {
            let name = format!("latchkey-{name}");
            let url = self.gateway.base_url.as_str();
            let cookie = json!({ "name": name, "value": value, "url": url, "httpOnly": true });
            browser.devtools("Network.setCookie", cookie).await;
        }
    }
}

/// The end of the name of the cookie that belongs to every sign-in.
pub(crate) fn suffix() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(STATE))[..16].to_owned()
}
