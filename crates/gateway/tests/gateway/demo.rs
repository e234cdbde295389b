//! The demo application.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use latchkey_proto::v1::{Identity, RedeemLoginResponse, SignInResult, User};
use sha2::{Digest, Sha256};
use tonic::Code;

use crate::{app::App, browser::Answer};

/// What the demo sent the browser away with: its state, its challenge and its cookie.
async fn leave(app: &App) -> (String, String, String) {
    let answer = app.get("/demo/sign-in").await;
    assert_eq!(answer.status, 303);
    let location = answer.location().unwrap().to_owned();
    let part = |name: &str| {
        let (_, rest) = location.split_once(&format!("{name}=")).expect(name);
        rest.split('&').next().unwrap_or_default().to_owned()
    };
    assert!(location.starts_with(
        "/login?application=notes&redirect_uri=http%3A%2F%2Flocalhost%3A8080%2Fdemo%2Fcallback&"
    ));
    let cookie = answer.cookie(&cookie_name(&part("state"))).expect("a session");
    assert!(cookie.ends_with("; Path=/; Max-Age=900; HttpOnly; SameSite=Lax"), "{cookie}");
    let (pair, _) = cookie.split_once(';').unwrap();
    (part("state"), part("code_challenge"), pair.to_owned())
}

/// Each departure has a cookie of its own.
fn cookie_name(state: &str) -> String {
    let hash = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(state));
    format!("latchkey-demo-{}", &hash[..16])
}

async fn come_back(app: &App, query: &str, cookie: &str) -> Answer {
    app.get_with(&format!("/demo/callback?{query}"), &[("Cookie", cookie)]).await
}

#[tokio::test]
async fn the_demo_shows_who_signed_in() {
    let app = App::start().await;
    app.peer.redeem.answers(|_| {
        let name = "environments/dev/users/user_1".to_owned();
        let identity = format!("{name}/identities/idn_1");
        let user = User { name, display_name: "Ann <b>".to_owned(), ..User::default() };
        Ok(RedeemLoginResponse {
            user: Some(user),
            identity: Some(Identity { name: identity, ..Identity::default() }),
            result: SignInResult::SignedUp.into(),
            reference_id: "ref-7".to_owned(),
            id_token: format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(r#"{"sub":"user_1"}"#)),
            ..RedeemLoginResponse::default()
        })
    });
    let (state, challenge, cookie) = leave(&app).await;

    let page = come_back(&app, &format!("code=login-code&state={state}"), &cookie).await;

    assert_eq!(page.status, 200);
    for text in ["signed up", "users/user_1", "identities/idn_1", "ref-7", "Ann &#60;b&#62;"] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    assert!(page.body.contains("&#34;referenceId&#34;: &#34;ref-7&#34;"), "{}", page.body);
    assert!(page.body.contains("&#34;sub&#34;: &#34;user_1&#34;"), "{}", page.body);
    assert!(page.body.contains("href=\"/.well-known/jwks.json\""));
    assert!(page.cookie(&cookie_name(&state)).unwrap().contains("Max-Age=0;"));
    let asked = app.peer.redeem.requests().remove(0);
    assert_eq!(asked.code, "login-code");
    assert!(cookie.ends_with(&asked.code_verifier) && asked.code_verifier.len() == 43);
    assert_ne!(asked.code_verifier, challenge);
    assert_eq!(app.peer.redeem.envelopes()[0].authorization, "Bearer application-key");
}

#[tokio::test]
async fn two_departures_share_nothing() {
    let app = App::start().await;
    let (first, second) = (leave(&app).await, leave(&app).await);
    assert_ne!(first.0, second.0);
    assert_ne!(first.1, second.1);
    assert_ne!(first.2, second.2);
}

#[tokio::test]
async fn departures_without_a_return_do_not_pile_up() {
    let app = App::start().await;
    let departures: Vec<String> = (0..6).map(|n| format!("latchkey-demo-{n}=s.v")).collect();

    let answer = app.get_with("/demo/sign-in", &[("Cookie", &departures.join("; "))]).await;

    let set = answer.all("set-cookie");
    assert_eq!(set.len(), 3);
    assert!(set[0].starts_with("latchkey-demo-0=; ") && set[0].contains("Max-Age=0;"));
    assert!(set[1].starts_with("latchkey-demo-1=; ") && set[1].contains("Max-Age=0;"));
    assert!(set[2].contains("Max-Age=900;"));
}

#[tokio::test]
async fn a_state_that_this_browser_did_not_leave_with_redeems_nothing() {
    let app = App::start().await;
    let (state, _, cookie) = leave(&app).await;
    for (query, cookie) in [
        ("code=c&state=other".to_owned(), cookie.as_str()),
        ("code=c".to_owned(), &cookie),
        (format!("code=c&state={state}"), "x=y"),
        (format!("code=c&state={state}&state={state}"), &cookie),
        ("code=c&state=".to_owned(), &format!("{}=.x", cookie_name(""))),
    ] {
        assert_eq!(come_back(&app, &query, cookie).await.status, 400, "{query}");
    }
    assert!(app.peer.redeem.requests().is_empty());
}

#[tokio::test]
async fn errors_are_shown_plainly() {
    let app = App::start().await;
    app.peer.redeem.refuses(Code::InvalidArgument, "LOGIN_CODE_INVALID");
    let (state, _, cookie) = leave(&app).await;

    let denied = come_back(&app, &format!("error=access_denied&state={state}"), &cookie).await;
    let failed = come_back(&app, &format!("error=%3Cb%3E&state={state}"), &cookie).await;
    let used = come_back(&app, &format!("code=c&state={state}"), &cookie).await;

    assert_eq!((denied.status, failed.status, used.status), (400, 400, 400));
    assert!(denied.body.contains("You said no"), "{}", denied.body);
    assert!(failed.body.contains("<code>&#60;b&#62;</code>"), "{}", failed.body);
    assert!(used.body.contains("<code>LOGIN_CODE_INVALID</code>"));
}
