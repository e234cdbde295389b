//! `GET /2.0/user`: rows R1, R2, R4, R6, R7.

use bitbucket_stand_in::{Account, Email, UuidShape};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::application::{Application, fixture, json as body};

/// The account of the recording.
fn rowan() -> Account {
    let recorded = fixture!("user");
    let text = |field: &str| recorded[field].as_str().unwrap().to_owned();
    let mut rowan = Account::new("rowan", &text("uuid"), &text("display_name"));
    rowan.account_id = Some(text("account_id"));
    rowan.username = text("username");
    rowan.nickname = text("nickname");
    rowan.avatar = recorded["links"]["avatar"]["href"].as_str().map(str::to_owned);
    rowan
}

/// An answer with links as Bitbucket itself would send them.
fn as_recorded(answer: &Value, base_url: &str) -> Value {
    let api = answer.to_string().replace(base_url, "https://api.bitbucket.org");
    let mut answer: Value = serde_json::from_str(&api).unwrap();
    let html = answer["links"]["html"]["href"].as_str().unwrap().replace("api.", "");
    answer["links"]["html"]["href"] = json!(html);
    answer
}

#[tokio::test]
async fn the_user_has_the_recorded_shape_and_headers() {
    let application = Application::start().await;
    application.control.add_account(rowan());
    let token = application.token("rowan").await;

    let answer = application.api("/user", &token).await;

    assert_eq!(answer.headers()["x-oauth-scopes"], "account, email");
    assert_eq!(answer.headers()["x-accepted-oauth-scopes"], "account");
    assert_eq!(answer.headers()["x-credential-type"], "oauth2");
    assert_eq!(answer.headers()["cache-control"], "no-cache, no-store");
    let user = body(answer).await;
    assert_eq!(as_recorded(&user, application.stand_in.base_url()), fixture!("user"));
}

#[tokio::test]
async fn a_rename_keeps_the_uuid() {
    let application = Application::start().await;
    application.control.add_account(rowan());
    let token = application.token("rowan").await;

    let found = application.control.alter_account(&rowan().uuid, |rowan| {
        "rowan-newname".clone_into(&mut rowan.username);
        "Rowan N".clone_into(&mut rowan.nickname);
        "Rowan Newname".clone_into(&mut rowan.display_name);
    });

    assert!(found);
    let user = body(application.api("/user", &token).await).await;
    assert_eq!(as_recorded(&user, application.stand_in.base_url()), fixture!("user_renamed"));
}

#[tokio::test]
async fn a_missing_unknown_expired_or_revoked_token_is_401() {
    let application = Application::start().await;
    let expired = application.token("alice").await;
    application.control.expire_tokens(Some("alice"));
    let revoked = application.token("alice").await;
    application.control.revoke_tokens(Some("{11111111-1111-4111-8111-111111111111}"));
    let aged = application.token("bob").await;
    application.control.shift_clock(7_200);

    for token in ["unknown", &expired, &revoked, &aged] {
        let answer = application.api("/user", token).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(body(answer).await, fixture!("api_error_401_invalid_token"));
    }
    let url = format!("{}/user", application.stand_in.api_url());
    let without = application.http.get(url).send().await.unwrap();
    assert_eq!(without.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn ending_one_accounts_tokens_leaves_the_others() {
    let application = Application::start().await;
    let alice = application.token("alice").await;
    let bob = application.token("bob").await;

    application.control.revoke_tokens(Some("alice"));
    application.control.expire_tokens(Some("carol"));

    assert_eq!(application.api("/user", &alice).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(application.api("/user", &bob).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_missing_scope_is_403_and_says_which() {
    let application = Application::start().await;
    let token = application.token_for("alice", &[("scope", "account")]).await;

    let answer = application.api("/user/emails", &token).await;

    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert_eq!(answer.headers()["x-oauth-scopes"], "account");
    assert_eq!(body(answer).await, fixture!("api_error_403_scopes"));
    assert_eq!(application.api("/user", &token).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_uuid_can_be_of_any_shape() {
    let application = Application::start().await;
    let token = application.token("alice").await;
    for (shape, shown) in [
        (UuidShape::Missing, None),
        (UuidShape::Null, Some(Value::Null)),
        (UuidShape::Empty, Some(json!(""))),
        (UuidShape::Number, Some(json!(7))),
    ] {
        application.control.alter_account("alice", |alice| alice.uuid_shape = shape);

        let user = body(application.api("/user", &token).await).await;

        assert_eq!(user.get("uuid"), shown.as_ref(), "{shape:?}");
    }
}

#[tokio::test]
async fn an_account_need_not_be_a_person_nor_have_an_account_id() {
    let application = Application::start().await;
    let token = application.token("alice").await;
    application.control.alter_account("alice", |alice| {
        "team".clone_into(&mut alice.kind);
        alice.account_id = None;
    });

    let user = body(application.api("/user", &token).await).await;

    assert_eq!(user["type"], "team");
    assert_eq!(user.get("account_id"), None);
}

#[tokio::test]
async fn names_can_be_empty_or_long_and_the_avatar_missing() {
    let application = Application::start().await;
    let frank = application.token("frank").await;
    let user = body(application.api("/user", &frank).await).await;
    assert!(user["display_name"].as_str().unwrap().chars().count() > 255);
    assert!(!user["display_name"].as_str().unwrap().is_ascii());
    assert_eq!(user["links"].get("avatar"), None);

    application.control.alter_account("frank", |frank| frank.display_name.clear());

    assert_eq!(body(application.api("/user", &frank).await).await["display_name"], "");
}

#[tokio::test]
async fn an_address_can_pass_to_another_uuid() {
    let application = Application::start().await;
    application.control.alter_account("alice", |alice| {
        alice.emails = vec![Email::primary("alice.new@mail.example")];
    });
    application.control.alter_account("dave", |dave| {
        dave.emails = vec![Email::primary("alice@mail.example")];
    });

    for (who, address) in [("alice", "alice.new@mail.example"), ("dave", "alice@mail.example")] {
        let token = application.token(who).await;
        let emails = body(application.api("/user/emails", &token).await).await;
        assert_eq!(emails["values"][0]["email"], address);
    }
}

#[tokio::test]
async fn an_unknown_path_is_the_recorded_404() {
    let application = Application::start().await;
    let token = application.token("alice").await;

    let answer = application.api("/nowhere", &token).await;

    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert_eq!(body(answer).await, fixture!("api_error_404_not_found"));
}
