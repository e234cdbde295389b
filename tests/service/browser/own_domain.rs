//! A person signs in on the custom domain of an organization.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use latchkey_gateway::demo;
use sha2::{Digest, Sha256};
use url::Url;

use super::on_sqlite;
use crate::harness::{
    Chromium, TestApp,
    gateway::Gateway,
    organizations::{ACME, new_organization},
    person::VERIFIER,
};

/// The host of an organization on this machine, proven and with a consumer of its own.
async fn own_domain(app: &TestApp, gateway: &Gateway) -> String {
    let host = format!("acme.localhost:{}", gateway.base_url.port().unwrap());
    app.add_organization(new_organization("acme", &host)).await.unwrap();
    app.start_verification(ACME).await.unwrap();
    app.check_verification(ACME).await.unwrap();
    app.add_consumer_for(&host).await;
    host
}

/// Where an application sends its people to sign in on a host.
fn login(gateway: &Gateway, host: &str) -> Url {
    let callback = gateway.base_url.join(demo::CALLBACK).unwrap();
    let mut url = Url::parse(&format!("http://{host}/login")).unwrap();
    url.query_pairs_mut().extend_pairs([
        ("application", "notes"),
        ("redirect_uri", callback.as_str()),
        ("state", "the-applications-own"),
        ("code_challenge", &BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))),
    ]);
    url
}

on_sqlite! {
    async fn a_person_signs_in_on_the_domain_of_their_organization(app) {
        let gateway = app.gateway().await;
        let host = own_domain(&app, &gateway).await;
        let browser = Chromium::start(&gateway).await;

        browser.visit(login(&gateway, &host).as_str()).await;
        browser.click("Continue with Bitbucket").await;
        browser.sees("asks for access").await;
        let back = format!("http://{host}/login/callback/bitbucket");
        assert_eq!(browser.parameter("redirect_uri").await, back);
        browser.grant_as("alice").await;

        // At the application, whose demo did not begin this one itself.
        browser.sees("began somewhere else").await;
        assert_eq!(browser.parameter("state").await, "the-applications-own");
        let redeemed = app.redeem(&browser.parameter("code").await).await.unwrap();
        assert_eq!(redeemed.organization, ACME);
    }

    async fn a_host_that_is_nobodys_is_a_page_and_no_sign_in(app) {
        let gateway = app.gateway().await;
        let browser = Chromium::start(&gateway).await;
        let host = format!("other.localhost:{}", gateway.base_url.port().unwrap());
        browser.visit(login(&gateway, &host).as_str()).await;
        browser.sees("HOST_UNKNOWN").await;
        assert_eq!(app.rows("sign_ins").await, 0);
    }
}
