//! Steering a stand-in, in process and over HTTP.

use bitbucket_stand_in::{Control, Decision, StandIn};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::application::{Application, field, json as body, location};

impl Application {
    async fn steer(&self, method: Method, path: &str, content: &Value) -> StatusCode {
        let url = format!("{}/_control{path}", self.stand_in.base_url());
        self.http.request(method, url).json(content).send().await.unwrap().status()
    }

    async fn observe(&self, path: &str) -> Value {
        let url = format!("{}/_control{path}", self.stand_in.base_url());
        body(self.http.get(url).send().await.unwrap()).await
    }
}

#[tokio::test]
async fn the_log_tells_basic_from_form_and_hides_every_secret() {
    let application = Application::start().await;
    let code = application.code("alice", &[]).await;
    application.exchange(&code).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("client_id", StandIn::CONSUMER_KEY),
        ("client_secret", StandIn::CONSUMER_SECRET),
    ];
    application.bare_token_request(&form).send().await.unwrap();
    application.api("/user?access_token=token-1", "token-1").await;

    let log = application.control.requests();

    let [authorize, basic, in_form, user] = log.as_slice() else { panic!("{log:?}") };
    assert_eq!((authorize.method.as_str(), authorize.query("state")), ("GET", Some("state-1")));
    assert_eq!(basic.header("authorization"), Some("Basic"));
    assert_eq!(basic.form("client_secret"), None);
    assert_eq!(in_form.header("authorization"), None);
    assert_eq!(in_form.form("client_secret"), Some("[redacted]"));
    assert_eq!(in_form.form("grant_type"), Some("authorization_code"));
    assert_eq!(user.header("authorization"), Some("Bearer"));
    assert_eq!(user.query("access_token"), Some("[redacted]"));
    assert!(log.is_sorted_by_key(|request| request.arrived_micros));
    let everything = format!("{log:?}");
    for secret in [StandIn::CONSUMER_SECRET, "token-1", &code] {
        assert!(!everything.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn the_log_can_be_cleared() {
    let application = Application::start().await;
    application.api("/user", "first").await;

    application.control.clear_requests();
    application.api("/user/emails", "second").await;

    let log = application.control.requests();
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].path, "/2.0/user/emails");
    assert!(log[0].peer.is_some_and(|peer| peer.ip().is_loopback()));
}

#[tokio::test]
async fn a_secret_can_be_rotated_with_and_without_the_previous_one() {
    let application = Application::start().await;
    let control: &Control = &application.control;

    assert!(control.rotate_secret(StandIn::CONSUMER_KEY, "second", true));
    let code = application.code("alice", &[]).await;
    assert_eq!(application.exchange(&code).await.status(), StatusCode::OK);

    assert!(control.rotate_secret(StandIn::CONSUMER_KEY, "third", false));
    let code = application.code("alice", &[]).await;
    assert_eq!(application.exchange(&code).await.status(), StatusCode::BAD_REQUEST);
    let form = [("grant_type", "authorization_code"), ("code", code.as_str())];
    let third = application.bare_token_request(&form);
    let third = third.basic_auth(StandIn::CONSUMER_KEY, Some("third")).send().await.unwrap();
    assert_eq!(third.status(), StatusCode::OK);
    assert!(!control.rotate_secret("nobody", "secret", false));
}

#[tokio::test]
async fn queued_decisions_come_before_the_standing_one() {
    let application = Application::start().await;
    application.control.decide_always(Some(Decision::Deny));
    application.control.approve_next("alice");

    assert!(field(&location(&application.authorize(&[]).await), "code").is_some());
    for _ in 0..2 {
        let back = location(&application.authorize(&[]).await);
        assert_eq!(field(&back, "error").unwrap(), "access_denied");
    }
    application.control.clear_decisions();
    assert_eq!(application.authorize(&[]).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_stand_in_that_stops_ends_what_hangs() {
    let application = Application::start().await;
    let fault = bitbucket_stand_in::Fault::Hang;
    application.control.fail_always(bitbucket_stand_in::Endpoint::User, fault);
    let url = format!("{}/user", application.stand_in.api_url());
    let hanging = tokio::spawn(application.http.get(url).send());
    while application.control.requests().is_empty() {
        tokio::task::yield_now().await;
    }

    application.stand_in.stop().await;

    assert_eq!(hanging.await.unwrap().unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_sign_in_can_be_prepared_over_http() {
    let application = Application::start().await;
    let consumer = json!({
        "key": "other", "secrets": ["secret"], "callback_url": "https://app.example/back",
    });
    let account = json!({
        "key": "grace", "uuid": "{77777777-7777-4777-8777-777777777777}",
        "username": "grace", "nickname": "grace", "display_name": "Grace Example",
        "emails": [{ "email": "grace@mail.example", "is_primary": true, "is_confirmed": true }],
    });
    let done = StatusCode::NO_CONTENT;
    let approve = json!({ "approve": { "account": "grace" } });
    let renamed = json!({ "display_name": "Grace Newname" });
    let secret = json!({ "secret": "second" });

    assert_eq!(application.steer(Method::POST, "/consumers", &consumer).await, done);
    assert_eq!(application.steer(Method::PUT, "/consumers/other/secret", &secret).await, done);
    assert_eq!(application.steer(Method::POST, "/accounts", &account).await, done);
    assert_eq!(application.steer(Method::PATCH, "/accounts/grace", &renamed).await, done);
    assert_eq!(application.steer(Method::POST, "/decisions", &approve).await, done);

    let back = location(&application.authorize(&[("client_id", "other")]).await);
    assert_eq!(back.host_str(), Some("app.example"));
    assert_eq!(application.observe("/accounts/grace").await["display_name"], "Grace Newname");
    assert_eq!(application.observe("/requests").await[0]["path"], "/site/oauth2/authorize");
}

#[tokio::test]
async fn failures_can_be_ordered_over_http() {
    let application = Application::start().await;
    let token = application.token("alice").await;
    let failing = json!({ "endpoint": "user", "fault": { "server_error": { "status": 502 } } });
    let html = json!({ "endpoint": "user", "fault": "html_ok" });
    let limit = json!({ "per_hour": 0, "retry_after": { "seconds": 9 } });
    let done = StatusCode::NO_CONTENT;

    assert_eq!(application.steer(Method::POST, "/faults", &failing).await, done);
    assert_eq!(application.steer(Method::PUT, "/faults", &html).await, done);
    assert_eq!(application.api("/user", &token).await.status(), StatusCode::BAD_GATEWAY);
    let page = application.api("/user", &token).await;
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");

    assert_eq!(application.steer(Method::DELETE, "/faults", &Value::Null).await, done);
    assert_eq!(application.api("/user", &token).await.status(), StatusCode::OK);
    assert_eq!(application.steer(Method::PUT, "/limit", &limit).await, done);
    assert_eq!(application.api("/user", &token).await.headers()["retry-after"], "9");
    assert_eq!(application.steer(Method::PUT, "/limit", &Value::Null).await, done);
    assert_eq!(application.steer(Method::POST, "/tokens/revoke", &json!({})).await, done);
    assert_eq!(application.api("/user", &token).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn time_switches_and_delays_can_be_set_over_http() {
    let application = Application::start().await;
    let token = application.token("alice").await;
    let quirks = json!({ "strict_pkce": true });
    let delay = json!({ "endpoint": "user", "milliseconds": 1 });
    let before = application.observe("").await["now"].as_i64().unwrap();
    let done = StatusCode::NO_CONTENT;

    assert_eq!(application.steer(Method::PUT, "/quirks", &quirks).await, done);
    assert_eq!(application.steer(Method::PUT, "/delays", &delay).await, done);
    assert_eq!(application.steer(Method::POST, "/clock", &json!({ "seconds": 7_200 })).await, done);

    assert!(application.control.quirks().strict_pkce);
    assert!(application.observe("").await["now"].as_i64().unwrap() >= before + 7_200);
    assert_eq!(application.api("/user", &token).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn nonsense_over_http_is_refused() {
    let application = Application::start().await;
    let unknown_field = json!({ "endpoint": "user", "fault": "html_ok", "often": true });
    let refused = StatusCode::UNPROCESSABLE_ENTITY;

    assert_eq!(application.steer(Method::POST, "/faults", &unknown_field).await, refused);
    assert_eq!(application.steer(Method::POST, "/decisions", &json!("shrug")).await, refused);
    let bad = json!({ "emails": 7 });
    assert_eq!(application.steer(Method::PATCH, "/accounts/alice", &bad).await, refused);
    let absent = StatusCode::NOT_FOUND;
    assert_eq!(application.steer(Method::PATCH, "/accounts/nobody", &json!({})).await, absent);
    let secret = json!({ "secret": "x" });
    assert_eq!(application.steer(Method::PUT, "/consumers/nobody/secret", &secret).await, absent);
}
