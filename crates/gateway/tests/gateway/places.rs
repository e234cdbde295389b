//! Custom domains of organizations, beside the environment's own.

use latchkey_proto::{v1::RedeemTestTicketResponse, well_known::Duration};

use crate::{
    app::{App, PROVIDER, SECRET, STATE, attempt_cookie, query},
    browser::Answer,
    peer::field_refusal,
};

/// Where the tests' own proxy is: they speak to the gateway directly.
const HERE: &str = "127.0.0.0/8";
const TICKET: &str = "/login/test/lk_test_a-ticket";

/// A gateway on `login.example.com` that believes the tests.
async fn app() -> App {
    let app = App::at("https://login.example.com", HERE).await;
    app.peer.ticket.answers(|asked| {
        Ok(RedeemTestTicketResponse {
            authorization_url: PROVIDER.to_owned(),
            browser_secret: SECRET.to_owned(),
            cookie_name: attempt_cookie(&asked.host),
            cookie_max_age: Some(Duration { seconds: 2700, nanos: 0 }),
        })
    });
    app
}

/// Makes every call once, from a browser that is on `host`; gives the answers.
async fn every_call(app: &App, host: &str, headers: &[(&str, &str)]) -> [Answer; 4] {
    let cookie = format!("{}={SECRET}", attempt_cookie(host));
    let with_cookie = [headers, &[("Cookie", &cookie)]].concat();
    let callback = format!("/login/callback/bitbucket?state={STATE}&code=c");
    [
        app.get_with(&format!("/login?{}", query()), headers).await,
        app.post("/login/bitbucket", &query(), headers).await,
        app.get_with(&callback, &with_cookie).await,
        app.post(TICKET, "", headers).await,
    ]
}

/// The hosts that the last calls named.
fn hosts(app: &App) -> [String; 4] {
    let peer = &app.peer;
    [
        peer.options.requests().pop().unwrap().host,
        peer.start.requests().pop().unwrap().host,
        peer.complete.requests().pop().unwrap().host,
        peer.ticket.requests().pop().unwrap().host,
    ]
}

#[tokio::test]
async fn a_listed_proxy_says_on_which_host_each_request_is() {
    let app = app().await;
    let cases: [(&str, &[(&str, &str)]); 7] = [
        ("acme.example", &[("Host", "acme.example")]),
        ("acme.example", &[("Host", "ACME.Example:443")]),
        ("acme.example:8443", &[("Host", "acme.example:8443")]),
        ("acme.example", &[("Host", "10.1.2.3:8080"), ("X-Forwarded-Host", "acme.example")]),
        ("acme.example", &[("Host", "no host"), ("X-Forwarded-Host", "Acme.Example")]),
        ("login.example.com", &[("Host", "login.example.com")]),
        (
            "login.example.com",
            &[("Host", "acme.example"), ("X-Forwarded-Host", "LOGIN.example.com:443")],
        ),
    ];
    for (host, headers) in cases {
        let answers = every_call(&app, host, headers).await;

        assert_eq!(answers.map(|answer| answer.status), [200, 303, 303, 303], "{headers:?}");
        assert_eq!(hosts(&app), [host; 4], "{headers:?}");
    }
}

#[tokio::test]
async fn who_is_not_listed_is_not_believed() {
    for proxies in ["", "10.0.0.0/8", "::1/128"] {
        let app = App::at("https://login.example.com", proxies).await;
        let forged = [("Host", "acme.example"), ("X-Forwarded-Host", "acme.example")];
        let twice = [("X-Forwarded-Host", "acme.example"), ("X-Forwarded-Host", "no host")];
        for headers in [forged, twice] {
            let [page, started, done, _] = every_call(&app, "login.example.com", &headers).await;

            assert_eq!([page.status, started.status, done.status], [200, 303, 303], "{proxies}");
            assert!(started.cookie(&attempt_cookie("login.example.com")).is_some());
            assert_eq!(hosts(&app), ["login.example.com"; 4], "{proxies}");
        }
    }
}

#[tokio::test]
async fn a_form_comes_from_the_host_that_it_goes_to() {
    let app = app().await;
    for (host, origin, status) in [
        ("acme.example", "https://acme.example", 303),
        ("acme.example:8443", "https://acme.example:8443", 303),
        ("acme.localhost:8080", "http://acme.localhost:8080", 303),
        ("login.example.com", "https://login.example.com", 303),
        ("acme.example", "https://login.example.com", 403),
        ("login.example.com", "https://acme.example", 403),
        ("acme.example", "http://acme.example", 403),
        ("acme.example:8443", "https://acme.example", 403),
        ("acme.localhost:8080", "https://acme.localhost:8080", 403),
    ] {
        for (path, form) in [("/login/bitbucket", query()), (TICKET, String::new())] {
            let answer = app.post(path, &form, &[("Host", host), ("Origin", origin)]).await;

            assert_eq!(answer.status, status, "{origin} to {host}");
        }
    }
}

#[tokio::test]
async fn a_custom_domain_goes_by_https() {
    let app = App::at("http://localhost:8080", HERE).await;

    let answer = app.post("/login/bitbucket", &query(), &[("Host", "acme.example")]).await;

    let name = attempt_cookie("acme.example");
    let rest = "HttpOnly; SameSite=Lax; Secure";
    let attempt = format!("{name}={SECRET}; Path=/; Max-Age=2700; {rest}");
    assert_eq!(answer.cookie(&name), Some(attempt.as_str()));
    let last = format!("__Host-latchkey-last=bitbucket; Path=/; Max-Age=15552000; {rest}");
    assert_eq!(answer.cookie("__Host-latchkey-last"), Some(last.as_str()));
    assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"));
}

#[tokio::test]
async fn a_custom_domain_on_loopback_goes_by_http() {
    let app = App::at("https://login.example.com", HERE).await;

    for host in ["acme.localhost:8080", "localhost"] {
        let answer = app.post("/login/bitbucket", &query(), &[("Host", host)]).await;

        let name = attempt_cookie(host);
        let attempt = format!("{name}={SECRET}; Path=/; Max-Age=2700; HttpOnly; SameSite=Lax");
        assert_eq!(answer.cookie(&name), Some(attempt.as_str()), "{host}");
        assert!(answer.cookie("latchkey-last").is_some(), "{host}");
        assert_eq!(answer.header("strict-transport-security"), None, "{host}");
    }
}

#[tokio::test]
async fn a_proxy_that_names_no_host_or_two_gets_a_page() {
    let app = app().await;
    let cases: [&[(&str, &str)]; 8] = [
        &[("X-Forwarded-Host", "acme.example"), ("X-Forwarded-Host", "acme.example")],
        &[("X-Forwarded-Host", "acme.example"), ("X-Forwarded-Host", "evil.example")],
        &[("X-Forwarded-Host", "evil.example, acme.example")],
        &[("X-Forwarded-Host", "evil.example,acme.example")],
        &[("X-Forwarded-Host", "")],
        &[("X-Forwarded-Host", "ann@acme.example")],
        &[("Host", "acme.example"), ("Host", "evil.example")],
        &[("Host", "acme.example/x")],
    ];
    for headers in cases {
        let mut answers = Vec::from(every_call(&app, "acme.example", headers).await);
        answers.push(app.get_with(TICKET, headers).await);

        for page in answers {
            assert_eq!((page.status, page.location()), (400, None), "{headers:?}");
            assert!(page.body.contains("<code>HOST_INVALID</code>"), "{headers:?}: {}", page.body);
            assert!(page.body.contains("Nobody signs in at this address"));
            assert_eq!(page.all("set-cookie"), [""; 0]);
        }
    }
    assert!(app.peer.options.requests().is_empty() && app.peer.start.requests().is_empty());
    assert!(app.peer.complete.requests().is_empty() && app.peer.ticket.requests().is_empty());
}

#[tokio::test]
async fn a_host_that_the_service_refuses_gets_a_page_of_its_own() {
    let app = app().await;
    app.peer.options.answers(|_| Err(field_refusal("host")));
    app.peer.start.answers(|_| Err(field_refusal("host")));
    app.peer.complete.answers(|_| Err(field_refusal("host")));
    app.peer.ticket.answers(|_| Err(field_refusal("host")));
    for (language, title) in [
        ("en", "Nobody signs in at this address"),
        ("de", "Unter dieser Adresse meldet sich niemand an"),
    ] {
        let headers = [("Host", "evil.example"), ("Accept-Language", language)];
        let mut answers = Vec::from(every_call(&app, "evil.example", &headers).await);
        // Malformed, so that an error would be redirected.
        let malformed = format!("/login?{}&intent=x", query());
        answers.push(app.get_with(&malformed, &headers).await);

        for page in answers {
            assert_eq!((page.status, page.location()), (421, None));
            assert!(page.body.contains(&format!("<title>{title}</title>")), "{}", page.body);
            assert!(page.body.contains("<code>HOST_UNKNOWN</code>"));
            assert!(!page.body.contains("class=\"action\""), "there is nothing to begin here");
            assert_eq!(page.all("set-cookie"), [""; 0]);
        }
    }
}

#[tokio::test]
async fn health_is_told_on_any_host() {
    let app = app().await;
    for host in ["10.1.2.3:8080", "evil.example", "no host", ""] {
        for path in ["/healthz", "/readyz"] {
            assert_eq!(app.get_with(path, &[("Host", host)]).await.status, 200, "{host:?}");
        }
    }
}
