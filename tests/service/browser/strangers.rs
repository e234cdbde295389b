//! Browsers that did not begin the sign-in, or do not remember it.

use super::on_sqlite;
use crate::harness::{Chromium, Wishes};

on_sqlite! {
    async fn a_callback_is_refused_in_another_browser(app) {
        let gateway = app.gateway().await;
        let (begins, stranger) = (Chromium::start(&gateway).await, Chromium::start(&gateway).await);
        begins.leave_for_consent().await;
        let callback = app.decide_beside(&begins, "alice").await;

        stranger.visit(&callback).await;
        stranger.sees("This sign-in was not begun in this browser").await;
        stranger.sees("BROWSER_MISMATCH").await;
        assert_eq!((app.token_requests(), app.event_names().await.len()), (0, 0));

        begins.visit(&callback).await;
        begins.sees("Welcome, Alice Example").await;
        assert_eq!(app.event_names().await, ["user.signed_up", "user.signed_in"]);
    }

    async fn a_browser_with_a_sign_in_of_its_own_is_no_less_a_stranger(app) {
        let gateway = app.gateway().await;
        let (begins, stranger) = (Chromium::start(&gateway).await, Chromium::start(&gateway).await);
        begins.leave_for_consent().await;
        stranger.leave_for_consent().await;
        let callback = app.decide_beside(&begins, "alice").await;

        stranger.visit(&callback).await;
        stranger.sees("BROWSER_MISMATCH").await;
        assert_eq!(app.token_requests(), 0);
    }

    async fn a_browser_that_lost_its_cookies_is_told_so(app) {
        let browser = Chromium::start(&app.gateway().await).await;
        browser.leave_for_consent().await;
        browser.forget_cookies().await;
        browser.grant_as("alice").await;

        browser.sees("This sign-in was not begun in this browser").await;
        browser.sees("BROWSER_MISMATCH").await;
        assert!(browser.reference().await.starts_with("gw-"));
        assert_eq!((app.token_requests(), app.event_names().await.len()), (0, 0));
    }

    async fn a_browser_that_takes_no_cookies_is_told_so(app) {
        let wishes = Wishes { no_cookies: true, ..Wishes::default() };
        let browser = Chromium::as_wished(&app.gateway().await, wishes).await;
        browser.sign_in("alice").await;

        browser.sees("If cookies are blocked for this site, allow them.").await;
        browser.sees("BROWSER_MISMATCH").await;
        assert_eq!((app.token_requests(), app.event_names().await.len()), (0, 0));
    }
}
