//! The whole way by keyboard alone, in each language.

use fantoccini::key::Key;

use super::super::on_sqlite;
use crate::harness::{Chromium, TestApp, Wishes};

/// What a person reads on the way.
struct Way {
    languages: &'static str,
    email: &'static str,
    wrong: &'static str,
    code: &'static str,
    subject: &'static str,
    resend: &'static str,
    too_soon: &'static str,
}

const ENGLISH: Way = Way {
    languages: "en-US,en",
    email: "What is your mail address?",
    wrong: "This does not look like an e-mail address.",
    code: "Look into your mail",
    subject: "code",
    resend: "Send another code",
    too_soon: "less than half a minute ago",
};

const GERMAN: Way = Way {
    languages: "de-AT,de,en",
    email: "Wie lautet Ihre E-Mail-Adresse?",
    wrong: "Das sieht nicht wie eine E-Mail-Adresse aus.",
    code: "Sehen Sie in Ihre Mail",
    subject: "Code",
    resend: "Neuen Code zusenden",
    too_soon: "vor weniger als einer halben Minute",
};

/// Dave signs up without a mouse.
async fn by_keyboard(app: &TestApp, way: Way) {
    app.require_email().await;
    app.deliver_mail();
    let wishes = Wishes { languages: way.languages, ..Wishes::default() };
    let browser = Chromium::as_wished(&app.gateway().await, wishes).await;
    browser.visit("/demo/sign-in").await;
    browser.tab_to("Bitbucket").await;
    browser.enter().await;
    browser.sees("asks for access").await;
    browser.press(Key::Tab).await;
    for _ in 0..3 {
        browser.press(Key::Down).await;
    }
    browser.enter().await;

    // The field has the focus, before and after something was wrong.
    browser.sees(way.email).await;
    browser.types("dave").await;
    browser.enter().await;
    browser.sees(way.wrong).await;
    browser.press(Key::End).await;
    browser.types("@mail.example").await;
    browser.enter().await;
    browser.sees(way.code).await;
    let mail = app.smtp.wait_for(1).await.remove(0);
    assert!(mail.subject().contains(way.subject), "{}", mail.subject());

    browser.tab_to(way.resend).await;
    browser.enter().await;
    browser.sees(way.too_soon).await;
    browser.types(&mail.code()).await;
    browser.enter().await;
    browser.sees("Welcome, Dave Example").await;
}

on_sqlite! {
    async fn a_keyboard_is_enough_to_prove_an_address(app) {
        by_keyboard(&app, ENGLISH).await;
    }

    async fn a_keyboard_is_enough_to_prove_an_address_in_german(app) {
        by_keyboard(&app, GERMAN).await;
    }
}
