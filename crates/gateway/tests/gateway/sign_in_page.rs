//! `GET /login`.

use latchkey_proto::v1::{ListLoginOptionsResponse, LoginIntent};
use tonic::Code;
use url::form_urlencoded;

use crate::app::{App, CHALLENGE, PROVIDER, REDIRECT_URI, REDIRECT_URI_ENCODED, option, query};

#[tokio::test]
async fn the_page_offers_every_way_in() {
    let app = App::start().await;

    let page = app.get(&format!("/login?{}", query())).await;

    assert_eq!(page.status, 200);
    assert!(page.body.contains("<h1>Sign in to Acme Notes</h1>"), "{}", page.body);
    assert!(page.body.contains("Continue with Bitbucket</span>"));
    assert!(page.body.contains("Continue with Bitbucket at work</span>"));
    assert!(page.body.contains(r#"<form method="post" action="/login/bitbucket">"#));
    assert!(page.body.contains(r#"<form method="post" action="/login/second">"#));
    assert_eq!(page.all("set-cookie"), [""; 0]);
}

#[tokio::test]
async fn the_service_is_asked_with_full_names_a_key_and_a_deadline() {
    let app = App::start().await;

    app.get(&format!("/login?{}", query())).await;

    let asked = app.peer.options.requests();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].application, "environments/dev/applications/notes");
    assert_eq!(asked[0].redirect_uri, REDIRECT_URI);
    assert_eq!(asked[0].host, "localhost:8080");
    let envelope = &app.peer.options.envelopes()[0];
    assert_eq!(envelope.authorization, "Bearer gateway-key");
    assert_eq!(envelope.timeout, "5000000u");
}

#[tokio::test]
async fn the_forms_carry_the_request_on() {
    let app = App::start().await;
    let hints = "&login_hint=ann%40example.com&prompt=login&intent=sign_up&ui_locales=de\
                 &organization=environments%2Fdev%2Forganizations%2Facme";

    let page = app.get(&format!("/login?{}{hints}", query())).await;

    for (name, value) in [
        ("application", "notes"),
        ("redirect_uri", REDIRECT_URI),
        ("state", "app-state"),
        ("code_challenge", CHALLENGE),
        ("organization", "acme"),
        ("intent", "sign_up"),
        ("login_hint", "ann@example.com"),
        ("prompt", "login"),
    ] {
        let field = format!(r#"<input type="hidden" name="{name}" value="{value}">"#);
        assert_eq!(page.body.matches(&field).count(), 2, "{field}");
    }
    assert!(page.body.contains(r#"action="/login/second?ui_locales=de""#));
}

#[tokio::test]
async fn names_cannot_bring_markup() {
    let app = App::start().await;
    app.peer.options.answers(|_| {
        Ok(ListLoginOptionsResponse {
            application_logo: None,
            application_display_name: "<script>alert(1)</script>".to_owned(),
            options: vec![option("bitbucket", r#""><img src=x onerror=alert(2)>"#)],
        })
    });
    let state = r"%22%3E%3Cscript%3E";
    let query = query().replace("app-state", state);

    let page = app.get(&format!("/login?{query}")).await;

    assert_eq!(page.status, 200);
    assert!(page.body.contains("alert(1)") && page.body.contains("alert(2)"));
    assert!(!page.body.contains("<script"), "{}", page.body);
    assert!(!page.body.contains("<img src=x"), "{}", page.body);
}

#[tokio::test]
async fn an_application_without_a_way_in_says_so() {
    let app = App::start().await;
    app.peer.options.answers(|_| {
        let application_display_name = "A".to_owned();
        Ok(ListLoginOptionsResponse { application_display_name, ..Default::default() })
    });

    let page = app.get(&format!("/login?{}", query())).await;

    assert_eq!(page.status, 200);
    assert!(page.body.contains("No way to sign in has been set up"));
    assert!(!page.body.contains("<form"));
}

#[tokio::test]
async fn the_way_in_used_last_is_marked() {
    let app = App::start().await;
    let path = format!("/login?{}", query());

    let marked = app.get_with(&path, &[("Cookie", "a=b; latchkey-last=second")]).await;
    let unknown = app.get_with(&path, &[("Cookie", "latchkey-last=gone")]).await;

    let (_, second) = marked.body.split_once("Bitbucket at work").unwrap();
    assert!(second.contains("Last used"));
    assert_eq!(marked.body.matches("Last used").count(), 1);
    assert!(!unknown.body.contains("Last used"));
}

#[tokio::test]
async fn a_named_connection_skips_the_page() {
    let app = App::start().await;

    for connection in ["bitbucket", "environments%2Fdev%2Fconnections%2Fbitbucket"] {
        let rest = format!("connection={connection}&organization=acme&intent=sign_in");
        let path = format!("/login?{}&{rest}", query());
        let answer = app.get(&path).await;

        assert_eq!((answer.status, answer.location()), (303, Some(PROVIDER)));
        assert_eq!(answer.all("set-cookie").len(), 2);
    }
    let started = app.peer.start.requests().remove(0);
    assert_eq!(started.connection, "environments/dev/connections/bitbucket");
    assert_eq!(started.organization, "environments/dev/organizations/acme");
    assert_eq!(started.intent(), LoginIntent::SignIn);
    assert_eq!(app.peer.options.requests().len(), 0);
}

#[tokio::test]
async fn the_prompt_create_means_to_sign_up_and_does_not_go_to_the_provider() {
    let app = App::start().await;
    for (asked, intent, prompt) in [
        ("prompt=create", LoginIntent::SignUp, ""),
        ("prompt=create&intent=sign_in", LoginIntent::SignIn, "create"),
        ("prompt=login&intent=sign_up", LoginIntent::SignUp, "login"),
        ("prompt=login", LoginIntent::Unspecified, "login"),
    ] {
        app.get(&format!("/login?{}&connection=bitbucket&{asked}", query())).await;

        let started = app.peer.start.requests().pop().unwrap();
        assert_eq!((started.intent(), &*started.prompt), (intent, prompt), "{asked}");
    }
}

#[tokio::test]
async fn an_address_that_is_not_registered_is_never_gone_to() {
    let app = App::start().await;
    let variants = [
        "https://evil.example/",
        "https://notes.example/cb",
        "https://notes.example/cb?from=latchkey#x",
        "https://notes.example/cb?from=latchkey&x=1",
        "https://NOTES.example/cb?from=latchkey",
        "https://notes.example//cb?from=latchkey",
        "https://notes.example/./cb?from=latchkey",
        "https://notes.example:443/cb?from=latchkey",
        "https://notes.example./cb?from=latchkey",
        "https://notes.example@evil.example/cb?from=latchkey",
        "https://notes.example\\@evil.example/cb?from=latchkey",
        "//notes.example/cb?from=latchkey",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://notes.example/cb?from=latchkey\t",
        "https://notes.example/cb?from=latchkey\r\nX-Evil: 1",
        " https://notes.example/cb?from=latchkey",
        "/cb",
        "x",
    ];
    for variant in variants {
        let encoded: String = form_urlencoded::byte_serialize(variant.as_bytes()).collect();
        // Malformed beside the address too: then an error would be redirected.
        for rest in ["", &format!("&code_challenge={CHALLENGE}"), "&code_challenge=short"] {
            let path = format!("/login?application=notes&redirect_uri={encoded}&state=s{rest}");
            let page = app.get(&path).await;

            assert_eq!((page.status, page.location()), (400, None), "{variant:?}");
            assert!(page.body.contains("REDIRECT_URI_NOT_REGISTERED"), "{variant:?}");
        }
    }
    assert!(app.peer.start.requests().is_empty());
}

#[tokio::test]
async fn an_unknown_application_gets_a_page() {
    let app = App::start().await;

    for application in ["other", "..%2Fnotes", "environments%2Flive%2Fapplications%2Fnotes"] {
        let query = query().replace("=notes&", &format!("={application}&"));
        let page = app.get(&format!("/login?{query}")).await;

        assert_eq!((page.status, page.location()), (404, None), "{application}");
        assert!(page.body.contains("RESOURCE_NOT_FOUND"));
    }
}

#[tokio::test]
async fn without_one_application_and_one_address_there_is_only_a_page() {
    let app = App::start().await;
    let address = format!("redirect_uri={REDIRECT_URI_ENCODED}");
    let challenge = format!("code_challenge={CHALLENGE}");
    for query in [
        String::new(),
        format!("{address}&{challenge}"),
        format!("application=notes&{challenge}"),
        format!("application=notes&application=notes&{address}&{challenge}"),
        format!("application=notes&{address}&{address}&{challenge}"),
        format!("application=notes&{address}&{challenge}&x={}", "x".repeat(6 * 1024)),
    ] {
        let page = app.get(&format!("/login?{query}")).await;

        assert_eq!((page.status, page.location()), (400, None), "{query}");
        assert!(page.body.contains("LINK_INVALID"));
    }
    assert!(app.peer.options.requests().is_empty());
}

#[tokio::test]
async fn the_application_is_told_what_it_did_wrong() {
    let app = App::start().await;
    let base = format!("application=notes&redirect_uri={REDIRECT_URI_ENCODED}");
    let good = format!("{base}&state=app-state&code_challenge={CHALLENGE}");
    let told = format!("{REDIRECT_URI}&error=invalid_request&state=app-state#_");
    for query in [
        format!("{base}&state=app-state"),
        format!("{base}&state=app-state&code_challenge={}", &CHALLENGE[1..]),
        format!("{base}&state=app-state&code_challenge={}%3D", &CHALLENGE[1..]),
        format!("{good}&code_challenge={CHALLENGE}"),
        format!("{good}&code_challenge_method=plain"),
        format!("{good}&intent=buy"),
        format!("{good}&connection=no;thing"),
        format!("{good}&organization=no;thing"),
        format!("{good}&organization=environments%2Flive%2Forganizations%2Facme"),
        format!("{good}&organization=acme&organization=acme"),
        format!("{good}&connection=bitbucket&connection=second"),
        format!("{good}&login_hint={}", "x".repeat(257)),
        format!("{good}&prompt={}", "x".repeat(65)),
        format!("{good}&link_ticket={}", "x".repeat(257)),
        format!("{good}&link_ticket=a&link_ticket=a"),
    ] {
        let answer = app.get(&format!("/login?{query}")).await;

        assert_eq!((answer.status, answer.location()), (303, Some(told.as_str())), "{query}");
    }
    assert!(app.peer.start.requests().is_empty());
}

#[tokio::test]
async fn a_state_that_cannot_be_kept_goes_back_as_it_came() {
    let app = App::start().await;
    let base = format!("application=notes&redirect_uri={REDIRECT_URI_ENCODED}");
    let long = "x".repeat(513);

    let answer = app.get(&format!("/login?{base}&code_challenge={CHALLENGE}&state={long}")).await;
    let twice = app.get(&format!("/login?{base}&code_challenge={CHALLENGE}&state=a&state=b")).await;

    let told = format!("{REDIRECT_URI}&error=invalid_request&state={long}#_");
    assert_eq!(answer.location(), Some(told.as_str()));
    let told = format!("{REDIRECT_URI}&error=invalid_request#_");
    assert_eq!(twice.location(), Some(told.as_str()));
}

#[tokio::test]
async fn a_service_that_is_busy_offers_a_new_beginning() {
    let app = App::start().await;
    app.peer.options.refuses(Code::ResourceExhausted, "OVERLOADED");

    let page = app.get(&format!("/login?{}&organization=acme", query())).await;

    assert_eq!(page.status, 429);
    let link = format!(
        r#"href="/login?application=notes&#38;redirect_uri={REDIRECT_URI_ENCODED}&#38;state=app-state&#38;code_challenge={CHALLENGE}&#38;organization=acme""#
    );
    assert!(page.body.contains(&link), "{}", page.body);
}

#[tokio::test]
async fn the_page_speaks_the_language_that_was_asked_for() {
    let app = App::start().await;
    let path = format!("/login?{}", query());

    let by_browser = app.get_with(&path, &[("Accept-Language", "de-CH, en;q=0.8")]).await;
    let by_application =
        app.get_with(&format!("{path}&ui_locales=en"), &[("Accept-Language", "de")]).await;

    assert!(by_browser.body.contains(r#"<html lang="de">"#));
    assert!(by_browser.body.contains("Bei Acme Notes anmelden"));
    assert!(by_application.body.contains(r#"<html lang="en">"#));
}
