//! A proven address that is somebody's here: the person says whether they want to be linked.

use super::{super::on_sqlite, asking_for_codes, twin, types_the_code};
use crate::harness::{Chromium, TestApp};

/// Alice has an account; her twin has proven her address and is asked.
async fn the_twin_is_asked(app: &TestApp) -> Chromium {
    app.bitbucket.add_account(twin());
    let browser = Chromium::start(&asking_for_codes(app).await).await;
    browser.sign_in("alice").await;
    types_the_code(app, &browser, 1).await;
    browser.sees("Welcome, Alice Example").await;

    browser.sign_in("twin").await;
    browser.sees("Look into your mail").await;
    types_the_code(app, &browser, 2).await;
    browser.sees("You have an account here already").await;
    browser.sees("alice@mail.example").await;
    browser
}

on_sqlite! {
    async fn who_wants_it_is_linked_and_signed_in(app) {
        let browser = the_twin_is_asked(&app).await;
        browser.reload().await;
        browser.sees("You have an account here already").await;

        browser.click("Continue with my account").await;

        browser.sees("linked").await;
        assert_eq!(app.rows("users").await, 1);
        assert_eq!(
            app.event_names().await,
            ["user.signed_up", "user.signed_in", "user.linked", "user.signed_in"]
        );
        browser.sign_in("twin").await;
        browser.sees("signed in").await;
    }

    async fn who_does_not_want_it_is_back_at_the_application(app) {
        let browser = the_twin_is_asked(&app).await;

        browser.click("Do not continue").await;

        browser.sees("You are not signed in").await;
        browser.sees("access_denied").await;
        assert_eq!((app.rows("users").await, app.rows("identities").await), (1, 2));
    }
}
