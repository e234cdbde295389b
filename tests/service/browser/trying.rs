//! A test login in a browser, from its link to its end.

use latchkey_proto::v1::{StartTestLoginRequest, TestLoginState};

use super::on_sqlite;
use crate::harness::{Chromium, TestApp, configuring::CONNECTION};

/// The test login's name and its link.
async fn asked(app: &TestApp) -> (String, String) {
    let request = StartTestLoginRequest { connection: CONNECTION.to_owned(), ..Default::default() };
    let started = app.connections().start_test_login(request).await.unwrap().into_inner();
    (started.test_login.unwrap().name, started.url)
}

on_sqlite! {
    async fn a_person_tries_a_connection_out(app) {
        let browser = Chromium::start(&app.gateway().await).await;
        browser.resize((720, 560), 1.0).await;
        let (name, url) = asked(&app).await;

        browser.visit(&url).await;
        browser.sees("Try this connection out").await;
        browser.picture("test-begin").await;
        browser.reload().await;
        assert_eq!(app.test_login(&name).await.state(), TestLoginState::Waiting);
        browser.click("Continue to the provider").await;
        browser.grant_as("alice").await;

        browser.sees("The test passed").await;
        browser.sees("go back to the console").await;
        browser.picture("test-passed").await;
        assert_eq!(app.test_login(&name).await.state(), TestLoginState::Passed);
        browser.reload().await;
        browser.sees("The test passed").await;
        assert_eq!(app.token_requests(), 1);
        for table in ["users", "identities", "sign_ins"] {
            assert_eq!(app.rows(table).await, 0, "{table}");
        }

        browser.visit(&url).await;
        browser.click("Continue to the provider").await;
        browser.sees("This test link does not work any more").await;
        browser.picture("test-link-used").await;
    }

    async fn a_test_that_fails_says_how_to_mend_it(app) {
        let browser = Chromium::start(&app.gateway().await).await;
        browser.resize((720, 560), 1.0).await;
        let key = bitbucket_stand_in::StandIn::CONSUMER_KEY;
        app.bitbucket.rotate_secret(key, "a-secret-that-nobody-was-told", false);
        let (name, url) = asked(&app).await;

        browser.visit(&url).await;
        browser.click("Continue to the provider").await;
        browser.grant_as("alice").await;

        browser.sees("The provider refused the key and secret").await;
        browser.sees("CREDENTIALS_REJECTED").await;
        browser.picture("test-failed").await;
        assert_eq!(app.test_login(&name).await.state(), TestLoginState::Failed);
    }
}
