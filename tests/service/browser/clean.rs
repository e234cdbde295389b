//! What the browser notices beside the pages: its console, its cookies, whom it asks.

use std::collections::BTreeSet;

use serde_json::json;

use super::on_sqlite;
use crate::harness::Chromium;

on_sqlite! {
    async fn a_sign_in_breaks_no_policy_and_asks_nobody_else(app) {
        let gateway = app.gateway().await;
        let browser = Chromium::start(&gateway).await;

        browser.sign_in("alice").await;
        browser.sees("Welcome, Alice Example").await;

        assert_eq!(browser.console().await, [""; 0]);
        let gateway = gateway.base_url.origin().ascii_serialization();
        let bitbucket = url::Url::parse(app.bitbucket_url()).unwrap();
        let expected = [gateway, bitbucket.origin().ascii_serialization()];
        assert_eq!(browser.asked_origins().await, BTreeSet::from(expected));

        // The console would have told.
        browser.value("document.body.appendChild(document.createElement('script')).text = '1'").await;
        let told = browser.console().await;
        assert!(told.iter().any(|line| line.contains("Content Security Policy")), "{told:?}");
    }

    async fn the_cookie_of_a_sign_in_is_kept_as_it_should_be(app) {
        let browser = Chromium::start(&app.gateway().await).await;
        browser.leave_for_consent().await;

        let mut cookies = browser.attempt_cookies().await;
        assert_eq!(cookies.len(), 1);
        let cookie = cookies.remove(0);
        for (attribute, value) in [
            ("httpOnly", json!(true)),
            ("sameSite", json!("Lax")),
            ("domain", json!("localhost")),
            ("path", json!("/")),
            ("session", json!(false)),
        ] {
            assert_eq!(cookie[attribute], value, "{attribute}");
        }
        let now = browser.value("Date.now() / 1000").await.as_f64().unwrap();
        let minutes = (cookie["expires"].as_f64().unwrap() - now) / 60.0;
        assert!((44.0..=45.0).contains(&minutes), "{minutes}");

        browser.visit("/").await;
        assert_eq!(browser.value("document.cookie").await, json!(""));
    }

    async fn every_cookie_is_out_of_the_reach_of_scripts(app) {
        let browser = Chromium::start(&app.gateway().await).await;
        browser.sign_in("alice").await;
        browser.sees("Welcome, Alice Example").await;

        let cookies = browser.cookies().await;
        let names: Vec<_> = cookies.iter().map(|cookie| cookie["name"].as_str().unwrap()).collect();
        assert_eq!(cookies.len(), 3, "the attempt's, the last used and the demo's: {names:?}");
        assert!(cookies.iter().all(|cookie| cookie["httpOnly"] == true), "{names:?}");
        assert!(cookies.iter().all(|cookie| cookie["sameSite"] == "Lax"), "{names:?}");
    }
}
