//! Which browser a sign-in waits for.

use std::collections::BTreeMap;

use latchkey_proto::{v1::StartLoginResponse, well_known::Duration};

use super::*;
use crate::app::{PROVIDER, query};

/// States, and the ends of their cookies' names, computed elsewhere.
const STATES: [(&str, &str); 5] = [
    ("c3RhdGUx", "ERcjsp0svlTuwIYI"),
    ("c3RhdGUy", "9z-FHUs1j01jR84x"),
    ("c3RhdGUz", "VpFiSsp-0yBCm3eP"),
    ("c3RhdGU0", "5LAWuvQADDvXQ8YD"),
    ("c3RhdGU1", "OqMK1Sgizlo8Slls"),
];

/// The cookies of a browser.
#[derive(Default)]
struct Jar(BTreeMap<String, String>);

impl Jar {
    fn take(&mut self, answer: &Answer) {
        for cookie in answer.all("set-cookie") {
            let (pair, marks) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if marks.contains("Max-Age=0;") {
                self.0.remove(name);
            } else {
                self.0.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    fn sent(&self) -> String {
        let pairs: Vec<_> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    /// The names of those that belong to sign-ins under way.
    fn attempts(&self) -> Vec<String> {
        let names = self.0.keys().filter(|name| name.len() == "latchkey-".len() + 16);
        names.cloned().collect()
    }
}

fn wanted() -> EmailRequired {
    EmailRequired { continuation: CONTINUATION.to_owned(), ..EmailRequired::default() }
}

/// What the service says of a sign-in that has this state.
fn started(state: &str, suffix: &str) -> StartLoginResponse {
    StartLoginResponse {
        authorization_url: PROVIDER.to_owned(),
        browser_secret: format!("secret-{state}"),
        cookie_name: format!("latchkey-{suffix}"),
        cookie_max_age: Some(Duration { seconds: 600, nanos: 0 }),
    }
}

#[tokio::test]
async fn a_callback_that_waits_leads_to_a_page_of_its_own_and_keeps_the_cookie_for_longer() {
    let app = App::start().await;
    for step in [address_wanted(), code_wanted(EmailCodeProblem::Unspecified), link_wanted()] {
        app.peer.complete.answers(move |_| Ok(ends_in(step.clone())));

        let answer = app.callback(&format!("state={STATE}&code=c")).await;

        assert_eq!((answer.status, answer.location()), (303, Some(PAGE)));
        let kept = format!("{}; Path=/; Max-Age=2700; HttpOnly; SameSite=Lax", cookie());
        assert_eq!(answer.all("set-cookie"), [kept.as_str()]);
    }
}

#[tokio::test]
async fn a_callback_that_is_loaded_again_and_again_leaves_one_cookie() {
    let app = App::start().await;
    let mut jar = Jar::default();
    jar.take(&app.post("/login/bitbucket", &query(), &[]).await);
    let attempts = jar.attempts();
    for load in 0..10 {
        // The service seals each one anew.
        let mut step = EmailRequired { continuation: format!("{CONTINUATION}{load}"), ..wanted() };
        step.reference_id = "ref-of-the-wait".to_owned();
        app.peer.complete.answers(move |_| Ok(ends_in(Step::EmailRequired(step.clone()))));

        let path = format!("/login/callback/bitbucket?state={STATE}&code=c");
        let answer = app.get_with(&path, &[("Cookie", &jar.sent())]).await;

        assert_eq!(answer.status, 303);
        jar.take(&answer);
        assert_eq!(jar.attempts(), attempts);
    }
}

#[tokio::test]
async fn five_sign_ins_of_one_browser_wait_side_by_side_and_all_of_them_end() {
    let app = app(over()).await;
    let mut jar = Jar::default();
    let mut pages = Vec::new();
    for (state, suffix) in STATES {
        app.peer.start.answers(move |_| Ok(started(state, suffix)));
        jar.take(&app.post("/login/bitbucket", &query(), &[("Cookie", &jar.sent())]).await);
        app.peer.complete.answers(|_| Ok(ends_in(address_wanted())));
        let path = format!("/login/callback/bitbucket?state={state}&code=c");
        let waits = app.get_with(&path, &[("Cookie", &jar.sent())]).await;
        jar.take(&waits);
        pages.push((waits.location().unwrap().to_owned(), format!("secret-{state}")));
    }
    assert_eq!(jar.attempts().len(), STATES.len());
    for (page, secret) in pages {
        let answer =
            app.post(&format!("{page}/email"), "email=x", &[("Cookie", &jar.sent())]).await;
        assert_eq!(answer.status, 303, "{page}");
        assert_eq!(app.peer.submit.requests().last().unwrap().browser_secret, secret);
    }
}

#[tokio::test]
async fn a_wait_that_is_over_leaves_its_cookie_for_a_minute() {
    let app_over = app(over()).await;
    let sent_back = app(refused(&format!("{REDIRECT_URI}&error=access_denied"))).await;
    let told_here = app(refused("")).await;
    let soon = format!("{}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax", cookie());
    for app in [&app_over, &sent_back, &told_here] {
        assert_eq!(page(app, "en").await.all("set-cookie"), [soon.as_str()]);
        assert_eq!(post(app, "cancel", "").await.all("set-cookie"), [soon.as_str()]);
    }
}

#[tokio::test]
async fn a_browser_without_the_cookie_is_another_browser() {
    let app = app(address_wanted()).await;
    let twice = format!("{}; {}", cookie(), cookie());
    let other = format!("latchkey-mI9jxc0lsKgS2Cvb={SECRET}");
    for cookies in ["a=b", &other, &format!("latchkey-{STATE_SUFFIX}="), &twice] {
        for (deed, answer) in [
            ("", app.get_with(PAGE, &[("Cookie", cookies)]).await),
            ("/email", app.post(&format!("{PAGE}/email"), "email=x", &[("Cookie", cookies)]).await),
        ] {
            assert_eq!((answer.status, answer.location()), (403, None), "{cookies}{deed}");
            assert!(answer.body.contains("BROWSER_MISMATCH"), "{cookies}{deed}");
        }
    }
    assert!(app.peer.step.requests().is_empty() && app.peer.submit.requests().is_empty());
}

#[tokio::test]
async fn another_site_can_do_nothing_on_the_page() {
    let app = app(link_wanted()).await;
    for header in [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")] {
        for deed in ["email", "code", "resend", "link", "cancel"] {
            let path = format!("{PAGE}/{deed}");
            let page = app.post(&path, "", &[("Cookie", &cookie()), header]).await;

            assert_eq!((page.status, page.location()), (403, None), "{header:?}");
            assert!(page.body.contains("CROSS_SITE"), "{header:?}");
        }
    }
    assert!(app.peer.confirm.requests().is_empty() && app.peer.cancel.requests().is_empty());
}
