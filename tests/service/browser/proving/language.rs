//! An application that asks for a language gets it to the end, whatever the browser prefers.

use super::{super::on_sqlite, asking_for_codes, types_the_code};
use crate::harness::Chromium;

on_sqlite! {
    async fn who_began_in_german_goes_on_in_german_after_the_provider_and_gets_german_mail(app) {
        let browser = Chromium::start(&asking_for_codes(&app).await).await;
        browser.visit("/").await;
        browser.click("Sign in").await;
        browser.sees("Continue with Bitbucket").await;
        browser.visit(&format!("{}&ui_locales=de", browser.url().await)).await;
        browser.click("Weiter mit Bitbucket").await;
        browser.sees("asks for access").await;
        browser.grant_as("alice").await;

        browser.sees("Sehen Sie in Ihre Mail").await;
        app.mailed_code(1).await;
        let subject = app.smtp.mails()[0].subject();
        assert!(subject.starts_with("Ihr Code für"), "{subject}");
        browser.fill("code", "000000").await;
        browser.enter().await;
        browser.sees("Das ist nicht der Code").await;
        types_the_code(&app, &browser, 1).await;

        browser.sees("Welcome, Alice Example").await;
    }
}
