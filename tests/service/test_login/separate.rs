//! Nothing of a test login works where something of a sign-in belongs, nor the other way round; and
//! who comes back again, or with another browser, changes nothing.

use std::time::Duration;

use futures_util::future::join_all;
use latchkey_domain::sign_in::STATE_LIFETIME;
use latchkey_proto::v1::{
    CompleteLoginRequest, TestLoginState, complete_login_response::Outcome,
    social_login_client::SocialLoginClient,
};
use tonic::Code;

use crate::{
    both,
    harness::{
        TestApp,
        person::{Begun, Callback, login_code},
        reason,
        trying::Asked,
    },
};

async fn at_the_callback(app: &TestApp) -> (Asked, Begun, Callback) {
    let asked = app.ask_for_test().await;
    let begun = app.redeem_ticket(&asked.ticket).await.unwrap();
    let callback = app.consent(&begun, "alice").await;
    (asked, begun, callback)
}

async fn refused(app: &TestApp, request: CompleteLoginRequest) -> String {
    reason(&app.login().complete_login(request).await.unwrap_err())
}

async fn is_refused_where_it_does_not_belong(
    app: &TestApp,
    (name, secret): (&str, &String),
    flows: [(&Begun, &Callback); 2],
) {
    let short = &secret[..secret.len().min(256)];
    if name != "a ticket" {
        let status = app.redeem_ticket(short).await.unwrap_err();
        assert_eq!(reason(&status), "TEST_TICKET_INVALID", "{name} as a ticket");
    }
    if name != "a login code" {
        let status = app.redeem(short).await.unwrap_err();
        assert_eq!(reason(&status), "LOGIN_CODE_INVALID", "{name} as a login code");
    }
    for (begun, callback) in flows {
        let request = app.complete_request(begun, callback);
        if !name.ends_with("state") {
            let state = secret.clone();
            let told = refused(app, CompleteLoginRequest { state, ..request.clone() }).await;
            assert_eq!(told, "STATE_INVALID", "{name} as a state");
        }
        if secret != &begun.browser_secret {
            let browser_secret = short.to_owned();
            let told = refused(app, CompleteLoginRequest { browser_secret, ..request }).await;
            assert_eq!(told, "BROWSER_MISMATCH", "{name} as a browser's secret");
        }
    }
}

both! {
    async fn every_secret_is_refused_where_another_kind_belongs(app) {
        let signing_in = app.begin().await;
        let callback = app.consent(&signing_in, "alice").await;
        let (asked, tested, test_callback) = at_the_callback(&app).await;
        let login_code = login_code(&app.come_back("bob").await);
        let before = app.rows_of_all_tables().await;
        let fresh = app.ask_for_test().await;
        let secrets = [
            ("a ticket", &fresh.ticket),
            ("a used ticket", &asked.ticket),
            ("a sign-in's state", &signing_in.state),
            ("a test's state", &tested.state),
            ("a sign-in's browser secret", &signing_in.browser_secret),
            ("a test's browser secret", &tested.browser_secret),
            ("a login code", &login_code),
            ("a provider's code", &callback.code),
        ];
        for (name, secret) in secrets {
            let flows = [(&signing_in, &callback), (&tested, &test_callback)];
            is_refused_where_it_does_not_belong(&app, (name, secret), flows).await;
        }
        // The fresh ticket's row and line of the audit.
        assert_eq!(app.rows_of_all_tables().await, before + 2);

        let end = app.complete(&signing_in, &callback).await.unwrap();
        assert!(matches!(end.outcome, Some(Outcome::SignedIn(_))), "{end:?}");
        let end = app.complete(&tested, &test_callback).await.unwrap();
        assert!(matches!(end.outcome, Some(Outcome::Tested(_))), "{end:?}");
    }

    async fn who_comes_back_again_gets_the_same_answer_and_nothing_twice(app) {
        let (asked, begun, callback) = at_the_callback(&app).await;

        let answers = join_all((0..16).map(|_| app.complete(&begun, &callback))).await;
        let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();

        let again = app.complete(&begun, &callback).await.unwrap();
        assert!(answers.iter().all(|answer| *answer == again), "{answers:?}");
        assert_eq!(app.token_requests(), 1);
        assert_eq!(app.rows("outbox WHERE test").await, 1);
        let other_code = Callback { code: "another-code".to_owned(), ..callback };
        let status = app.complete(&begun, &other_code).await.unwrap_err();
        assert_eq!(reason(&status), "ATTEMPT_USED");
        assert_eq!(app.test_login(&asked.name).await.state(), TestLoginState::Passed);
    }

    async fn another_browser_host_connection_or_tenant_does_not_finish_it(app) {
        let (asked, begun, callback) = at_the_callback(&app).await;
        let another = app.add_connection("another").await;
        let request = app.complete_request(&begun, &callback);
        let elsewhere = CompleteLoginRequest { host: "other.example".into(), ..request.clone() };
        assert_eq!(refused(&app, elsewhere).await, "STATE_INVALID");
        let other = CompleteLoginRequest { connection: another, ..request.clone() };
        assert_eq!(refused(&app, other).await, "STATE_INVALID");
        let stranger = CompleteLoginRequest { browser_secret: "x".into(), ..request.clone() };
        assert_eq!(refused(&app, stranger).await, "BROWSER_MISMATCH");
        let tenant = app.other_tenant().await;
        let mut foreign = SocialLoginClient::new(app.keyed(&tenant.gateway));
        let status = foreign.complete_login(request).await.unwrap_err();
        assert_eq!(status.code(), Code::NotFound);
        assert_eq!(app.requests_of_ours(), 0);

        app.complete(&begun, &callback).await.unwrap();
        assert_eq!(app.test_login(&asked.name).await.state(), TestLoginState::Passed);
    }

    async fn who_comes_back_too_late_is_refused(app) {
        let (asked, begun, callback) = at_the_callback(&app).await;
        app.clock.advance(STATE_LIFETIME);
        let status = app.complete(&begun, &callback).await.unwrap_err();
        assert_eq!(reason(&status), "STATE_EXPIRED");
        app.clock.advance(Duration::from_secs(16));
        assert_eq!(app.test_login(&asked.name).await.state(), TestLoginState::Expired);
        assert_eq!(app.requests_of_ours(), 0);
    }
}
