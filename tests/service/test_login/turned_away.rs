//! Who comes back in another browser, or too late: whoever asked for the test is told, and the right
//! browser still finishes it.

use std::time::Duration;

use latchkey_domain::sign_in::{ABANDONED_AFTER, STATE_LIFETIME};
use latchkey_proto::v1::{CompleteLoginRequest, TestLogin, TestLoginState};

use crate::{
    both,
    harness::{
        TestApp,
        person::{Begun, Callback},
        reason,
        trying::{Asked, steps},
    },
};

async fn at_the_callback(app: &TestApp) -> (Asked, Begun, Callback) {
    let asked = app.ask_for_test().await;
    let begun = app.redeem_ticket(&asked.ticket).await.unwrap();
    let callback = app.consent(&begun, "alice").await;
    (asked, begun, callback)
}

/// A browser that did not begin, or that keeps no cookies.
async fn comes_back_in(app: &TestApp, browser: &str, begun: &Begun, callback: &Callback) -> String {
    let browser_secret = browser.to_owned();
    let request = app.complete_request(begun, callback);
    let request = CompleteLoginRequest { browser_secret, ..request };
    reason(&app.login().complete_login(request).await.unwrap_err())
}

/// The steps in one line each.
fn told(test_login: &TestLogin) -> Vec<String> {
    let line = |(kind, reason): (String, String)| format!("{kind} {reason}").trim_end().to_owned();
    steps(test_login).into_iter().map(line).collect()
}

const IN_ANOTHER_BROWSER: [&str; 2] = ["SEAL_OPENED", "BROWSER_MATCHED BROWSER_MISMATCH"];

both! {
    async fn another_browser_is_told_and_ends_nothing(app) {
        let (asked, begun, callback) = at_the_callback(&app).await;
        for browser in ["another-browser", "no-cookies", "another-browser"] {
            let refused = comes_back_in(&app, browser, &begun, &callback).await;
            assert_eq!(refused, "BROWSER_MISMATCH");
            let seen = app.test_login(&asked.name).await;
            assert_eq!(seen.state(), TestLoginState::UnderWay);
            assert_eq!(told(&seen), IN_ANOTHER_BROWSER);
            assert_eq!((&seen.failure, &seen.end_time), (&None, &None));
        }

        app.complete(&begun, &callback).await.unwrap();

        let over = app.test_login(&asked.name).await;
        assert_eq!(over.state(), TestLoginState::Passed);
        assert_eq!(over.steps.len(), 8, "nothing is left of the other browser: {over:?}");
        comes_back_in(&app, "another-browser", &begun, &callback).await;
        assert_eq!(app.test_login(&asked.name).await, over);
    }

    async fn a_test_that_only_another_browser_came_back_to_says_so_when_it_expires(app) {
        let (asked, begun, callback) = at_the_callback(&app).await;
        comes_back_in(&app, "another-browser", &begun, &callback).await;
        app.clock.advance(STATE_LIFETIME + ABANDONED_AFTER + Duration::from_secs(1));
        let over = app.test_login(&asked.name).await;
        assert_eq!(over.state(), TestLoginState::Expired);
        assert_eq!(told(&over), IN_ANOTHER_BROWSER);
    }

    async fn who_comes_back_too_late_is_told_as_such(app) {
        let (asked, begun, callback) = at_the_callback(&app).await;
        app.clock.advance(STATE_LIFETIME);
        let status = app.complete(&begun, &callback).await.unwrap_err();
        assert_eq!(reason(&status), "STATE_EXPIRED");
        let seen = app.test_login(&asked.name).await;
        assert_eq!(told(&seen), ["SEAL_OPENED", "BROWSER_MATCHED", "CLAIMED STATE_EXPIRED"]);
        app.clock.advance(Duration::from_secs(16));
        let over = app.test_login(&asked.name).await;
        assert_eq!((over.state(), over.steps), (TestLoginState::Expired, seen.steps));
    }

    async fn a_callback_of_another_host_is_noted_nowhere(app) {
        let (asked, begun, callback) = at_the_callback(&app).await;
        let request = app.complete_request(&begun, &callback);
        let request = CompleteLoginRequest { host: "other.example".to_owned(), ..request };
        let refused = app.login().complete_login(request).await.unwrap_err();
        assert_eq!(reason(&refused), "STATE_INVALID");
        assert_eq!(app.test_login(&asked.name).await.steps, []);
    }
}
