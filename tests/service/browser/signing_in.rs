//! The ways of a sign-in that goes well, and of one that the person does not want.

use super::on_sqlite;
use crate::{
    both,
    harness::{Chromium, Wishes},
};

both! {
    async fn a_person_signs_up_and_later_in(app) {
        let gateway = app.gateway().await;
        let browser = Chromium::start(&gateway).await;

        browser.sign_in("alice").await;
        browser.sees("Welcome, Alice Example").await;
        browser.sees("signed up").await;
        browser.sees("{11111111-1111-4111-8111-111111111111}").await;
        let callback = gateway.base_url.join("demo/callback").unwrap();
        assert_eq!(browser.address().await, callback.as_str());

        browser.click("Sign in again as somebody else").await;
        browser.sees("Last used").await;
        browser.consent_as("alice").await;
        browser.sees("signed in").await;
        assert!(!browser.page().await.contains("signed up"));
        assert_eq!(
            app.event_names().await,
            ["user.signed_up", "user.signed_in", "user.signed_in"]
        );
    }
}

on_sqlite! {
    async fn a_person_who_says_no_is_not_signed_in(app) {
        let browser = Chromium::start(&app.gateway().await).await;

        browser.leave_for_consent().await;
        browser.click("Deny").await;

        browser.sees("You said no, so Acme Notes was not told who you are.").await;
        browser.sees("access_denied").await;
        assert_eq!(app.database.number("SELECT COUNT(*) FROM users").await, 0);
        assert_eq!(app.token_requests(), 0);
        assert_eq!(app.event_names().await, ["sign_in.refused"]);

        browser.click("Sign in again").await;
        browser.consent_as("alice").await;
        browser.sees("Welcome, Alice Example").await;
    }

    async fn who_is_not_known_is_offered_to_sign_up(app) {
        let browser = Chromium::start(&app.gateway().await).await;
        browser.visit("/demo/sign-in").await;
        let asked = browser.url().await;
        browser.visit(&format!("{asked}&intent=sign_in")).await;
        browser.consent_as("alice").await;
        browser.sees("Nobody is known by this account").await;
        assert_eq!(app.rows("users").await, 0);

        browser.click("Sign up with this account").await;
        browser.grant_as("alice").await;
        browser.sees("Welcome, Alice Example").await;
        browser.sees("signed up").await;

        browser.visit("/demo/sign-in").await;
        let asked = browser.url().await;
        browser.visit(&format!("{asked}&intent=sign_in")).await;
        browser.consent_as("bob").await;
        browser.click("Go back without signing up").await;
        browser.sees("You are not signed in").await;
        assert_eq!(app.rows("users").await, 1);
    }

    async fn two_tabs_sign_in_two_people_at_once(app) {
        let browser = Chromium::start(&app.gateway().await).await;
        browser.leave_for_consent().await;
        let first = browser.tab().await;
        browser.second_tab().await;
        browser.leave_for_consent().await;
        assert_eq!(browser.attempt_cookies().await.len(), 2);

        browser.grant_as("bob").await;
        browser.sees("Welcome, Bob Example").await;
        browser.go_to(first).await;
        browser.grant_as("alice").await;
        browser.sees("Welcome, Alice Example").await;
        browser.sees("alice@mail.example").await;

        assert_eq!(app.database.number("SELECT COUNT(*) FROM users").await, 2);
        assert_eq!(app.token_requests(), 2);
    }

    async fn nothing_of_it_needs_scripts(app) {
        let wishes = Wishes { no_scripts: true, ..Wishes::default() };
        let browser = Chromium::as_wished(&app.gateway().await, wishes).await;
        browser.visit("data:text/html,<title>off</title><script>document.title='on'</script>").await;
        assert_eq!(browser.title().await, "off");

        browser.sign_in("alice").await;
        browser.sees("signed up").await;

        browser.visit("/login?application=nothing").await;
        browser.sees("This sign-in link does not work").await;
    }
}
