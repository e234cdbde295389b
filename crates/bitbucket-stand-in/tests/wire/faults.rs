//! Faults on demand: rows T12 and R9.

use std::time::{Duration, Instant};

use bitbucket_stand_in::{Endpoint, Fault, Quirks, RetryAfter};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::application::{Application, json as body};

/// Exchanges a fresh code at a token endpoint with a fault.
async fn faulty_exchange(application: &Application, fault: Fault) -> Response {
    let code = application.code("alice", &[]).await;
    application.control.fail_next(Endpoint::Token, fault);
    application.exchange(&code).await
}

async fn assert_page(answer: Response, status: u16) {
    assert_eq!(answer.status(), status);
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(answer.text().await.unwrap().starts_with("<!DOCTYPE html>"));
}

#[tokio::test]
async fn every_endpoint_can_answer_a_page_with_a_5xx_status() {
    let application = Application::start().await;
    let token = application.token("alice").await;
    for status in [500, 502, 503] {
        let fault = Fault::ServerError { status };
        application.control.fail_next(Endpoint::Authorize, fault);
        application.control.fail_next(Endpoint::User, fault);
        application.control.fail_next(Endpoint::Emails, fault);

        assert_page(application.authorize(&[]).await, status).await;
        assert_page(faulty_exchange(&application, fault).await, status).await;
        assert_page(application.api("/user", &token).await, status).await;
        assert_page(application.api("/user/emails", &token).await, status).await;
    }
}

#[tokio::test]
async fn a_page_can_come_with_status_200() {
    let application = Application::start().await;

    assert_page(faulty_exchange(&application, Fault::HtmlOk).await, 200).await;
}

#[tokio::test]
async fn json_can_be_cut_off() {
    let application = Application::start().await;

    let answer = faulty_exchange(&application, Fault::TruncatedJson).await;

    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "application/json");
    let text = answer.text().await.unwrap();
    assert!(text.starts_with('{') && serde_json::from_str::<Value>(&text).is_err());
}

#[tokio::test]
async fn bytes_can_drip() {
    let application = Application::start().await;
    let begun = Instant::now();

    let answer = faulty_exchange(&application, Fault::SlowBytes { interval_ms: 2 }).await;

    let length = body(answer).await.to_string().len();
    assert!(begun.elapsed() >= Duration::from_millis(2) * u32::try_from(length).unwrap());
}

#[tokio::test]
async fn a_body_can_go_on_for_ever() {
    let application = Application::start().await;
    let mut answer = faulty_exchange(&application, Fault::EndlessBody).await;

    let mut received = 0;
    while received < 64 * 1024 {
        received += answer.chunk().await.unwrap().expect("there is always more").len();
    }
}

#[tokio::test]
async fn a_connection_can_be_reset() {
    let application = Application::start().await;
    let code = application.code("alice", &[]).await;
    application.control.fail_next(Endpoint::Token, Fault::ConnectionReset);
    let form = [("grant_type", "authorization_code"), ("code", code.as_str())];

    let error = application.token_request(&form).send().await.unwrap_err();

    assert!(!error.is_timeout() && error.status().is_none());
    assert!(format!("{error:?}").contains("ConnectionReset"), "{error:?}");
}

#[tokio::test]
async fn an_answer_can_never_come() {
    let application = Application::start().await;
    let code = application.code("alice", &[]).await;
    application.control.fail_next(Endpoint::Token, Fault::Hang);
    let form = [("grant_type", "authorization_code"), ("code", code.as_str())];
    let request = application.token_request(&form).timeout(Duration::from_millis(200));

    assert!(request.send().await.unwrap_err().is_timeout());
    assert_eq!(application.control.requests().len(), 2);
}

#[tokio::test]
async fn the_fields_of_a_token_reply_can_be_odd() {
    let application = Application::start().await;

    let string = body(faulty_exchange(&application, Fault::ExpiresInString).await).await;
    let absent = body(faulty_exchange(&application, Fault::ExpiresInAbsent).await).await;
    let bearer = body(faulty_exchange(&application, Fault::TokenTypeBearer).await).await;

    assert_eq!(string["expires_in"], "7200");
    assert_eq!(absent.get("expires_in"), None);
    assert_eq!(bearer["token_type"], "Bearer");
}

#[tokio::test]
async fn a_token_can_be_longer_than_2500_characters_and_works() {
    let application = Application::start().await;

    let reply = body(faulty_exchange(&application, Fault::LongToken).await).await;

    let token = reply["access_token"].as_str().unwrap();
    assert!(token.len() > 2_500);
    assert_eq!(application.api("/user", token).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_token_endpoint_can_be_over_its_limit() {
    let application = Application::start().await;
    let fault = Fault::RateLimited { retry_after: RetryAfter::Seconds(7) };

    let answer = faulty_exchange(&application, fault).await;

    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.headers()["content-type"], "text/plain");
    assert_eq!(answer.headers()["retry-after"], "7");
}

#[tokio::test]
async fn the_emails_can_fail_while_the_user_is_fine() {
    let application = Application::start().await;
    let token = application.token("alice").await;
    application.control.fail_always(Endpoint::Emails, Fault::ServerError { status: 503 });

    assert_eq!(application.api("/user", &token).await.status(), StatusCode::OK);
    for _ in 0..2 {
        assert_page(application.api("/user/emails", &token).await, 503).await;
    }
    application.control.heal();
    assert_eq!(application.api("/user/emails", &token).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_api_can_forbid_without_a_reason() {
    let application = Application::start().await;
    let token = application.token("alice").await;
    application.control.fail_next(Endpoint::User, Fault::Forbidden);

    let answer = application.api("/user", &token).await;

    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert_eq!(body(answer).await, json!({ "type": "error", "error": { "message": "Forbidden" } }));
}

#[tokio::test]
async fn a_failed_exchange_leaves_the_code_good_unless_it_is_to_be_burnt() {
    let application = Application::start().await;
    for (burn, status) in [(false, StatusCode::OK), (true, StatusCode::BAD_REQUEST)] {
        let quirks = Quirks { refused_code_is_burnt: burn, ..Quirks::default() };
        application.control.set_quirks(quirks);
        let code = application.code("alice", &[]).await;
        application.control.fail_next(Endpoint::Token, Fault::ServerError { status: 500 });

        assert_eq!(application.exchange(&code).await.status(), 500);
        assert_eq!(application.exchange(&code).await.status(), status);
    }
}

#[tokio::test]
async fn a_slow_endpoint_slows_itself_alone() {
    let application = Application::start().await;
    let token = application.token("alice").await;
    application.control.delay(Endpoint::Emails, Duration::from_millis(300));
    let begun = Instant::now();

    let slow = async {
        application.api("/user/emails", &token).await;
        begun.elapsed()
    };
    let fast = async {
        application.api("/user", &token).await;
        begun.elapsed()
    };
    let (slow, fast) = tokio::join!(slow, fast);

    assert!(slow >= Duration::from_millis(300));
    assert!(fast < slow);
}
