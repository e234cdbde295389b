//! The pages as pictures, for the documentation: kept where `LATCHKEY_SCREENSHOTS` says.

use super::on_sqlite;
use crate::harness::Chromium;

on_sqlite! {
    async fn every_page_can_be_looked_at(app) {
        let browser = Chromium::start(&app.gateway().await).await;
        browser.resize((720, 480), 4.0 / 3.0).await;
        browser.visit("/demo/sign-in").await;
        browser.sees("Continue with Bitbucket").await;
        browser.picture("sign-in").await;
        browser.prefer("dark").await;
        browser.reload().await;
        browser.picture("sign-in-dark").await;
        browser.prefer("light").await;
        browser.resize((960, 640), 1.0).await;
        browser.visit("/").await;
        browser.picture("demo").await;
        browser.click("Sign in").await;
        browser.click("Continue with Bitbucket").await;
        browser.sees("asks for access").await;
        browser.picture("consent").await;
        browser.grant_as("alice").await;
        browser.sees("Welcome, Alice Example").await;
        browser.picture("signed-in").await;
        browser.back(1).await;
        browser.grant_as("alice").await;
        browser.sees("ATTEMPT_USED").await;
        browser.picture("error").await;
        browser.resize((320, 640), 2.0).await;
        browser.visit("/demo/sign-in").await;
        browser.sees("Last used").await;
        browser.picture("sign-in-narrow").await;
    }
}
