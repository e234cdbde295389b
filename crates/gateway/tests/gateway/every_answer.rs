//! What every answer carries, whatever it is.

use tonic::Code;

use crate::{
    app::{App, SECRET, STATE, STATE_SUFFIX, query},
    browser::{self, Answer},
    peer::field_refusal,
};

const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

const TRANSPORT: &str = "max-age=31536000; includeSubDomains";

/// Requests that reach every route, and every kind of answer.
#[expect(clippy::too_many_lines, reason = "a line for each request")]
fn requests() -> Vec<(String, u16)> {
    let query = query();
    [
        ("GET /", 200),
        ("GET /demo/sign-in", 303),
        ("POST /demo/add-account", 400),
        ("GET /demo/add-account", 405),
        ("GET /demo/callback", 400),
        ("PUT /demo/callback", 405),
        ("GET /healthz", 200),
        ("HEAD /healthz", 200),
        ("GET /login", 400),
        ("GET /login?application=other&redirect_uri=x", 404),
        (&format!("GET /login?{query}"), 200),
        (&format!("GET /login?{query}&link_ticket=lk_link_x"), 200),
        (&format!("HEAD /login?{query}"), 200),
        (&format!("GET /login?{query}&connection=bitbucket"), 303),
        (&format!("GET /login?{query}&intent=x"), 303),
        ("GET /login/bitbucket", 405),
        ("POST /login/bitbucket", 400),
        ("POST /login/no;thing", 404),
        ("GET /login/callback/bitbucket", 400),
        ("POST /login/callback/bitbucket", 405),
        ("GET /login/callback/bitbucket/x", 404),
        ("GET /login/callback/bitbucket;a", 404),
        ("GET /login/test/lk_test_x", 200),
        ("PUT /login/test/lk_test_x", 405),
        ("GET /login/continue/0000000000000000.x", 403),
        ("PUT /login/continue/0000000000000000.x", 405),
        ("GET /login/continue/no;thing", 404),
        ("GET /login/continue/0000000000000000.x/code", 303),
        ("POST /login/continue/0000000000000000.x/code", 403),
        ("PUT /login/continue/0000000000000000.x/code", 405),
        ("POST /login/continue/0000000000000000.x/y", 403),
        ("GET /.well-known/jwks.json", 500),
        ("POST /.well-known/jwks.json", 405),
        ("GET /.well-known/openid-configuration", 404),
        ("GET /assets/x/style.css", 404),
        ("GET /logos/notes/x", 404),
        ("POST /logos/notes/x", 405),
        ("GET /nowhere", 404),
        ("GET /%FF", 404),
        ("OPTIONS /login", 405),
    ]
    .map(|(line, status)| (line.to_owned(), status))
    .to_vec()
}

fn assert_hardened(answer: &Answer, transport: Option<&str>, what: &str) {
    for (name, value) in [
        ("strict-transport-security", transport),
        ("content-security-policy", Some(POLICY)),
        ("x-content-type-options", Some("nosniff")),
        ("referrer-policy", Some("no-referrer")),
        ("cross-origin-opener-policy", Some("same-origin")),
        ("x-frame-options", Some("DENY")),
        ("cache-control", Some("no-store")),
    ] {
        assert_eq!(answer.header(name), value, "{name} of {what}");
    }
    let foreign = |(name, _): &(String, String)| name.starts_with("access-control-");
    assert!(!answer.headers.iter().any(foreign), "CORS on {what}");
}

#[tokio::test]
async fn every_answer_is_hardened() {
    for (app, transport) in [(App::start().await, None), (App::https().await, Some(TRANSPORT))] {
        for (line, status) in requests() {
            let headers = [("Origin", "https://evil.example")];
            let headers = if line.starts_with("POST") { &[][..] } else { &headers[..] };
            let answer = browser::send(app.address, &line, headers, "").await;

            assert_eq!(answer.status, status, "{line}");
            assert_hardened(&answer, transport, &line);
        }
    }
}

#[tokio::test]
async fn a_customers_domain_alone_is_bound_to_https_and_nothing_below_it() {
    let app = App::at("https://login.example.com", "127.0.0.1/32").await;
    for (line, status) in requests() {
        // The demo application has a place of its own.
        if line.contains("/demo") || line.ends_with(" /") {
            continue;
        }
        let answer = browser::send(app.address, &line, &[("Host", "acme.example")], "").await;

        assert_eq!(answer.status, status, "{line}");
        assert_hardened(&answer, Some("max-age=31536000"), &line);
    }
}

#[tokio::test]
async fn an_answer_to_a_host_that_is_none_is_hardened() {
    let app = App::at("https://login.example.com", "127.0.0.1/32").await;
    app.peer.options.answers(|_| Err(field_refusal("host")));
    let line = format!("GET /login?{}", query());
    for (host, status, transport) in
        [("no host", 400, TRANSPORT), ("evil.example", 421, "max-age=31536000")]
    {
        let answer = browser::send(app.address, &line, &[("Host", host)], "").await;

        assert_eq!(answer.status, status, "{host}");
        assert_hardened(&answer, Some(transport), host);
    }
}

#[tokio::test]
async fn every_answer_to_a_callback_is_hardened() {
    let app = App::start().await;
    let cookie = format!("latchkey-{STATE_SUFFIX}={SECRET}");
    let path = format!("/login/callback/bitbucket?state={STATE}&code=c");

    let redirect = app.get_with(&path, &[("Cookie", &cookie)]).await;
    app.peer.complete.refuses(Code::Internal, "INTERNAL");
    let fault = app.get_with(&path, &[("Cookie", &cookie)]).await;
    let too_large = app.post("/login/bitbucket", &"x".repeat(17 * 1024), &[]).await;

    for (answer, status) in [(redirect, 303), (fault, 500), (too_large, 413)] {
        assert_eq!(answer.status, status);
        assert_hardened(&answer, None, &format!("a {status}"));
    }
}

#[tokio::test]
async fn assets_are_kept_for_a_year_at_addresses_that_name_their_content() {
    let app = App::start().await;
    let page = app.get(&format!("/login?{}", query())).await;
    let linked: Vec<&str> =
        page.body.split('"').filter(|part| part.starts_with("/assets/")).collect();
    assert!(linked.len() >= 3, "{linked:?}");
    for path in linked {
        let asset = app.get(path).await;

        let kind =
            if path.ends_with("/style.css") { "text/css; charset=utf-8" } else { "image/svg+xml" };
        assert_eq!((asset.status, asset.header("content-type")), (200, Some(kind)), "{path}");
        let kept = "public, max-age=31536000, immutable";
        assert_eq!(asset.header("cache-control"), Some(kept));
        assert_eq!(asset.header("content-security-policy"), Some(POLICY));
        assert_eq!(asset.header("x-content-type-options"), Some("nosniff"));
    }
}
