//! Who comes too often is told when to come back, and nobody else notices.

use std::time::Duration;

use latchkey_domain::access::Principal;
use latchkey_proto::v1::{
    CompleteLoginRequest, CreateEnvironmentRequest, Environment, EnvironmentKind,
    GetConnectionRequest, RedeemLoginRequest, StartLoginRequest, SubmitEmailRequest,
    connection_admin_client::ConnectionAdminClient, social_login_client::SocialLoginClient,
};
use latchkey_server::{Config, LimitsConfig};
use secrecy::SecretString;
use tonic::{
    Code, Request, Status,
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};
use tonic_types::StatusExt;

use crate::{
    both,
    harness::{
        Key, TestApp,
        admin::BITBUCKET,
        app::serve_with,
        ends::outcome,
        person::{VERIFIER, login_code},
        reason, seed,
    },
};

const CLIENT_ADDRESS: &str = "latchkey-client-address";
const ALICES: &str = "192.0.2.1";
const BOBS: &str = "192.0.2.2";

/// A gateway that says where its person is.
#[derive(Clone)]
struct Gateway(Key, &'static str);

impl Interceptor for Gateway {
    fn call(&mut self, request: Request<()>) -> Result<Request<()>, Status> {
        let mut request = self.0.call(request)?;
        request.metadata_mut().insert(CLIENT_ADDRESS, self.1.parse().unwrap());
        Ok(request)
    }
}

type AtGateway = SocialLoginClient<InterceptedService<Channel, Gateway>>;

fn gateway(channel: &Channel, key: &SecretString, address: &'static str) -> AtGateway {
    let gateway = Gateway(Key::new(key), address);
    SocialLoginClient::new(InterceptedService::new(channel.clone(), gateway))
}

/// A server that has these limits, and no others.
async fn limited(app: &TestApp, limits: impl FnOnce(&mut LimitsConfig)) -> Channel {
    let mut config = Config { limits: LimitsConfig::NONE, ..Config::default() };
    limits(&mut config.limits);
    serve_with(config, &app.latchkey, &app.stop, &app.tasks).await.1
}

/// Holds that a call came too often, and is told how long it takes until one may come.
fn too_often<T: std::fmt::Debug>(answer: Result<T, Status>, a_minute: u32) {
    let status = answer.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::ResourceExhausted, "RATE_LIMITED")
    );
    let wait = status.get_details_retry_info().unwrap().retry_delay.unwrap();
    let longest = Duration::from_mins(1) / a_minute;
    assert!(wait <= longest && wait > longest / 2, "{wait:?}");
}

both! {
    async fn sign_ins_are_begun_so_often_from_an_address(app) {
        let channel = limited(&app, |limits| limits.starts_per_address = 3).await;
        let mut alice = gateway(&channel, &app.keys.gateway, ALICES);
        for _ in 0..3 {
            alice.start_login(app.start_request()).await.unwrap();
        }

        too_often(alice.start_login(app.start_request()).await, 3);

        let mut bob = gateway(&channel, &app.keys.gateway, BOBS);
        bob.start_login(app.start_request()).await.unwrap();
        // Of whom nobody knows where they are, nobody is counted.
        let key = Key::new(&app.keys.gateway);
        let mut unsaid = SocialLoginClient::new(InterceptedService::new(channel, key));
        for _ in 0..5 {
            unsaid.start_login(app.start_request()).await.unwrap();
        }
    }

    async fn the_flood_of_a_tenant_leaves_the_sign_ins_of_another_alone(app) {
        let other = CreateEnvironmentRequest {
            environment_id: "other".to_owned(),
            environment: Some(Environment {
                display_name: "Other".to_owned(),
                kind: EnvironmentKind::NonProduction.into(),
                default_domain: "login.other.example".to_owned(),
                ..Environment::default()
            }),
            ..CreateEnvironmentRequest::default()
        };
        app.tenants().create_environment(other).await.unwrap();
        let principal = Principal::Gateway("other".parse().unwrap());
        let flooding = seed::key(&app.latchkey, principal).await;
        let channel = limited(&app, |limits| {
            limits.starts_per_address = 20;
            limits.starts_per_environment = 20;
        })
        .await;
        // From the same address even, as a company's own people come.
        let mut flood = gateway(&channel, &flooding, ALICES);
        let astray = StartLoginRequest {
            connection: "environments/other/connections/bitbucket".to_owned(),
            application: "environments/other/applications/notes".to_owned(),
            ..app.start_request()
        };
        let mut refused = 0;
        for _ in 0..60 {
            let status = flood.start_login(astray.clone()).await.unwrap_err();
            refused += u32::from(status.code() == Code::ResourceExhausted);
        }
        assert!(refused >= 35, "{refused}");

        let mut alice = gateway(&channel, &app.keys.gateway, ALICES);
        for _ in 0..10 {
            alice.start_login(app.start_request()).await.unwrap();
        }
    }

    async fn callbacks_that_belong_to_nothing_stop_the_address_they_come_from(app) {
        let channel = limited(&app, |limits| limits.bad_callbacks_per_address = 2).await;
        let begun = app.begin().await;
        let callback = app.consent(&begun, "alice").await;
        let right = app.complete_request(&begun, &callback);
        let mut alice = gateway(&channel, &app.keys.gateway, ALICES);
        for _ in 0..2 {
            let made_up = CompleteLoginRequest { state: "made-up".to_owned(), ..right.clone() };
            let status = alice.complete_login(made_up).await.unwrap_err();
            assert_eq!(reason(&status), "STATE_INVALID");
        }
        let browser_secret = app.begin().await.browser_secret;
        let stolen = CompleteLoginRequest { browser_secret, ..right.clone() };
        let status = alice.complete_login(stolen).await.unwrap_err();
        assert_eq!(reason(&status), "BROWSER_MISMATCH");

        too_often(alice.complete_login(right.clone()).await, 2);

        assert_eq!(app.rows("sign_ins").await, 0);
        assert_eq!(app.requests_of_ours(), 0);
        let mut bob = gateway(&channel, &app.keys.gateway, BOBS);
        let completed = bob.complete_login(right).await.unwrap().into_inner();
        assert_eq!(outcome(&completed), "SIGNED_IN");
    }

    async fn callbacks_that_are_right_are_not_counted(app) {
        let channel = limited(&app, |limits| limits.bad_callbacks_per_address = 1).await;
        let mut alice = gateway(&channel, &app.keys.gateway, ALICES);
        for _ in 0..5 {
            let begun = app.begin().await;
            let callback = app.consent(&begun, "alice").await;
            let request = app.complete_request(&begun, &callback);
            let completed = alice.complete_login(request).await.unwrap().into_inner();
            assert_eq!(outcome(&completed), "SIGNED_IN");
        }
    }

    async fn addresses_and_codes_are_brought_so_often_from_an_address(app) {
        let channel = limited(&app, |limits| limits.email_calls_per_address = 2).await;
        let mut alice = gateway(&channel, &app.keys.gateway, ALICES);
        let request = SubmitEmailRequest {
            environment: "environments/dev".to_owned(),
            host: crate::harness::app::HOST.to_owned(),
            continuation: "made-up".to_owned(),
            browser_secret: "made-up".to_owned(),
            email: "alice@mail.example".to_owned(),
            ..SubmitEmailRequest::default()
        };
        for _ in 0..2 {
            let status = alice.submit_email(request.clone()).await.unwrap_err();
            assert_ne!(status.code(), Code::ResourceExhausted, "{status:?}");
        }
        too_often(alice.submit_email(request).await, 2);
    }

    async fn an_application_brings_so_many_wrong_login_codes(app) {
        let channel = limited(&app, |limits| limits.wrong_login_codes_per_application = 2).await;
        let key = Key::new(&app.keys.application);
        let mut application = SocialLoginClient::new(InterceptedService::new(channel, key));
        let redeem = |code: &str| RedeemLoginRequest {
            code: code.to_owned(),
            code_verifier: VERIFIER.to_owned(),
        };
        for _ in 0..4 {
            // Those that are right take nothing.
            let code = login_code(&app.come_back("alice").await);
            application.redeem_login(redeem(&code)).await.unwrap();
        }
        let right = login_code(&app.come_back("alice").await);
        for _ in 0..3 {
            let status = application.redeem_login(redeem("made-up")).await.unwrap_err();
            assert_eq!(reason(&status), "LOGIN_CODE_INVALID");
        }

        too_often(application.redeem_login(redeem(&right)).await, 2);

        // It is not used up.
        app.redeem(&right).await.unwrap();
    }

    async fn a_peer_brings_so_many_wrong_keys_and_those_that_work_go_on(app) {
        let channel = limited(&app, |limits| limits.wrong_keys_per_peer = 2).await;
        let with = |key: &SecretString| {
            let channel = InterceptedService::new(channel.clone(), Key::new(key));
            ConnectionAdminClient::new(channel)
        };
        let get = || GetConnectionRequest { name: BITBUCKET.to_owned() };
        let mut known = with(&app.keys.environment);
        known.get_connection(get()).await.unwrap();
        for n in 0..3 {
            let wrong = format!("lk_environment_{n}").into();
            let status = with(&wrong).get_connection(get()).await.unwrap_err();
            assert_eq!(status.code(), Code::Unauthenticated);
        }

        too_often(with(&"lk_environment_4".into()).get_connection(get()).await, 2);
        let without = ConnectionAdminClient::new(channel.clone()).get_connection(get()).await;
        too_often(without, 2);

        known.get_connection(get()).await.unwrap();
    }

    async fn a_gateway_that_names_no_address_is_told_so(app) {
        let mut login = gateway(&app.channel, &app.keys.gateway, "somewhere");

        let status = login.start_login(app.start_request()).await.unwrap_err();

        assert_eq!(status.code(), Code::InvalidArgument);
        let request = status.get_details_bad_request().unwrap();
        assert_eq!(request.field_violations[0].field, CLIENT_ADDRESS);
    }
}
