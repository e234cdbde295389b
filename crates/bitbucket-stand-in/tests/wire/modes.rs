//! What differs before May 2026: rows T1, T10, R2, R3.

use bitbucket_stand_in::StandIn;
use reqwest::StatusCode;

use crate::application::{Application, fixture, json};

#[tokio::test]
async fn the_legacy_token_reply_speaks_of_scopes() {
    let application = Application::start_legacy().await;
    let code = application.code("alice", &[]).await;

    let mut reply = json(application.exchange(&code).await).await;

    for opaque in ["access_token", "refresh_token"] {
        reply[opaque] = fixture!("token_legacy")[opaque].clone();
    }
    assert_eq!(reply, fixture!("token_legacy"));
}

#[tokio::test]
async fn legacy_client_credentials_bring_a_refresh_token() {
    let application = Application::start_legacy().await;
    let form = [("grant_type", "client_credentials")];

    let reply = json(application.token_request(&form).send().await.unwrap()).await;

    assert!(reply["refresh_token"].is_string());
    assert_eq!(reply["state"], "client_credentials");
}

#[tokio::test]
async fn a_token_in_the_query_is_refused_since_2026_and_taken_before() {
    for (application, status) in [
        (Application::start().await, StatusCode::UNAUTHORIZED),
        (Application::start_legacy().await, StatusCode::OK),
    ] {
        let token = application.token("alice").await;
        let url = format!("{}/user?access_token={token}", application.stand_in.api_url());

        assert_eq!(application.http.get(url).send().await.unwrap().status(), status);
    }
}

#[tokio::test]
async fn a_token_in_the_body_is_refused_since_2026_and_taken_before() {
    for (application, status) in [
        (Application::start().await, StatusCode::UNAUTHORIZED),
        (Application::start_legacy().await, StatusCode::OK),
    ] {
        let token = application.token("alice").await;
        let url = format!("{}/user", application.stand_in.api_url());
        let request = application.http.get(url).form(&[("access_token", token)]);

        assert_eq!(request.send().await.unwrap().status(), status);
    }
}

#[tokio::test]
async fn a_legacy_401_speaks_of_an_expired_token() {
    let application = Application::start_legacy().await;

    let answer = application.api("/user", "unknown").await;

    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(json(answer).await, fixture!("api_error_401_expired"));
}

#[tokio::test]
async fn the_endpoints_are_where_bitbucket_has_them() {
    let application = Application::start().await;
    let base = application.stand_in.base_url();

    assert_eq!(application.stand_in.authorize_url(), format!("{base}/site/oauth2/authorize"));
    assert_eq!(application.stand_in.token_url(), format!("{base}/site/oauth2/access_token"));
    assert_eq!(application.stand_in.api_url(), format!("{base}/2.0"));
    assert_eq!(StandIn::CALLBACK_URL, "http://localhost:8080/login/callback");
}
