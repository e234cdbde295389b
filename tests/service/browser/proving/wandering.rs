//! Reloading, going back, and another browser in the middle of it.

use super::{super::on_sqlite, asking_for_codes, types_the_code};
use crate::harness::Chromium;

on_sqlite! {
    async fn a_reload_in_the_middle_changes_nothing_and_sends_nothing(app) {
        app.require_email().await;
        app.deliver_mail();
        let browser = Chromium::start(&app.gateway().await).await;
        browser.sign_in("dave").await;
        browser.sees("What is your mail address?").await;
        browser.reload().await;
        browser.fill("email", "dave@mail.example").await;
        browser.enter().await;
        browser.sees("Look into your mail").await;
        app.mailed_code(1).await;

        browser.reload().await;
        browser.sees("We sent a code of six digits to dave@mail.example.").await;
        types_the_code(&app, &browser, 1).await;

        browser.sees("Welcome, Dave Example").await;
        assert_eq!((app.smtp.mails().len(), app.token_requests()), (1, 1));
    }

    async fn going_back_in_the_middle_and_on_again_loses_nothing(app) {
        let browser = Chromium::start(&asking_for_codes(&app).await).await;
        browser.sign_in("alice").await;
        browser.sees("Look into your mail").await;

        browser.back(1).await;
        browser.sees("asks for access").await;
        browser.forward().await;
        browser.sees("Look into your mail").await;
        types_the_code(&app, &browser, 1).await;

        browser.sees("Welcome, Alice Example").await;
        assert_eq!(app.token_requests(), 1);
    }

    async fn going_back_after_the_end_signs_nobody_in_again(app) {
        let browser = Chromium::start(&asking_for_codes(&app).await).await;
        browser.sign_in("alice").await;
        types_the_code(&app, &browser, 1).await;
        browser.sees("Welcome, Alice Example").await;

        browser.back(1).await;

        browser.sees("ATTEMPT_USED").await;
        assert_eq!(app.event_names().await, ["user.signed_up", "user.signed_in"]);
        assert_eq!((app.smtp.mails().len(), app.token_requests()), (1, 1));
    }

    async fn another_browser_with_the_same_address_is_refused(app) {
        let gateway = asking_for_codes(&app).await;
        let (begins, stranger) = (Chromium::start(&gateway).await, Chromium::start(&gateway).await);
        begins.sign_in("alice").await;
        begins.sees("Look into your mail").await;

        stranger.visit(&begins.address().await).await;
        stranger.sees("This sign-in was not begun in this browser").await;
        stranger.sees("BROWSER_MISMATCH").await;
        assert!(!stranger.page().await.contains("alice"));

        types_the_code(&app, &begins, 1).await;
        begins.sees("Welcome, Alice Example").await;
    }

    async fn a_browser_that_lost_its_cookies_in_the_middle_is_told_so(app) {
        let browser = Chromium::start(&asking_for_codes(&app).await).await;
        browser.sign_in("alice").await;
        browser.sees("Look into your mail").await;
        browser.forget_cookies().await;

        types_the_code(&app, &browser, 1).await;

        browser.sees("BROWSER_MISMATCH").await;
        assert_eq!(app.rows("users").await, 0);
    }
}
