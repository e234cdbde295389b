//! `/.well-known/jwks.json`: the public keys, for anybody.

use latchkey_proto::{
    v1::{ListSigningKeysResponse, SigningKey},
    well_known::Duration,
};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tonic::Code;

use crate::{app::App, browser};

const PATH: &str = "/.well-known/jwks.json";

fn listed() -> ListSigningKeysResponse {
    let key = |kid: &str| SigningKey {
        kid: kid.to_owned(),
        kty: "EC".to_owned(),
        r#use: "sig".to_owned(),
        alg: "ES256".to_owned(),
        crv: "P-256".to_owned(),
        x: "an-x".to_owned(),
        y: "a-y".to_owned(),
    };
    ListSigningKeysResponse {
        keys: vec![key("skey_1"), key("skey_2")],
        issuer: "http://localhost:8080".to_owned(),
        max_age: Some(Duration { seconds: 3600, nanos: 0 }),
    }
}

#[tokio::test]
async fn the_keys_are_a_jwk_set_that_anybody_may_keep_for_as_long_as_the_service_says() {
    let app = App::start().await;
    app.peer.keys.answers(|_| Ok(listed()));

    let answer = app.get_with(PATH, &[("Cookie", "a=b"), ("Origin", "https://evil.example")]).await;

    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=3600"));
    assert_eq!(answer.header("set-cookie"), None);
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let key = |kid: &str| {
        json!({ "kid": kid, "kty": "EC", "use": "sig", "alg": "ES256", "crv": "P-256",
            "x": "an-x", "y": "a-y" })
    };
    let set: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(set, json!({ "keys": [key("skey_1"), key("skey_2")] }));
    assert_eq!(app.peer.keys.requests()[0].parent, "environments/dev");
    assert_eq!(app.peer.keys.envelopes()[0].authorization, "Bearer gateway-key");
}

#[tokio::test]
async fn a_flood_reaches_the_service_once() {
    let app = App::start().await;
    app.peer.keys.answers(|_| Ok(listed()));
    let mut flood = JoinSet::new();
    for _ in 0..64 {
        let address = app.address;
        flood.spawn(async move { browser::send(address, &format!("GET {PATH}"), &[], "").await });
    }
    for answer in flood.join_all().await {
        assert_eq!((answer.status, answer.body.contains("skey_2")), (200, true));
    }
    assert_eq!(app.get(&format!("{PATH}?anything=else")).await.status, 200);
    assert_eq!(app.peer.keys.requests().len(), 1);
}

#[tokio::test]
async fn a_flood_that_the_service_cannot_answer_reaches_it_once_a_second() {
    let app = App::start().await;
    app.peer.keys.refuses(Code::Unavailable, "STORAGE_UNAVAILABLE");
    for _ in 0..16 {
        let answer = app.get(PATH).await;
        assert_eq!((answer.status, answer.header("cache-control")), (503, Some("no-store")));
    }
    assert!(app.peer.keys.requests().len() < 3, "{}", app.peer.keys.requests().len());

    app.peer.keys.answers(|_| Ok(listed()));
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert_eq!(app.get(PATH).await.status, 200);
}

#[tokio::test]
async fn a_customers_domain_serves_the_same_keys() {
    let app = App::at("https://login.example.com", "127.0.0.1/32").await;
    app.peer.keys.answers(|_| Ok(listed()));
    let own = app.get_with(PATH, &[("Host", "login.example.com")]).await;
    let custom = app.get_with(PATH, &[("Host", "acme.example")]).await;
    assert_eq!((own.status, custom.status), (200, 200));
    assert_eq!(own.body, custom.body);
    assert_eq!(app.peer.keys.requests().len(), 1);
}
