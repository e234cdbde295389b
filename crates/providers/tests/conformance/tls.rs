//! Peers that TLS does not come about with.

use std::sync::Arc;

use bitbucket_stand_in::StandIn;
use latchkey_domain::provider::{Endpoint, Error, Provider};
use latchkey_test_tls::{Certificate, Root, TlsFront};
use serde_json::json;

use crate::{
    checks::prove,
    stage::{Stage, bitbucket, on_every_stage, redirect_uri},
};

/// The Bitbucket of a stage, by other URLs.
fn provider_at(stage: &Stage, at: impl Fn(String) -> String) -> Arc<dyn Provider> {
    bitbucket(json!({
        "stand_in": true,
        "authorize_url": at(stage.stand_in.authorize_url()),
        "token_url": at(stage.stand_in.token_url()),
        "api_url": at(stage.stand_in.api_url()),
    }))
}

/// Whatever is asked is told as a fault of TLS, and nothing is said to the peer.
async fn is_insecure(stage: &Stage, provider: &dyn Provider) {
    for endpoint in [Endpoint::Token, Endpoint::Api] {
        assert_matches!(provider.reach(endpoint).await, Err(Error::Insecure(_)));
    }
    let proof = prove(provider, StandIn::CONSUMER_KEY, StandIn::CONSUMER_SECRET).await;
    assert_matches!(proof, Err(Error::Insecure(_)));
    let callback = provider.callback(StandIn::CONSUMER_KEY, &redirect_uri()).await;
    assert_matches!(callback, Err(Error::Insecure(_)));
    assert!(stage.control.requests().is_empty());
}

#[tokio::test]
async fn a_peer_without_tls_where_tls_is_due_is_no_outage() {
    on_every_stage(async |stage| {
        let provider = provider_at(&stage, |url| url.replace("http://", "https://"));
        is_insecure(&stage, &*provider).await;
    })
    .await;
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_no_outage() {
    let certificates =
        || [Certificate::self_signed("localhost"), Root::generate().certificate_for("localhost")];
    on_every_stage(async |stage| {
        for certificate in certificates() {
            let front = TlsFront::start(certificate, stage.stand_in.address()).await;
            let provider =
                provider_at(&stage, |url| url.replace(stage.stand_in.base_url(), &front.url()));
            is_insecure(&stage, &*provider).await;
        }
    })
    .await;
}
