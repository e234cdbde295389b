//! Token requests: rows T1 to T6, T9 to T11.

use bitbucket_stand_in::{Consumer, Quirks, StandIn};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::application::{Application, fixture, json as body};

const KEY: (&str, &str) = ("client_id", StandIn::CONSUMER_KEY);
const SECRET: (&str, &str) = ("client_secret", StandIn::CONSUMER_SECRET);
const CODE_GRANT: (&str, &str) = ("grant_type", "authorization_code");

async fn assert_refused(answer: Response, expected: Value) {
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert_eq!(body(answer).await, expected);
}

#[tokio::test]
async fn credentials_in_the_form_are_as_good_as_in_the_header() {
    let application = Application::start().await;
    let code = application.code("alice", &[]).await;

    let form = [CODE_GRANT, ("code", &code), KEY, SECRET];
    let answer = application.bare_token_request(&form).send().await.unwrap();

    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_request_without_client_authentication_is_refused() {
    let application = Application::start().await;
    let code = application.code("alice", &[]).await;

    for form in [vec![CODE_GRANT, ("code", &code)], vec![CODE_GRANT, ("code", &code), KEY]] {
        let answer = application.bare_token_request(&form).send().await.unwrap();
        assert_refused(answer, fixture!("token_error_missing_client_auth")).await;
    }
}

#[tokio::test]
async fn a_wrong_key_or_secret_is_refused_and_leaves_the_code_good() {
    let application = Application::start().await;
    let code = application.code("alice", &[]).await;
    let form = [CODE_GRANT, ("code", code.as_str())];

    for (key, secret) in [(StandIn::CONSUMER_KEY, "wrong"), ("wrong", StandIn::CONSUMER_SECRET)] {
        let request = application.bare_token_request(&form).basic_auth(key, Some(secret));
        let refused = request.send().await.unwrap();
        assert_refused(refused, fixture!("token_error_invalid_client_credentials")).await;
    }
    assert_eq!(application.exchange(&code).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_wrong_secret_can_be_made_401_and_burn_the_code() {
    let application = Application::start().await;
    application.control.set_quirks(Quirks {
        invalid_client_is_401: true,
        refused_code_is_burnt: true,
        ..Quirks::default()
    });
    let code = application.code("alice", &[]).await;
    let form = [CODE_GRANT, ("code", &code), KEY, ("client_secret", "wrong")];

    let refused = application.bare_token_request(&form).send().await.unwrap();

    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(body(refused).await, json!({ "error": "invalid_client" }));
    assert_refused(application.exchange(&code).await, fixture!("token_error_invalid_code")).await;
}

#[tokio::test]
async fn a_bearer_header_gets_a_page_instead_of_json() {
    let application = Application::start().await;
    let request = application.bare_token_request(&[CODE_GRANT]).bearer_auth("token");

    let answer = request.send().await.unwrap();

    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
}

#[tokio::test]
async fn a_body_that_is_no_form_has_no_grant_type() {
    let application = Application::start().await;
    let code = application.code("alice", &[]).await;
    let request = application.http.post(application.stand_in.token_url());

    let answer = request
        .basic_auth(StandIn::CONSUMER_KEY, Some(StandIn::CONSUMER_SECRET))
        .json(&json!({ "grant_type": "authorization_code", "code": code }))
        .send()
        .await
        .unwrap();

    assert_refused(answer, fixture!("token_error_unsupported_grant")).await;
}

#[tokio::test]
async fn a_missing_or_unknown_grant_type_is_refused() {
    let application = Application::start().await;
    for form in [vec![], vec![("grant_type", "password")]] {
        let answer = application.token_request(&form).send().await.unwrap();
        assert_refused(answer, fixture!("token_error_unsupported_grant")).await;
    }
}

#[tokio::test]
async fn a_code_works_once() {
    let application = Application::start().await;
    let code = application.code("alice", &[]).await;

    assert_eq!(application.exchange(&code).await.status(), StatusCode::OK);
    assert_refused(application.exchange(&code).await, fixture!("token_error_invalid_code")).await;
}

#[tokio::test]
async fn of_many_exchanges_of_a_code_at_once_one_succeeds() {
    let application = Application::start().await;
    let code = application.code("alice", &[]).await;

    let many = futures_util::future::join_all((0..32).map(|_| application.exchange(&code))).await;

    assert_eq!(many.iter().filter(|answer| answer.status() == StatusCode::OK).count(), 1);
}

#[tokio::test]
async fn an_unknown_or_expired_code_is_refused() {
    let application = Application::start().await;
    let code = application.code("alice", &[]).await;

    application.control.shift_clock(60);

    for code in ["unknown", &code] {
        let answer = application.exchange(code).await;
        assert_refused(answer, fixture!("token_error_invalid_code")).await;
    }
}

#[tokio::test]
async fn a_code_is_of_no_use_to_another_consumer() {
    let application = Application::start().await;
    application.control.add_consumer(Consumer::new("other", "secret", StandIn::CALLBACK_URL));
    let code = application.code("alice", &[]).await;
    let form = [CODE_GRANT, ("code", code.as_str())];

    let thief = application.bare_token_request(&form).basic_auth("other", Some("secret"));

    assert_refused(thief.send().await.unwrap(), fixture!("token_error_invalid_code")).await;
    assert_eq!(application.exchange(&code).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_redirect_uri_of_the_authorize_request_must_be_repeated() {
    let application = Application::start().await;
    let sent = format!("{}/main", StandIn::CALLBACK_URL);
    let code = application.code("alice", &[("redirect_uri", &sent)]).await;

    let refused = application.exchange(&code).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    assert_eq!(body(refused).await["error"], "invalid_grant");

    for (repeated, status) in
        [(StandIn::CALLBACK_URL, StatusCode::BAD_REQUEST), (sent.as_str(), StatusCode::OK)]
    {
        let form = [CODE_GRANT, ("code", code.as_str()), ("redirect_uri", repeated)];
        let answer = application.token_request(&form).send().await.unwrap();
        assert_eq!(answer.status(), status, "{repeated}");
    }
}

#[tokio::test]
async fn every_refresh_token_is_one_that_no_longer_works() {
    let application = Application::start().await;
    let code = application.code("alice", &[]).await;
    let reply = body(application.exchange(&code).await).await;

    for refresh_token in [reply["refresh_token"].as_str().unwrap(), "unknown"] {
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        let answer = application.token_request(&form).send().await.unwrap();
        assert_refused(answer, fixture!("token_error_invalid_refresh")).await;
    }
}

#[tokio::test]
async fn client_credentials_bring_a_token_of_the_app_without_refresh() {
    let application = Application::start().await;
    let form = [("grant_type", "client_credentials")];

    let mut reply = body(application.token_request(&form).send().await.unwrap()).await;

    let token = reply["access_token"].as_str().unwrap().to_owned();
    let user = body(application.api("/user", &token).await).await;
    let recorded = fixture!("token_client_credentials_2026");
    reply["access_token"] = recorded["access_token"].clone();
    assert_eq!(reply, recorded);
    assert_eq!(user["type"], "app_user");
}

#[tokio::test]
async fn a_public_consumer_has_no_client_credentials() {
    let application = Application::start().await;
    application.control.add_consumer(Consumer {
        public: true,
        ..Consumer::new("public", "secret", StandIn::CALLBACK_URL)
    });
    let request = application.bare_token_request(&[("grant_type", "client_credentials")]);

    let answer = request.basic_auth("public", Some("secret")).send().await.unwrap();

    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let text = "Cannot use client_credentials with a consumer marked as \"public\"";
    let described = body(answer).await["error_description"].as_str().unwrap().to_owned();
    assert!(described.starts_with(text));
}

/// Challenge and verifier of RFC 7636, appendix B.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

#[tokio::test]
async fn a_code_verifier_is_ignored() {
    let application = Application::start().await;
    let challenge = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let code = application.code("alice", &challenge).await;

    let form = [CODE_GRANT, ("code", code.as_str()), ("code_verifier", "wrong")];
    let answer = application.token_request(&form).send().await.unwrap();

    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_strict_mode_holds_a_client_to_its_challenge() {
    let application = Application::start().await;
    application.control.set_quirks(Quirks { strict_pkce: true, ..Quirks::default() });
    let challenge = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let code = application.code("alice", &challenge).await;

    let without = application.exchange(&code).await;
    assert_eq!(without.status(), StatusCode::BAD_REQUEST);
    for (verifier, status) in [("wrong", StatusCode::BAD_REQUEST), (VERIFIER, StatusCode::OK)] {
        let form = [CODE_GRANT, ("code", code.as_str()), ("code_verifier", verifier)];
        let answer = application.token_request(&form).send().await.unwrap();
        assert_eq!(answer.status(), status, "{verifier}");
    }
}

#[tokio::test]
async fn the_strict_mode_knows_no_plain_challenge() {
    let application = Application::start().await;
    application.control.set_quirks(Quirks { strict_pkce: true, ..Quirks::default() });

    let answer = application.authorize(&[("code_challenge", VERIFIER)]).await;

    let back = crate::application::location(&answer);
    assert_eq!(crate::application::field(&back, "error").unwrap(), "invalid_request");
}
