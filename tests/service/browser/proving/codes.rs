//! An address that is asked for, and a code that is typed, pasted, mistyped and sent again.

use std::time::Duration;

use super::{super::on_sqlite, another, asking_for_codes, types_the_code};
use crate::harness::{Chromium, TestApp, Wishes};

/// Longer than a person has to wait for another code.
const ANOTHER_IS_SENT: Duration = Duration::from_secs(31);

/// Dave, who has no address, gives one and proves it.
async fn dave_proves_an_address(app: &TestApp, browser: &Chromium) {
    browser.sign_in("dave").await;
    browser.sees("What is your mail address?").await;
    browser.fill("email", "dave").await;
    browser.click("Send me a code").await;
    browser.sees("This does not look like an e-mail address.").await;
    browser.is_told_beside("email", "This does not look like an e-mail address.").await;
    assert_eq!(browser.held("email").await, "dave");
    assert_eq!(app.smtp.mails().len(), 0);

    browser.fill("email", "dave@mail.example").await;
    browser.click("Send me a code").await;
    browser.sees("We sent a code of six digits to dave@mail.example.").await;
    types_the_code(app, browser, 1).await;
    browser.sees("Welcome, Dave Example").await;
    browser.sees("dave@mail.example (proven)").await;
}

on_sqlite! {
    async fn who_has_no_address_is_asked_once_and_proves_it(app) {
        app.require_email().await;
        app.deliver_mail();
        let browser = Chromium::start(&app.gateway().await).await;

        dave_proves_an_address(&app, &browser).await;

        browser.sign_in("dave").await;
        browser.sees("signed in").await;
        assert_eq!(app.smtp.mails().len(), 1);
    }

    async fn nothing_of_it_needs_scripts(app) {
        app.require_email().await;
        app.deliver_mail();
        let wishes = Wishes { no_scripts: true, ..Wishes::default() };
        let browser = Chromium::as_wished(&app.gateway().await, wishes).await;
        dave_proves_an_address(&app, &browser).await;
    }

    async fn a_code_can_be_pasted_with_what_a_mail_has_around_it(app) {
        let browser = Chromium::start(&asking_for_codes(&app).await).await;
        browser.sign_in("alice").await;
        browser.sees("We sent a code of six digits to alice@mail.example.").await;

        let code = app.mailed_code(1).await;
        browser.paste("code", &format!("  {} {} ", &code[..3], &code[3..])).await;
        assert_eq!(browser.held("code").await.replace(' ', ""), code);
        browser.enter().await;

        browser.sees("Welcome, Alice Example").await;
        browser.sees("alice@mail.example (proven)").await;
    }

    async fn a_wrong_code_is_told_and_the_right_one_still_works(app) {
        let browser = Chromium::start(&asking_for_codes(&app).await).await;
        browser.sign_in("alice").await;
        browser.sees("Look into your mail").await;
        let code = app.mailed_code(1).await;

        browser.fill("code", &another(&code)).await;
        browser.click("Continue").await;
        browser.sees("This is not the code that we sent last.").await;
        browser.is_told_beside("code", "This is not the code that we sent last.").await;
        assert_eq!(browser.title().await, "Error: Look into your mail");
        assert_eq!(browser.held("code").await, "");
        browser.fill("code", "12345").await;
        browser.click("Continue").await;
        browser.sees("The code has six digits.").await;

        types_the_code(&app, &browser, 1).await;
        browser.sees("Welcome, Alice Example").await;
        assert_eq!(app.event_names().await, ["user.signed_up", "user.signed_in"]);
    }

    async fn another_code_comes_after_a_while_and_is_the_only_one_that_works(app) {
        let browser = Chromium::start(&asking_for_codes(&app).await).await;
        browser.sign_in("alice").await;
        browser.sees("Look into your mail").await;
        let first = app.mailed_code(1).await;
        browser.click("Send another code").await;
        browser.sees("We sent a code less than half a minute ago.").await;
        assert_eq!(app.smtp.mails().len(), 1);

        app.clock.advance(ANOTHER_IS_SENT);
        browser.click("Send another code").await;
        browser.sees("another code is on its way").await;
        let second = app.mailed_code(2).await;
        if first != second {
            browser.fill("code", &first).await;
            browser.enter().await;
            browser.sees("This is not the code that we sent last.").await;
        }
        types_the_code(&app, &browser, 2).await;
        browser.sees("Welcome, Alice Example").await;
    }

    async fn who_gives_up_is_back_at_the_application(app) {
        let browser = Chromium::start(&asking_for_codes(&app).await).await;
        browser.sign_in("alice").await;
        browser.click("Cancel and go back").await;

        browser.sees("You are not signed in").await;
        browser.sees("access_denied").await;
        assert_eq!(app.rows("users").await, 0);
        assert_eq!(app.event_names().await, ["sign_in.refused"]);
    }
}
