//! Authorize requests that are refused: rows A1, A2, A4, A5.

use bitbucket_stand_in::{Consumer, Quirks, StandIn};
use reqwest::{Response, StatusCode};

use crate::application::{Application, field, fixture, json, location};

/// A refusal that no browser carries anywhere.
async fn page_without_redirect(answer: Response) -> String {
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(!answer.headers().contains_key("location"));
    answer.text().await.unwrap()
}

#[tokio::test]
async fn an_unknown_client_gets_a_page_and_no_redirect() {
    let application = Application::start().await;
    application.control.approve_next("alice");

    let answer = application
        .authorize(&[("client_id", "nobody"), ("redirect_uri", "https://attacker.example/")])
        .await;

    assert!(page_without_redirect(answer).await.contains("Invalid client_id"));
}

#[tokio::test]
async fn a_missing_client_gets_a_page_and_no_redirect() {
    let application = Application::start().await;
    let bare = application.http.get(application.stand_in.authorize_url());

    let page = page_without_redirect(bare.send().await.unwrap()).await;

    assert!(page.contains("Invalid client_id"));
}

#[tokio::test]
async fn a_redirect_that_does_not_begin_with_the_callback_gets_a_page_and_no_redirect() {
    let application = Application::start().await;
    application.control.approve_next("alice");
    for foreign in [
        "https://attacker.example/login/callback",
        "http://localhost:8080/login",
        "http://localhost:8080@attacker.example/login/callback",
        "HTTP://localhost:8080/login/callback",
        "",
    ] {
        let answer = application.authorize(&[("redirect_uri", foreign)]).await;

        assert!(page_without_redirect(answer).await.contains("Invalid redirect_uri"), "{foreign}");
    }
}

#[tokio::test]
async fn a_redirect_that_goes_on_from_the_callback_is_taken() {
    let application = Application::start().await;
    for further in ["", "/main", "?tenant=1", "-but-elsewhere"] {
        application.control.approve_next("alice");
        let wanted = format!("{}{further}", StandIn::CALLBACK_URL);

        let answer = application.authorize(&[("redirect_uri", &wanted)]).await;

        assert!(location(&answer).as_str().starts_with(&wanted), "{further}");
    }
}

#[tokio::test]
async fn a_consumer_without_a_callback_is_told_so() {
    let application = Application::start().await;
    application.control.add_consumer(Consumer {
        callback_url: None,
        ..Consumer::new("no-callback", "secret", StandIn::CALLBACK_URL)
    });

    let answer = application.authorize(&[("client_id", "no-callback")]).await;

    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert_eq!(json(answer).await, fixture!("token_error_no_callback"));
}

#[tokio::test]
async fn an_unknown_response_type_is_sent_back_as_an_error() {
    let application = Application::start().await;

    let answer = application.authorize(&[("response_type", "id_token")]).await;

    let back = location(&answer);
    assert_eq!(answer.status(), StatusCode::FOUND);
    assert_eq!(field(&back, "error").unwrap(), "unsupported_response_type");
    assert_eq!(field(&back, "state").unwrap(), "state-1");
}

#[tokio::test]
async fn an_implicit_request_gets_a_working_token_in_the_fragment() {
    let application = Application::start().await;
    application.control.approve_next("alice");

    let back = location(&application.authorize(&[("response_type", "token")]).await);

    let fragment = format!("x:?{}", back.fragment().unwrap()).parse().unwrap();
    let token = field(&fragment, "access_token").unwrap();
    assert_eq!(back.query(), None);
    assert_eq!(field(&fragment, "state").unwrap(), "state-1");
    assert_eq!(field(&fragment, "refresh_token"), None);
    assert_eq!(application.api("/user", &token).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn who_must_sign_in_first_is_told_nothing_of_client_or_redirect() {
    let application = Application::start().await;
    let quirks = Quirks { sign_in_before_all: true, ..Quirks::default() };
    application.control.set_quirks(quirks);
    for asked in [("client_id", "nobody"), ("redirect_uri", "https://attacker.example/")] {
        let answer = application.authorize(&[asked]).await;

        assert_eq!(answer.status(), StatusCode::FOUND);
        let target = answer.headers()["location"].to_str().unwrap();
        assert!(
            target.starts_with("/account/signin/?next=%2Fsite%2Foauth2%2Fauthorize"),
            "{target}"
        );
    }
}
