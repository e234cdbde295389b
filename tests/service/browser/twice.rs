//! Reloading, going back, and doing it again.

use super::on_sqlite;
use crate::harness::Chromium;

const ONCE: [&str; 2] = ["user.signed_up", "user.signed_in"];

on_sqlite! {
    async fn a_reload_after_the_sign_in_signs_nobody_in(app) {
        let browser = Chromium::start(&app.gateway().await).await;
        browser.sign_in("alice").await;
        browser.sees("Welcome, Alice Example").await;

        browser.reload().await;

        browser.sees("A sign-in can be shown once").await;
        assert_eq!((app.token_requests(), app.event_names().await), (1, ONCE.map(Into::into).into()));
        browser.click("Sign in again").await;
        browser.consent_as("alice").await;
        browser.sees("Welcome, Alice Example").await;
    }

    async fn a_callback_that_comes_twice_signs_in_once(app) {
        let browser = Chromium::start(&app.gateway().await).await;
        browser.leave_for_consent().await;
        let callback = app.decide_beside(&browser, "alice").await;
        browser.visit(&callback).await;
        browser.sees("Welcome, Alice Example").await;

        browser.visit(&callback).await;

        browser.sees("This sign-in is finished already").await;
        browser.sees("ATTEMPT_USED").await;
        assert_eq!((app.token_requests(), app.event_names().await), (1, ONCE.map(Into::into).into()));
    }

    async fn consenting_again_on_the_page_before_is_too_late(app) {
        let browser = Chromium::start(&app.gateway().await).await;
        browser.sign_in("alice").await;
        browser.sees("Welcome, Alice Example").await;

        browser.back(1).await;
        browser.grant_as("bob").await;

        browser.sees("This sign-in is finished already").await;
        browser.sees("Go back to the application").await;
        assert!(browser.reference().await.starts_with("gw-"));
        assert_eq!((app.token_requests(), app.event_names().await), (1, ONCE.map(Into::into).into()));

        browser.sign_in("alice").await;
        browser.sees("Welcome, Alice Example").await;
    }

    async fn the_button_on_the_page_before_begins_a_sign_in_of_its_own(app) {
        let browser = Chromium::start(&app.gateway().await).await;
        browser.sign_in("alice").await;
        browser.sees("Welcome, Alice Example").await;

        browser.back(2).await;
        browser.consent_as("alice").await;

        // The service signs in anew; the application has no use for its own old state.
        browser.sees("A sign-in can be shown once").await;
        assert_eq!(app.token_requests(), 2);
        assert_eq!(
            app.event_names().await,
            ["user.signed_up", "user.signed_in", "user.signed_in"]
        );
        browser.click("Sign in again").await;
        browser.consent_as("alice").await;
        browser.sees("Welcome, Alice Example").await;
    }

    async fn going_back_before_consenting_and_choosing_again_works(app) {
        let browser = Chromium::start(&app.gateway().await).await;
        browser.leave_for_consent().await;

        browser.back(1).await;
        browser.consent_as("bob").await;

        browser.sees("Welcome, Bob Example").await;
        assert_eq!((app.token_requests(), app.event_names().await), (1, ONCE.map(Into::into).into()));
    }
}
