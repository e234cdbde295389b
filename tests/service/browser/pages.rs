//! How the pages are for people: keyboards, languages, narrow screens, dark rooms.

use fantoccini::key::Key;
use serde_json::json;

use super::on_sqlite;
use crate::{
    harness::{Chromium, Wishes},
    logos::LOGO,
};

/// A sign-in link that must not be followed.
const UNTRUSTED: &str = "/login?application=notes&redirect_uri=https%3A%2F%2Fevil.example%2Fcb\
                         &state=s&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

on_sqlite! {
    async fn a_keyboard_is_enough(app) {
        let browser = Chromium::start(&app.gateway().await).await;
        browser.visit("/").await;
        browser.press(Key::Tab).await;
        browser.press(Key::Enter).await;
        browser.sees("Choose how to sign in.").await;

        browser.press(Key::Tab).await;
        let focused = browser.value("document.activeElement.innerText").await;
        assert_eq!(focused, json!("Continue with Bitbucket"));
        let outline = "getComputedStyle(document.activeElement).outline";
        let outline = browser.value(outline).await;
        assert!(outline.as_str().unwrap().contains("solid 3px"), "{outline}");
        browser.press(Key::Enter).await;
        browser.sees("asks for access").await;

        browser.press(Key::Tab).await;
        browser.press(Key::Down).await;
        browser.press(Key::Tab).await;
        browser.press(Key::Enter).await;
        browser.sees("Welcome, Bob Example").await;
    }

    async fn every_page_has_a_language_a_title_and_one_heading(app) {
        let browser = Chromium::start(&app.gateway().await).await;
        for (page, title) in [
            ("/", "Acme Notes"),
            ("/demo/sign-in", "Sign in to Notes"),
            ("/demo/callback", "You are not signed in – Acme Notes"),
            ("/login?application=nothing", "This sign-in link does not work"),
            ("/nowhere", "There is no such page"),
        ] {
            browser.visit(page).await;
            let outline = "[document.documentElement.lang, document.title, \
                            document.querySelectorAll('h1').length, \
                            document.querySelectorAll('main').length]";
            assert_eq!(browser.value(outline).await, json!(["en", title, 1, 1]), "{page}");
        }
    }

    async fn a_german_browser_reads_german(app) {
        let wishes = Wishes { languages: "de-CH,de,en", ..Wishes::default() };
        let browser = Chromium::as_wished(&app.gateway().await, wishes).await;

        browser.visit("/demo/sign-in").await;
        browser.sees("Weiter mit Bitbucket").await;
        assert_eq!(browser.title().await, "Bei Notes anmelden");
        assert_eq!(browser.value("document.documentElement.lang").await, json!("de"));
        browser.visit(UNTRUSTED).await;
        assert_eq!(browser.value("document.documentElement.lang").await, json!("de"));
    }

    async fn a_narrow_screen_needs_no_sideways_scrolling(app) {
        let browser = Chromium::start(&app.gateway().await).await;
        browser.resize((320, 640), 1.0).await;
        let widths = "[innerWidth, \
                       document.documentElement.scrollWidth - document.documentElement.clientWidth]";
        for page in ["/", "/demo/sign-in", "/demo/callback", UNTRUSTED] {
            browser.visit(page).await;
            assert_eq!(browser.value(widths).await, json!([320, 0]), "{page}");
        }
        // Whose name is the longest.
        browser.sign_in("frank").await;
        browser.sees("The whole answer").await;
        assert_eq!(browser.value(widths).await, json!([320, 0]));
    }

    async fn the_demo_application_keeps_nobody_out(app) {
        let browser = Chromium::start(&app.gateway().await).await;
        browser.look_for_barriers().await;
        for scheme in ["light", "dark"] {
            browser.prefer(scheme).await;
            for page in ["/", "/demo/callback"] {
                browser.visit(page).await;
                assert_eq!(browser.barriers().await, [""; 0], "{page}, {scheme}");
            }
            browser.sign_in("frank").await;
            browser.sees("The whole answer").await;
            assert_eq!(browser.barriers().await, [""; 0], "signed in, {scheme}");
        }
    }

    async fn what_keeps_people_out_is_found(app) {
        let browser = Chromium::start(&app.gateway().await).await;
        browser.look_for_barriers().await;
        browser.visit("/").await;
        // Text that is nearly as bright as what it stands on, and a field that nobody names.
        browser.value("document.querySelector('h1').style.color = '#fefefe'").await;
        browser.value("document.querySelector('main').append(document.createElement('input'))").await;
        let barriers = browser.barriers().await.join("\n");
        assert!(barriers.contains("color-contrast: h1"), "{barriers}");
        assert!(barriers.contains("label: input"), "{barriers}");
    }

    async fn a_dark_room_has_dark_pages(app) {
        let browser = Chromium::start(&app.gateway().await).await;
        let ground = "getComputedStyle(document.body).backgroundColor";
        browser.visit("/demo/sign-in").await;
        assert_eq!(browser.value(ground).await, json!("rgb(238, 241, 245)"));
        browser.prefer("dark").await;
        assert_eq!(browser.value(ground).await, json!("rgb(16, 21, 28)"));
    }

    async fn a_redirect_uri_that_nobody_registered_is_a_page(app) {
        let gateway = app.gateway().await;
        let browser = Chromium::start(&gateway).await;

        browser.visit(UNTRUSTED).await;

        browser.sees("This link leads to an address that we do not trust").await;
        browser.sees("REDIRECT_URI_NOT_REGISTERED").await;
        assert!(browser.reference().await.starts_with("gw-"));
        assert_eq!(browser.address().await, gateway.base_url.join("login").unwrap().as_str());
        let asked: Vec<String> = browser.asked_origins().await.into_iter().collect();
        assert_eq!(asked, [gateway.base_url.origin().ascii_serialization()]);
    }

    async fn the_logo_of_the_application_is_really_seen(app) {
        app.set_logo(LOGO, "").await.unwrap();
        app.verify_by_code().await;
        app.deliver_mail();
        let browser = Chromium::start(&app.gateway().await).await;
        let width = "document.querySelector('img.logo')?.naturalWidth";
        browser.visit("/demo/sign-in").await;
        browser.sees("Continue with Bitbucket").await;
        assert_eq!(browser.value(width).await, json!(240));

        browser.consent_as("alice").await;
        browser.sees("Look into your mail").await;
        assert_eq!(browser.value(width).await, json!(240));
        browser.sees("Notes").await;
    }
}
