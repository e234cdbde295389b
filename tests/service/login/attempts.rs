//! Callbacks that belong to no sign-in of this browser: refused before anything is written or asked.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use latchkey_domain::sign_in::STATE_LIFETIME;
use latchkey_proto::v1::CompleteLoginRequest;

use crate::{
    both,
    harness::{TestApp, ends::outcome, person::Begun, reason},
};

/// A sign-in at the moment of its callback.
async fn at_the_callback(app: &TestApp) -> (Begun, CompleteLoginRequest) {
    let begun = app.begin().await;
    let callback = app.consent(&begun, "alice").await;
    let request = app.complete_request(&begun, &callback);
    (begun, request)
}

/// Holds that a callback is refused so, and that nobody heard of it.
async fn refused(app: &TestApp, request: CompleteLoginRequest, expected: &str, what: &str) {
    let status = app.login().complete_login(request).await.unwrap_err();
    assert_eq!(reason(&status), expected, "{what}");
    assert_eq!(app.requests_of_ours(), 0, "{what}");
}

/// Holds that refusals left nothing, and took nothing from the true callback.
async fn still_works(app: &TestApp, request: CompleteLoginRequest) {
    assert_eq!(app.rows("sign_ins").await, 0);
    assert!(app.events().await.is_empty());
    let completed = app.login().complete_login(request).await.unwrap().into_inner();
    assert_eq!(outcome(&completed), "SIGNED_IN");
}

both! {
    async fn a_state_that_is_not_ours_is_refused(app) {
        let (begun, request) = at_the_callback(&app).await;
        let state = begun.state.clone();
        let made_up = [
            String::new(),
            " ".to_owned(),
            "state".to_owned(),
            begun.browser_secret.clone(),
            begun.cookie_name.clone(),
            format!("{state}="),
            format!("{state}AAAA"),
            format!(" {state}"),
            state.to_uppercase(),
            state.replace(['-', '_'], "+"),
            BASE64_URL_SAFE_NO_PAD.encode([1_u8; 200]),
            state.chars().rev().collect(),
        ];
        for state in made_up {
            refused(&app, CompleteLoginRequest { state: state.clone(), ..request.clone() }, "STATE_INVALID", &state).await;
        }
        still_works(&app, request).await;
    }

    async fn a_state_that_was_cut_is_refused(app) {
        let (begun, request) = at_the_callback(&app).await;
        for length in (0..begun.state.len()).step_by(7).chain([begun.state.len() - 1]) {
            let cut = begun.state[..length].to_owned();
            let request = CompleteLoginRequest { state: cut, ..request.clone() };
            refused(&app, request, "STATE_INVALID", &length.to_string()).await;
        }
        still_works(&app, request).await;
    }

    async fn a_state_of_which_a_byte_was_changed_is_refused(app) {
        let (begun, request) = at_the_callback(&app).await;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&begun.state).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            let state = BASE64_URL_SAFE_NO_PAD.encode(changed);
            let request = CompleteLoginRequest { state, ..request.clone() };
            refused(&app, request, "STATE_INVALID", &at.to_string()).await;
        }
        still_works(&app, request).await;
    }

    async fn a_state_does_not_do_for_another_connection(app) {
        let another = app.add_connection("another").await;
        let (_, request) = at_the_callback(&app).await;

        let astray = CompleteLoginRequest { connection: another, ..request.clone() };

        refused(&app, astray, "STATE_INVALID", "the other connection's path").await;
        still_works(&app, request).await;
    }

    async fn a_state_does_not_do_on_another_host(app) {
        let (_, request) = at_the_callback(&app).await;
        for host in ["login.example.org", "login.example.com:8443", "localhost:8080"] {
            let astray = CompleteLoginRequest { host: host.to_owned(), ..request.clone() };
            refused(&app, astray, "STATE_INVALID", host).await;
        }
        still_works(&app, request).await;
    }

    async fn a_state_is_for_the_browser_that_began_it(app) {
        let (begun, request) = at_the_callback(&app).await;
        let other = app.begin().await.browser_secret;
        let secret = begun.browser_secret;
        let wrong = [
            String::new(),
            other,
            secret[1..].to_owned(),
            format!("{secret} "),
            secret.to_lowercase(),
            format!("{secret}{secret}"),
            begun.cookie_name,
            begun.state[..200].to_owned(),
        ];
        for browser_secret in wrong {
            let request = CompleteLoginRequest { browser_secret, ..request.clone() };
            refused(&app, request, "BROWSER_MISMATCH", "another browser").await;
        }
        still_works(&app, request).await;
    }

    async fn a_state_lives_for_ten_minutes(app) {
        let second = Duration::from_secs(1);
        let (_, in_time) = at_the_callback(&app).await;
        app.clock.advance(STATE_LIFETIME.saturating_sub(second));
        still_works(&app, in_time).await;
        app.bitbucket.clear_requests();

        let (_, too_late) = at_the_callback(&app).await;
        app.clock.advance(STATE_LIFETIME + second);

        refused(&app, too_late, "STATE_EXPIRED", "a second too late").await;
        assert_eq!(app.rows("sign_ins").await, 1);
    }

    async fn of_twenty_callbacks_the_one_with_state_and_cookie_succeeds(app) {
        let (begun, right) = at_the_callback(&app).await;
        let other = app.begin().await;
        // Of a third sign-in: the other state has a cookie of its own, with which it would be right.
        let others_cookie = app.begin().await.browser_secret;
        let doubled = format!("{0}{0}", begun.state);
        let offered = [begun.state.as_str(), "", &other.state, " ", &doubled];
        let cookies = [begun.browser_secret.as_str(), "", &others_cookie, " "];
        let mut succeeded = Vec::new();
        for (s, state) in offered.into_iter().enumerate() {
            for (c, cookie) in cookies.into_iter().enumerate() {
                let request = CompleteLoginRequest {
                    state: state.to_owned(),
                    browser_secret: cookie.to_owned(),
                    ..right.clone()
                };
                match app.login().complete_login(request).await {
                    Ok(completed) => {
                        assert_eq!(outcome(completed.get_ref()), "SIGNED_IN");
                        succeeded.push((s, c));
                    }
                    Err(status) => {
                        let expected = if matches!(s, 0 | 2) { "BROWSER_MISMATCH" } else { "STATE_INVALID" };
                        // A doubled state may be longer than any that is taken at all.
                        let told = reason(&status);
                        let too_long = s == 4 && told == "FIELD_INVALID";
                        assert!(told == expected || too_long, "{s} {c}: {told}");
                    }
                }
            }
        }
        assert_eq!(succeeded, [(0, 0)]);
        assert_eq!(app.token_requests(), 1);
        assert_eq!(app.rows("sign_ins").await, 1);
    }

    async fn a_code_without_its_own_state_is_never_sent(app) {
        // The attacker's own sign-in, up to the callback, in the victim's browser.
        let attackers = app.begin().await;
        let stolen = app.consent(&attackers, "bob").await;
        let victims = app.begin().await;
        let request = app.complete_request(&victims, &stolen);

        refused(&app, request, "BROWSER_MISMATCH", "the attacker's callback").await;
    }
}
