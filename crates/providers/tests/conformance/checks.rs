//! What a provider tells of a consumer without a person: reach, key and secret, scopes.

use std::time::{Duration, Instant};

use bitbucket_stand_in::{Consumer, Endpoint as Place, Fault, Quirks, RetryAfter, StandIn};
use latchkey_domain::provider::{Client, Endpoint, Error, Provider, Scopes};
use secrecy::SecretString;

use crate::{
    peer::{Peer, Play, answer, with_headers},
    stage::{Stage, on_every_stage, redirect_uri},
};

/// A check's limit with some room for a busy machine.
const AT_MOST: Duration = Duration::from_secs(7);
/// One that is reset, one that says so, and one that an hour is used up at.
const OUTAGES: [Fault; 3] = [
    Fault::ServerError { status: 503 },
    Fault::ServerError { status: 500 },
    Fault::ConnectionReset,
];
const LIMIT: Fault = Fault::RateLimited { retry_after: RetryAfter::None };
const BOTH: [(Endpoint, Place); 2] =
    [(Endpoint::Token, Place::Token), (Endpoint::Api, Place::User)];

pub(crate) async fn prove(provider: &dyn Provider, id: &str, secret: &str) -> Result<(), Error> {
    let secret = SecretString::from(secret);
    provider.prove(Client { id, secret: &secret }, &redirect_uri()).await
}

async fn scopes(provider: &dyn Provider) -> Result<Scopes, Error> {
    let secret = SecretString::from(StandIn::CONSUMER_SECRET);
    provider.scopes(Client { id: StandIn::CONSUMER_KEY, secret: &secret }).await
}

async fn prove_right(stage: &Stage) -> Result<(), Error> {
    prove(&*stage.provider, StandIn::CONSUMER_KEY, StandIn::CONSUMER_SECRET).await
}

#[tokio::test]
async fn endpoints_are_reached_without_a_secret() {
    on_every_stage(async |stage| {
        for (endpoint, _) in BOTH {
            assert_matches!(stage.provider.reach(endpoint).await, Ok(()));
        }
        let requests = stage.control.requests();
        assert_eq!(requests.len(), 2);
        assert!(requests.iter().all(|it| it.header("authorization").is_none()), "{requests:?}");
    })
    .await;
}

#[tokio::test]
async fn an_endpoint_in_trouble_is_asked_once_and_told_from_one_that_is_another() {
    on_every_stage(async |stage| {
        for (endpoint, place) in BOTH {
            for fault in OUTAGES {
                stage.control.fail_next(place, fault);
                assert_matches!(stage.provider.reach(endpoint).await, Err(Error::Unavailable(_)));
            }
            stage.control.fail_next(place, LIMIT);
            assert_matches!(stage.provider.reach(endpoint).await, Err(Error::RateLimited { .. }));
            for fault in [Fault::HtmlOk, Fault::ServerError { status: 404 }, Fault::TruncatedJson] {
                stage.control.fail_next(place, fault);
                assert_matches!(stage.provider.reach(endpoint).await, Err(Error::Malformed(_)));
            }
            assert_matches!(stage.provider.reach(endpoint).await, Ok(()));
        }
    })
    .await;
}

#[tokio::test]
async fn only_the_right_key_and_secret_are_told_that_the_code_is_bad() {
    on_every_stage(async |stage| {
        for invalid_client_is_401 in [false, true] {
            stage.control.set_quirks(Quirks { invalid_client_is_401, ..Quirks::default() });
            assert_matches!(prove_right(&stage).await, Ok(()));
            for (key, secret) in
                [(StandIn::CONSUMER_KEY, "wrong"), ("unknown", StandIn::CONSUMER_SECRET)]
            {
                let refused = prove(&*stage.provider, key, secret).await;
                assert_matches!(refused, Err(Error::ClientRefused));
            }
        }
        for request in stage.control.requests() {
            assert_eq!(request.header("authorization"), Some("Basic"));
            assert!(request.query.is_empty() && request.form("client_secret").is_none());
        }
    })
    .await;
}

#[tokio::test]
async fn the_made_up_code_uses_up_nobodys() {
    on_every_stage(async |stage| {
        let code = stage.code("alice").await;
        prove_right(&stage).await.unwrap();
        assert!(stage.trade(&code).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn key_and_secret_are_neither_right_nor_wrong_while_the_provider_is_in_trouble() {
    on_every_stage(async |stage| {
        for fault in OUTAGES {
            stage.control.fail_next(Place::Token, fault);
            assert_matches!(prove_right(&stage).await, Err(Error::Unavailable(_)));
            stage.control.fail_next(Place::Token, fault);
            assert_matches!(scopes(&*stage.provider).await, Err(Error::Unavailable(_)));
        }
        stage.control.fail_next(Place::Token, LIMIT);
        assert_matches!(prove_right(&stage).await, Err(Error::RateLimited { .. }));
        stage.control.fail_next(Place::Token, LIMIT);
        assert_matches!(scopes(&*stage.provider).await, Err(Error::RateLimited { .. }));
        for fault in [Fault::HtmlOk, Fault::TruncatedJson, Fault::ServerError { status: 404 }] {
            stage.control.fail_next(Place::Token, fault);
            assert_matches!(prove_right(&stage).await, Err(Error::Malformed(_)));
            stage.control.fail_next(Place::Token, fault);
            assert_matches!(scopes(&*stage.provider).await, Err(Error::Malformed(_)));
        }
        let asked = 2 * (OUTAGES.len() + 1 + 3);
        assert_eq!(stage.control.requests().len(), asked, "each is asked once");
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_is_not_about_the_code_proves_nothing() {
    let json = "content-type: application/json\r\n";
    let token = r#"{"access_token":"t","token_type":"bearer","scope":"account email"}"#;
    for play in [
        answer(token),
        with_headers("400 Bad Request", json, r#"{"error":"invalid_request"}"#),
        with_headers("400 Bad Request", json, r#"{"error":"unsupported_grant_type"}"#),
        with_headers("403 Forbidden", json, r#"{"error":"access_denied"}"#),
    ] {
        let (_peer, provider) = Peer::start([Play::Say(play.clone())]).await;
        let answered = prove(&*provider, "key", "secret").await;
        assert!(matches!(answered, Err(Error::Malformed(_))), "{play}: {answered:?}");
    }
}

#[tokio::test]
async fn scopes_are_told_of_a_private_consumer() {
    on_every_stage(async |stage| {
        let register = |scopes: &[&str], public: bool| {
            let mut consumer = Consumer::new(
                StandIn::CONSUMER_KEY,
                StandIn::CONSUMER_SECRET,
                StandIn::CALLBACK_URL,
            );
            consumer.scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
            consumer.public = public;
            stage.control.add_consumer(consumer);
        };
        for (granted, public, expected) in [
            (&["account", "email"][..], false, Scopes::Enough),
            (&["email", "account", "repository"], false, Scopes::Enough),
            (&["account"], false, Scopes::Missing),
            (&["email"], false, Scopes::Missing),
            (&[], false, Scopes::Missing),
            (&["account", "email"], true, Scopes::NotTold),
        ] {
            register(granted, public);
            let told = scopes(&*stage.provider).await.unwrap();
            assert_eq!(told, expected, "{granted:?}, public: {public}");
        }
        assert!(stage.control.rotate_secret(StandIn::CONSUMER_KEY, "another", false));
        assert_matches!(scopes(&*stage.provider).await, Err(Error::ClientRefused));
    })
    .await;
}

#[tokio::test]
async fn a_token_that_says_nothing_of_scopes_tells_nothing() {
    let token = answer(r#"{"access_token":"t","token_type":"bearer"}"#);
    let (_peer, provider) = Peer::start([Play::Say(token)]).await;
    assert_matches!(scopes(&*provider).await, Ok(Scopes::NotTold));
}

#[tokio::test]
async fn a_black_hole_is_given_up() {
    on_every_stage(async |stage| {
        for place in [Place::Token, Place::User, Place::Authorize] {
            stage.control.fail_always(place, Fault::Hang);
        }
        let started = Instant::now();
        let (token, api, proof, scopes, callback) = tokio::join!(
            stage.provider.reach(Endpoint::Token),
            stage.provider.reach(Endpoint::Api),
            prove_right(&stage),
            scopes(&*stage.provider),
            stage.callback(),
        );
        assert!(started.elapsed() < AT_MOST);
        for answer in [token, api, proof, scopes.map(drop), callback.map(drop)] {
            assert_matches!(answer, Err(Error::Unavailable(_)));
        }
    })
    .await;
}
