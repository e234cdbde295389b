//! Who signs in, and for what: rows A3, A6 to A9, T1.

use reqwest::StatusCode;
use serde_json::json;

use crate::application::{Application, field, fixture, json, location};
use bitbucket_stand_in::{Decision, StandIn};

#[tokio::test]
async fn a_person_signs_in_from_authorize_to_profile() {
    let application = Application::start().await;

    let token = application.token("alice").await;
    let user = json(application.api("/user", &token).await).await;
    let emails = json(application.api("/user/emails", &token).await).await;

    assert_eq!(user["uuid"], "{11111111-1111-4111-8111-111111111111}");
    assert_eq!(emails["values"][0]["email"], "alice@mail.example");
}

#[tokio::test]
async fn an_approval_echoes_the_state_and_brings_a_code() {
    let application = Application::start().await;
    application.control.approve_next("alice");

    let answer = application.authorize(&[("state", "a b&c=d/ü")]).await;

    let back = location(&answer);
    assert_eq!(answer.status(), StatusCode::FOUND);
    assert!(back.as_str().starts_with(StandIn::CALLBACK_URL));
    assert_eq!(field(&back, "state").unwrap(), "a b&c=d/ü");
    assert!(field(&back, "code").is_some_and(|code| !code.is_empty()));
}

#[tokio::test]
async fn the_query_of_a_callback_is_kept() {
    let application = Application::start().await;
    application.control.approve_next("alice");
    let callback = format!("{}/main?tenant=one%26two", StandIn::CALLBACK_URL);

    let back = location(&application.authorize(&[("redirect_uri", &callback)]).await);

    assert_eq!(back.path(), "/login/callback/main");
    assert_eq!(field(&back, "tenant").unwrap(), "one&two");
    assert!(field(&back, "code").is_some());
}

#[tokio::test]
async fn without_a_redirect_uri_the_consumers_callback_is_used() {
    let application = Application::start().await;
    application.control.approve_next("alice");

    let mut back = location(&application.authorize(&[]).await);

    back.set_query(None);
    assert_eq!(back.as_str(), StandIn::CALLBACK_URL);
}

#[tokio::test]
async fn a_denial_is_access_denied_with_the_state() {
    let application = Application::start().await;
    application.control.decide_next(Decision::Deny);

    let answer = application.authorize(&[]).await;

    let back = location(&answer);
    assert_eq!(answer.status(), StatusCode::FOUND);
    assert_eq!(field(&back, "error").unwrap(), "access_denied");
    assert_eq!(field(&back, "state").unwrap(), "state-1");
    assert_eq!(field(&back, "code"), None);
}

#[tokio::test]
async fn unknown_parameters_are_ignored_and_recorded() {
    let application = Application::start().await;
    let unknown = [
        ("prompt", "consent"),
        ("login_hint", "alice@mail.example"),
        ("audience", "api"),
        ("code_challenge", "challenge"),
    ];

    application.token_for("alice", &unknown).await;

    let logged = application.control.requests();
    for (name, value) in unknown {
        assert_eq!(logged[0].query(name), Some(value));
    }
}

#[tokio::test]
async fn the_scopes_of_a_token_are_those_asked_for_within_the_consumers() {
    let application = Application::start().await;
    for (asked, granted) in [
        (None, "account email"),
        (Some("account"), "account"),
        (Some("email account repository:admin"), "account email"),
    ] {
        let fields: Vec<_> = asked.map(|scope| ("scope", scope)).into_iter().collect();
        let code = application.code("alice", &fields).await;

        let reply = json(application.exchange(&code).await).await;

        assert_eq!(reply["scope"], granted, "{asked:?}");
    }
}

#[tokio::test]
async fn a_good_code_brings_the_recorded_token_reply() {
    let application = Application::start().await;
    let code = application.code("alice", &[]).await;

    let mut reply = json(application.exchange(&code).await).await;

    for opaque in ["access_token", "refresh_token"] {
        assert!(reply[opaque].as_str().is_some_and(|token| token.len() >= 32), "{opaque}");
        reply[opaque] = fixture!("token_2026")[opaque].clone();
    }
    assert_eq!(reply, fixture!("token_2026"));
}

#[tokio::test]
async fn a_person_on_the_page_can_be_anyone_of_the_crowd() {
    let application = Application::start().await;
    let query =
        [("client_id", StandIn::CONSUMER_KEY), ("response_type", "code"), ("state", "state-1")];
    let form = [("account", "person-77"), ("decision", "grant")];
    let page = application.http.post(application.stand_in.authorize_url()).query(&query);

    let back = location(&page.form(&form).send().await.unwrap());

    let code = field(&back, "code").unwrap();
    let reply = json(application.exchange(&code).await).await;
    let token = reply["access_token"].as_str().unwrap();
    let user = json(application.api("/user", token).await).await;
    assert_eq!(user["uuid"], json!("{00000000-0000-4000-8000-00000000004d}"));
}
