//! `GET /login/callback/{connection}`.

use latchkey_proto::v1::{
    CompleteLoginResponse, FailureReason, RefusalReason, SignInFailed, SignInRefused,
    complete_login_response::Outcome,
};

use crate::{
    app::{App, REDIRECT_URI, SECRET, STATE, STATE_SUFFIX, signed_in},
    browser,
};

#[tokio::test]
async fn a_sign_in_ends_at_the_application() {
    let app = App::start().await;

    let answer = app.callback(&format!("state={STATE}&code=provider-code&unknown=1")).await;

    let there = format!("{REDIRECT_URI}&code=login-code&state=app-state#_");
    assert_eq!((answer.status, answer.location()), (303, Some(there.as_str())));
    assert_eq!(answer.all("set-cookie"), [""; 0]);
    let asked = app.peer.complete.requests().remove(0);
    assert_eq!(asked.connection, "environments/dev/connections/bitbucket");
    assert_eq!(asked.host, "localhost:8080");
    assert_eq!((asked.state.as_str(), asked.browser_secret.as_str()), (STATE, SECRET));
    assert_eq!((asked.code.as_str(), asked.error.as_str()), ("provider-code", ""));
    let envelope = &app.peer.complete.envelopes()[0];
    assert_eq!(envelope.authorization, "Bearer gateway-key");
    assert_eq!(envelope.timeout, "15000000u");
}

#[tokio::test]
async fn over_https_only_the_host_bound_cookie_counts() {
    let app = App::https().await;
    let path = format!("/login/callback/bitbucket?state={STATE}&code=c");
    let bound = format!("__Host-latchkey-{STATE_SUFFIX}={SECRET}");
    let loose = format!("latchkey-{STATE_SUFFIX}={SECRET}");

    assert_eq!(app.get_with(&path, &[("Cookie", &loose)]).await.status, 403);
    assert_eq!(app.get_with(&path, &[("Cookie", &bound)]).await.status, 303);
    assert_eq!(app.peer.complete.requests()[0].host, "login.example.com");
}

#[tokio::test]
async fn one_of_twenty_combinations_of_state_and_cookie_signs_in() {
    let app = App::start().await;
    let states = [
        ("ok", format!("state={STATE}&")),
        ("absent", String::new()),
        ("other", "state=b3RoZXI&".to_owned()),
        ("empty", "state=&".to_owned()),
        ("twice", format!("state={STATE}&state={STATE}&")),
    ];
    let name = format!("latchkey-{STATE_SUFFIX}");
    let cookies = [
        ("ok", format!("{name}={SECRET}")),
        ("absent", "unrelated=1".to_owned()),
        ("other", format!("{name}=another-secret")),
        ("empty", format!("{name}=")),
    ];
    let mut signed_in = Vec::new();
    for (state, query) in &states {
        for (cookie, header) in &cookies {
            let path = format!("/login/callback/bitbucket?{query}code=c");
            let answer = app.get_with(&path, &[("Cookie", header)]).await;
            match answer.status {
                303 => signed_in.push((*state, *cookie)),
                400 | 403 => assert_eq!(answer.location(), None),
                other => panic!("{state} state, {cookie} cookie: {other}"),
            }
        }
    }
    assert_eq!(signed_in, [("ok", "ok")]);
    // The other one is a cookie of the right name: only the service can tell.
    assert_eq!(app.peer.complete.requests().len(), 2);
}

#[tokio::test]
async fn two_cookies_of_one_name_are_none() {
    let app = App::start().await;
    let name = format!("latchkey-{STATE_SUFFIX}");
    let cookies = format!("{name}={SECRET}; {name}=planted");

    let path = format!("/login/callback/bitbucket?state={STATE}&code=c");
    let page = app.get_with(&path, &[("Cookie", &cookies)]).await;

    assert_eq!(page.status, 403);
    assert!(page.body.contains("BROWSER_MISMATCH"));
    assert!(app.peer.complete.requests().is_empty());
}

#[tokio::test]
async fn a_query_that_no_provider_sends_is_refused() {
    let app = App::start().await;
    let good = format!("state={STATE}&code=c");
    for (query, reason) in [
        (format!("{good}&code=d"), "CALLBACK_INVALID"),
        (format!("{good}&state={STATE}"), "CALLBACK_INVALID"),
        (format!("state={STATE}&error=a&error=b"), "CALLBACK_INVALID"),
        (format!("{good}&error=access_denied"), "CALLBACK_INVALID"),
        (format!("state={STATE}&code={}", "c".repeat(2049)), "CALLBACK_INVALID"),
        (format!("state={STATE}&code=%0d%0ax"), "CALLBACK_INVALID"),
        (format!("state={STATE}&error={}", "e".repeat(129)), "CALLBACK_INVALID"),
        (format!("{good}&x={}", "x".repeat(4096)), "CALLBACK_INVALID"),
        (format!("{good}&access_token=t"), "TOKEN_IN_QUERY"),
        (format!("{good}&id_token="), "TOKEN_IN_QUERY"),
        ("code=c".to_owned(), "STATE_INVALID"),
        (String::new(), "STATE_INVALID"),
    ] {
        let page = app.callback(&query).await;

        assert_eq!((page.status, page.location()), (400, None), "{query}");
        assert!(page.body.contains(reason), "{query}: {}", page.body);
    }
    assert!(app.peer.complete.requests().is_empty());
}

#[tokio::test]
async fn what_is_as_long_as_it_may_be_arrives() {
    let app = App::start().await;

    assert_eq!(app.callback(&format!("state={STATE}&code={}", "c".repeat(2048))).await.status, 303);
    assert_eq!(app.callback(&format!("state={STATE}&error={}", "e".repeat(128))).await.status, 303);
    assert_eq!(app.callback(&format!("state={STATE}")).await.status, 303);

    let asked = app.peer.complete.requests();
    assert_eq!((asked[0].code.len(), asked[1].error.len()), (2048, 128));
    assert_eq!((asked[2].code.as_str(), asked[2].error.as_str()), ("", ""));
}

#[tokio::test]
async fn the_providers_own_words_go_nowhere() {
    let app = App::start().await;
    let words = "%3Cscript%3Ealert(1)%3C%2Fscript%3E";

    let query = format!("state={STATE}&error=access_denied&error_description={words}&error_uri=x");
    let answer = app.callback(&query).await;
    let page = app.get(&format!("/login/callback/bitbucket?{query}")).await;

    assert!(!answer.location().unwrap().contains("alert"));
    assert_eq!(page.status, 403);
    assert!(!page.body.contains("alert") && !page.body.contains("access_denied"));
    assert_eq!(app.peer.complete.requests()[0].error, "access_denied");
}

#[tokio::test]
async fn nothing_is_served_below_a_callback() {
    let app = App::start().await;
    let cookie = format!("latchkey-{STATE_SUFFIX}={SECRET}");
    for path in [
        "/login/callback/bitbucket/",
        "/login/callback/bitbucket/x",
        "/login/callback/bitbucket/..%2f",
        "/login/callback/bitbucket%2f",
        "/login/callback/bitbucket%2Fx",
        "/login/callback/bitbucket;a",
        "/login/callback/bitbucket%3Ba",
        "/login/callback/%62itbucket",
        "/login/callback/bitbucket%00",
        "/login/callback/bitbucket%FF",
        "/login/callback/bitbucket.",
        "/login/callback/",
        "/login/callback//bitbucket",
        "/login/callback/..",
    ] {
        let answer =
            app.get_with(&format!("{path}?state={STATE}&code=c"), &[("Cookie", &cookie)]).await;

        assert_eq!((answer.status, answer.body.as_str()), (404, ""), "{path}");
    }
    assert!(app.peer.complete.requests().is_empty());
}

#[tokio::test]
async fn only_get_finishes_a_sign_in() {
    let app = App::start().await;
    let cookie = format!("latchkey-{STATE_SUFFIX}={SECRET}");
    for method in ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"] {
        let line = format!("{method} /login/callback/bitbucket?state={STATE}&code=c");
        let answer = browser::send(app.address, &line, &[("Cookie", &cookie)], "").await;

        assert_eq!((answer.status, answer.header("allow")), (405, Some("GET")), "{method}");
        assert_eq!(answer.body, "");
    }
    assert!(app.peer.complete.requests().is_empty());
}

#[tokio::test]
async fn every_end_goes_to_the_application() {
    let app = App::start().await;
    let redirect_url = format!("{REDIRECT_URI}&error=access_denied&state=app-state");
    let there = format!("{redirect_url}#_");
    let refused = SignInRefused { redirect_url: redirect_url.clone(), ..refusal(1) };
    let failed = SignInFailed { redirect_url, ..failure(1) };
    for outcome in [Outcome::Refused(refused), Outcome::Failed(failed)] {
        ends(&app, Some(outcome));

        let answer = app.callback(&format!("state={STATE}&error=access_denied")).await;

        assert_eq!((answer.status, answer.location()), (303, Some(there.as_str())));
    }
}

#[tokio::test]
async fn an_end_with_nowhere_to_go_is_a_page_with_the_services_reference() {
    let app = App::start().await;
    let known = (1..100).filter_map(|reason| RefusalReason::try_from(reason).ok());
    let refusals = known.map(|reason| {
        let name = reason.as_str_name();
        let reason = reason.into();
        (Outcome::Refused(refusal(reason)), name.replace("REFUSAL_REASON_", ""))
    });
    let known = (1..100).filter_map(|reason| FailureReason::try_from(reason).ok());
    let failures = known.map(|reason| {
        let name = reason.as_str_name();
        let reason = reason.into();
        (Outcome::Failed(failure(reason)), name.replace("FAILURE_REASON_", ""))
    });
    for (outcome, reason) in refusals.chain(failures) {
        ends(&app, Some(outcome));

        let page = app.callback(&format!("state={STATE}&code=c")).await;

        assert!((400..600).contains(&page.status), "{reason}");
        assert_eq!(page.location(), None);
        assert!(page.body.contains("<code>ref-of-the-service</code>"), "{reason}");
        assert!(page.body.contains(&format!("<code>{reason}</code>")), "{reason}");
    }
}

#[tokio::test]
async fn a_redirect_keeps_the_fragment_that_it_has() {
    let app = App::start().await;
    app.peer.complete.answers(|_| Ok(signed_in("https://notes.example/cb?code=c#there")));

    let answer = app.callback(&format!("state={STATE}&code=c")).await;

    assert_eq!(answer.location(), Some("https://notes.example/cb?code=c#there"));
}

#[tokio::test]
async fn an_answer_that_cannot_be_followed_is_our_fault() {
    let app = App::start().await;
    for url in ["", "javascript:alert(1)", "/relative", "https://x.example/\r\nX-Evil: 1"] {
        app.peer.complete.answers(move |_| Ok(signed_in(url)));

        let page = app.callback(&format!("state={STATE}&code=c")).await;

        assert_eq!((page.status, page.location()), (500, None), "{url}");
        assert!(page.body.contains("ref-1"));
    }
    ends(&app, None);
    assert_eq!(app.callback(&format!("state={STATE}&code=c")).await.status, 500);
}

fn ends(app: &App, outcome: Option<Outcome>) {
    app.peer.complete.answers(move |_| Ok(CompleteLoginResponse { outcome: outcome.clone() }));
}

fn refusal(reason: i32) -> SignInRefused {
    let reference_id = "ref-of-the-service".to_owned();
    SignInRefused { reason, reference_id, ..SignInRefused::default() }
}

fn failure(reason: i32) -> SignInFailed {
    let reference_id = "ref-of-the-service".to_owned();
    SignInFailed { reason, redirect_url: String::new(), reference_id, application: None }
}
