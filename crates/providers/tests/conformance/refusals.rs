//! What the provider refuses, told apart: the client, the code, the scope.

use bitbucket_stand_in::{Consumer, Endpoint, Fault, Quirks, StandIn};
use latchkey_domain::provider::{Client, Error, Grant};
use secrecy::SecretString;

use crate::{
    peer::{Peer, Play, with_headers},
    stage::{Stage, on_every_stage, redirect_uri},
};

const TOKEN: &str = "/site/oauth2/access_token";

async fn with_secret(stage: &Stage, code: &SecretString, secret: &str) -> Option<Error> {
    let secret = SecretString::from(secret);
    let client = Client { id: StandIn::CONSUMER_KEY, secret: &secret };
    stage.provider.exchange(client, code, &redirect_uri()).await.err()
}

#[tokio::test]
async fn a_wrong_secret_is_told_from_a_wrong_code_in_either_wording() {
    on_every_stage(async |stage| {
        for invalid_client_is_401 in [false, true] {
            stage.control.set_quirks(Quirks { invalid_client_is_401, ..Quirks::default() });
            let code = stage.code("alice").await;
            let error = with_secret(&stage, &code, "wrong").await;
            assert_matches!(error, Some(Error::ClientRefused));
            // The code was not looked at: the right secret still gets its token.
            assert_matches!(with_secret(&stage, &code, StandIn::CONSUMER_SECRET).await, None);
        }
    })
    .await;
}

#[tokio::test]
async fn any_401_is_about_the_client_even_as_a_page() {
    on_every_stage(async |stage| {
        stage.control.fail_next(Endpoint::Token, Fault::ServerError { status: 401 });
        let error = stage.trade(&stage.code("alice").await).await.err();
        assert_matches!(error, Some(Error::ClientRefused));
    })
    .await;
}

#[tokio::test]
async fn a_secret_may_hold_any_character() {
    on_every_stage(async |stage| {
        let secret = "a:b+c d%2B/é&=";
        assert!(stage.control.rotate_secret(StandIn::CONSUMER_KEY, secret, false));
        let code = stage.code("alice").await;
        assert_matches!(with_secret(&stage, &code, secret).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_code_that_is_unknown_or_used_or_too_old_is_refused() {
    on_every_stage(async |stage| {
        let unknown = SecretString::from("unknown");
        assert_matches!(stage.trade(&unknown).await, Err(Error::CodeRefused));

        let used = stage.code("alice").await;
        stage.trade(&used).await.unwrap();
        assert_matches!(stage.trade(&used).await, Err(Error::CodeRefused));

        let old = stage.code("alice").await;
        stage.control.shift_clock(3_600);
        assert_matches!(stage.trade(&old).await, Err(Error::CodeRefused));
        assert_eq!(stage.requests_to(TOKEN), 4);
    })
    .await;
}

#[tokio::test]
async fn a_code_is_bound_to_its_redirect_uri() {
    on_every_stage(async |stage| {
        let code = stage.code("alice").await;
        let secret = SecretString::from(StandIn::CONSUMER_SECRET);
        let client = Client { id: StandIn::CONSUMER_KEY, secret: &secret };
        let other = format!("{}/other", StandIn::CALLBACK_URL).parse().unwrap();
        let answer = stage.provider.exchange(client, &code, &other).await;
        assert_matches!(answer, Err(Error::CodeRefused));
    })
    .await;
}

#[tokio::test]
async fn a_consumer_without_a_scope_is_found_out_at_the_token() {
    on_every_stage(async |stage| {
        for scopes in [vec!["account"], vec!["email"]] {
            let mut narrow = Consumer::new(
                StandIn::CONSUMER_KEY,
                StandIn::CONSUMER_SECRET,
                StandIn::CALLBACK_URL,
            );
            narrow.scopes = scopes.into_iter().map(str::to_owned).collect();
            stage.control.add_consumer(narrow);
            let answer = stage.trade(&stage.code("alice").await).await;
            assert_matches!(answer, Err(Error::ScopeMissing));
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_that_the_api_refuses_is_the_providers_contradiction() {
    on_every_stage(async |stage| {
        let grant = stage.grant("alice").await;
        stage.control.revoke_tokens(Some("alice"));
        assert_matches!(stage.provider.account(&grant).await, Err(Error::Malformed(_)));
        assert_matches!(stage.provider.emails(&grant).await, Err(Error::Malformed(_)));
        assert_eq!(stage.requests_to("/2.0/user"), 1);
    })
    .await;
}

#[tokio::test]
async fn a_read_that_is_forbidden_without_a_word_on_scopes_is_not_about_scopes() {
    on_every_stage(async |stage| {
        stage.control.fail_always(Endpoint::User, Fault::Forbidden);
        assert_matches!(stage.account("alice").await, Err(Error::Malformed(_)));
    })
    .await;
}

#[tokio::test]
async fn a_missing_scope_that_only_the_api_tells_of_is_told_by_header_or_body() {
    let json = "content-type: application/json\r\n";
    let told =
        r#"{"type":"error","error":{"detail":{"required":["email"],"granted":["account"]}}}"#;
    let cases = [
        ("x-oauth-scopes: account\r\n", "", true),
        ("x-oauth-scopes: email, account\r\n", "", false),
        ("", told, true),
        ("", r#"{"type":"error","error":{"message":"Forbidden","detail":"no"}}"#, false),
        ("", "<html>", false),
    ];
    for (header, body, about_scopes) in cases {
        let play = Play::Say(with_headers("403 Forbidden", &format!("{json}{header}"), body));
        let (_peer, provider) = Peer::start([play]).await;
        let error = provider.emails(&Grant { access_token: "t".into() }).await.unwrap_err();
        assert_eq!(matches!(error, Error::ScopeMissing), about_scopes, "{header}{body}: {error:?}");
        assert!(about_scopes || matches!(error, Error::Malformed(_)), "{error:?}");
    }
}
