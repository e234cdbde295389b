//! `POST /login/{connection}`.

use latchkey_proto::v1::{LoginIntent, StartLoginResponse};
use latchkey_proto::well_known::Duration;
use tonic::Code;

use crate::{
    app::{App, CHALLENGE, PROVIDER, REDIRECT_URI, SECRET, STATE_SUFFIX, query},
    peer::field_refusal,
};

#[tokio::test]
async fn a_click_leads_to_the_provider() {
    let app = App::start().await;
    let form = format!("{}&organization=acme&intent=sign_up&login_hint=ann&prompt=login", query());

    let answer = app.post("/login/bitbucket", &form, &[]).await;

    assert_eq!((answer.status, answer.location()), (303, Some(PROVIDER)));
    let asked = app.peer.start.requests().remove(0);
    assert_eq!(asked.connection, "environments/dev/connections/bitbucket");
    assert_eq!(asked.application, "environments/dev/applications/notes");
    assert_eq!(asked.redirect_uri, REDIRECT_URI);
    assert_eq!(asked.state, "app-state");
    assert_eq!(asked.code_challenge, CHALLENGE);
    assert_eq!(asked.host, "localhost:8080");
    assert_eq!(asked.organization, "environments/dev/organizations/acme");
    assert_eq!(asked.intent(), LoginIntent::SignUp);
    assert_eq!((asked.login_hint.as_str(), asked.prompt.as_str()), ("ann", "login"));
    let envelope = &app.peer.start.envelopes()[0];
    assert_eq!(envelope.authorization, "Bearer gateway-key");
    assert_eq!(envelope.timeout, "5000000u");
}

#[tokio::test]
async fn over_https_cookies_are_host_bound_and_secure() {
    let app = App::https().await;

    let answer = app.post("/login/bitbucket", &query(), &[]).await;

    let rest = "HttpOnly; SameSite=Lax; Secure";
    let name = format!("__Host-latchkey-{STATE_SUFFIX}");
    let attempt = format!("{name}={SECRET}; Path=/; Max-Age=2700; {rest}");
    assert_eq!(answer.cookie(&name), Some(attempt.as_str()));
    let last = format!("__Host-latchkey-last=bitbucket; Path=/; Max-Age=15552000; {rest}");
    assert_eq!(answer.cookie("__Host-latchkey-last"), Some(last.as_str()));
    assert_eq!(answer.all("set-cookie").len(), 2);
    assert_eq!(app.peer.start.requests()[0].host, "login.example.com");
}

#[tokio::test]
async fn over_loopback_http_cookies_go_without_secure() {
    let app = App::start().await;

    let answer = app.post("/login/bitbucket", &query(), &[]).await;

    let name = format!("latchkey-{STATE_SUFFIX}");
    let attempt = format!("{name}={SECRET}; Path=/; Max-Age=2700; HttpOnly; SameSite=Lax");
    assert_eq!(answer.cookie(&name), Some(attempt.as_str()));
    assert_eq!(answer.all("set-cookie").len(), 2);
}

#[tokio::test]
async fn a_sixth_sign_in_ends_the_oldest() {
    let app = App::start().await;
    let name = |n: usize| format!("latchkey-{n:016}");
    let jar = |n: usize| {
        let mut pairs: Vec<String> = (0..n).map(|n| format!("{}=s", name(n))).collect();
        pairs.push("latchkey-last=bitbucket; latchkey-demo=x; other-0000000000000000=y".into());
        pairs.join("; ")
    };
    for (brought, expired) in [(0, 0), (4, 0), (5, 1), (7, 3)] {
        let answer = app.post("/login/bitbucket", &query(), &[("Cookie", &jar(brought))]).await;

        let cookies = answer.all("set-cookie");
        let gone: Vec<&&str> =
            cookies.iter().filter(|cookie| cookie.contains("Max-Age=0;")).collect();
        assert_eq!(gone.len(), expired, "{cookies:?}");
        for (n, cookie) in gone.into_iter().enumerate() {
            let forget = format!("{}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax", name(n));
            assert_eq!(*cookie, forget);
        }
    }
}

#[tokio::test]
async fn another_site_cannot_begin_a_sign_in() {
    let app = App::start().await;
    let ours = ("Origin", "http://localhost:8080");
    let refused: [&[(&str, &str)]; 9] = [
        &[("Sec-Fetch-Site", "cross-site")],
        &[("Sec-Fetch-Site", "same-site")],
        &[("Sec-Fetch-Site", "cross-site"), ours],
        &[("Sec-Fetch-Site", "same-origin"), ("Origin", "https://evil.example")],
        &[("Origin", "https://evil.example")],
        &[("Origin", "http://localhost:8081")],
        &[("Origin", "https://localhost:8080")],
        &[("Origin", "http://localhost:8080.evil.example")],
        &[("Origin", "null")],
    ];
    for headers in refused {
        let page = app.post("/login/bitbucket", &query(), headers).await;

        assert_eq!(page.status, 403, "{headers:?}");
        assert!(page.body.contains("CROSS_SITE"));
        assert_eq!(page.all("set-cookie"), [""; 0]);
    }
    assert!(app.peer.start.requests().is_empty());
}

#[tokio::test]
async fn our_own_page_can_begin_a_sign_in() {
    let app = App::start().await;
    let ours: [&[(&str, &str)]; 4] = [
        &[],
        &[("Origin", "http://localhost:8080")],
        &[("Sec-Fetch-Site", "same-origin"), ("Origin", "http://localhost:8080")],
        // What browsers send from a page with `Referrer-Policy: no-referrer`.
        &[("Sec-Fetch-Site", "same-origin"), ("Origin", "null")],
    ];
    for headers in ours {
        assert_eq!(
            app.post("/login/bitbucket", &query(), headers).await.status,
            303,
            "{headers:?}"
        );
    }
}

#[tokio::test]
async fn forged_host_headers_change_nothing() {
    let app = App::start().await;
    let forged = [
        ("Host", "evil.example"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-For", "203.0.113.9"),
        ("Forwarded", "host=evil.example;proto=https"),
    ];

    let honest = app.post("/login/bitbucket", &query(), &[]).await;
    let answer = app.post("/login/bitbucket", &query(), &forged).await;

    assert_eq!(answer.location(), honest.location());
    assert_eq!(answer.all("set-cookie"), honest.all("set-cookie"));
    let asked = app.peer.start.requests();
    assert_eq!(asked[0], asked[1]);
    assert_eq!(asked[1].host, "localhost:8080");
}

#[tokio::test]
async fn a_form_that_is_not_right_starts_nothing() {
    let app = App::start().await;
    let good = query();
    for form in [
        String::new(),
        format!("{good}&state=again"),
        format!("{good}&redirect_uri=x"),
        good.replace(CHALLENGE, "short"),
        format!("{good}&code_challenge_method=plain"),
        format!("{good}&organization=no;thing"),
        format!("{good}&organization=acme&organization=acme"),
    ] {
        let page = app.post("/login/bitbucket", &form, &[]).await;

        assert_eq!((page.status, page.location()), (400, None), "{form}");
        assert!(page.body.contains("LINK_INVALID"));
    }
    let json = app.post("/login/bitbucket", "{}", &[("Content-Type", "application/json")]).await;
    assert_eq!(json.status, 400);
    assert!(app.peer.start.requests().is_empty());
}

#[tokio::test]
async fn a_body_of_more_than_16_kib_is_not_read() {
    let app = App::start().await;
    let form = format!("{}&x={}", query(), "x".repeat(16 * 1024));

    let page = app.post("/login/bitbucket", &form, &[]).await;

    assert_eq!(page.status, 413);
    assert!(page.body.contains("REQUEST_TOO_LARGE"));
}

#[tokio::test]
async fn a_connection_that_is_off_offers_the_other_ways() {
    let app = App::start().await;
    app.peer.start.refuses(Code::FailedPrecondition, "CONNECTION_DISABLED");

    let page = app.post("/login/bitbucket?ui_locales=de", &query(), &[]).await;

    assert_eq!((page.status, page.location()), (403, None));
    assert!(page.body.contains(r#"<html lang="de">"#));
    assert!(page.body.contains(r#"href="/login?application=notes&"#), "{}", page.body);
    assert!(page.body.contains("ui_locales=de"));
    assert_eq!(page.all("set-cookie"), [""; 0]);
}

#[tokio::test]
async fn an_organization_that_the_service_refuses_is_a_link_that_does_not_work() {
    let app = App::start().await;
    app.peer.start.answers(|_| Err(field_refusal("organization")));

    let form = format!("{}&organization=acme", query());
    let page = app.post("/login/bitbucket", &form, &[]).await;

    assert_eq!((page.status, page.location()), (400, None));
    assert!(page.body.contains("This sign-in link does not work"), "{}", page.body);
}

#[tokio::test]
async fn an_answer_that_does_not_fit_this_site_is_not_passed_on() {
    let app = App::https().await;
    let good = StartLoginResponse {
        authorization_url: PROVIDER.to_owned(),
        browser_secret: SECRET.to_owned(),
        cookie_name: format!("__Host-latchkey-{STATE_SUFFIX}"),
        cookie_max_age: Some(Duration { seconds: 60, nanos: 0 }),
    };
    let changes: [fn(&mut StartLoginResponse); 6] = [
        |answer| answer.cookie_name = format!("latchkey-{STATE_SUFFIX}"),
        |answer| answer.cookie_name = "__Host-latchkey-short".to_owned(),
        |answer| answer.browser_secret = "x; Domain=example.com".to_owned(),
        |answer| answer.cookie_max_age = None,
        |answer| answer.authorization_url = "javascript:alert(1)".to_owned(),
        |answer| answer.authorization_url = "https://x.example/\r\nX-Evil: 1".to_owned(),
    ];
    for change in changes {
        let mut answer = good.clone();
        change(&mut answer);
        app.peer.start.answers(move |_| Ok(answer.clone()));

        let page = app.post("/login/bitbucket", &query(), &[]).await;

        assert_eq!((page.status, page.location()), (500, None));
        assert_eq!(page.all("set-cookie"), [""; 0]);
        assert_eq!(page.header("x-evil"), None);
    }
}
