//! Adding an account to whoever is signed in.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use latchkey_proto::v1::{CreateLinkTicketResponse, RedeemLoginResponse};
use sha2::{Digest, Sha256};
use tonic::Code;

use crate::app::{App, PROVIDER, query};

const TICKET: &str = "lk_link_a-ticket";
const ID_TOKEN: &str = "e30.e30.c2ln";

#[tokio::test]
async fn the_page_says_that_an_account_is_added_and_carries_the_ticket() {
    let app = App::start().await;
    let path = format!("/login?{}&link_ticket={TICKET}", query());

    let page = app.get(&path).await;
    let german = app.get(&format!("{path}&ui_locales=de")).await;

    let title = "Add an account to the one that you are signed in with at Acme Notes</h1>";
    assert!(page.body.contains(title), "{}", page.body);
    assert!(!page.body.contains("Sign in to"), "{}", page.body);
    let field = format!(r#"<input type="hidden" name="link_ticket" value="{TICKET}">"#);
    assert_eq!(page.body.matches(&field).count(), 2);
    let title = "Ein Konto zu dem hinzufügen, mit dem Sie bei Acme Notes angemeldet sind</h1>";
    assert!(german.body.contains(title), "{}", german.body);
    assert!(app.peer.start.requests().is_empty(), "looking uses nothing up");
}

#[tokio::test]
async fn a_start_brings_the_ticket_by_the_form_and_straight() {
    let app = App::start().await;
    let with_ticket = format!("{}&link_ticket={TICKET}", query());

    let chosen = app.post("/login/bitbucket", &with_ticket, &[]).await;
    let straight = app.get(&format!("/login?{with_ticket}&connection=bitbucket")).await;
    let plain = app.post("/login/bitbucket", &query(), &[]).await;

    for answer in [chosen, straight, plain] {
        assert_eq!((answer.status, answer.location()), (303, Some(PROVIDER)));
    }
    let asked = app.peer.start.requests();
    let tickets: Vec<&str> = asked.iter().map(|asked| asked.link_ticket.as_str()).collect();
    assert_eq!(tickets, [TICKET, TICKET, ""]);
}

#[tokio::test]
async fn a_ticket_that_does_not_work_gets_a_page_that_leads_back_to_the_application() {
    let app = App::start().await;
    app.peer.start.refuses(Code::InvalidArgument, "LINK_TICKET_INVALID");

    let form = format!("{}&link_ticket={TICKET}", query());
    let page = app.post("/login/bitbucket", &form, &[]).await;

    assert_eq!((page.status, page.location()), (410, None));
    assert!(page.body.contains("<code>LINK_TICKET_INVALID</code>"), "{}", page.body);
    assert!(page.body.contains("add the account from there once more"), "{}", page.body);
    assert!(!page.body.contains(TICKET), "{}", page.body);
}

/// Signs in to the demo, and returns the cookie that it keeps of that.
async fn sign_in_to_the_demo(app: &App) -> String {
    app.peer.redeem.answers(|_| {
        let id_token = ID_TOKEN.to_owned();
        Ok(RedeemLoginResponse { id_token, ..RedeemLoginResponse::default() })
    });
    let left = app.get("/demo/sign-in").await;
    let location = left.location().unwrap().to_owned();
    let (_, state) = location.split_once("&state=").unwrap();
    let (state, _) = state.split_once('&').unwrap();
    let cookies = left.all("set-cookie");
    let (pair, _) = cookies[0].split_once(';').unwrap();
    let path = format!("/demo/callback?code=c&state={state}");
    let page = app.get_with(&path, &[("Cookie", pair)]).await;
    assert!(page.body.contains("Add another account</button>"), "{}", page.body);
    let who = page.cookie("latchkey-demo_who").expect("who signed in");
    assert!(who.ends_with("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"), "{who}");
    who.split_once(';').unwrap().0.to_owned()
}

#[tokio::test]
async fn the_demo_adds_an_account_with_a_ticket_and_a_verifier_of_its_own() {
    let app = App::start().await;
    let who = sign_in_to_the_demo(&app).await;
    app.peer
        .link_ticket
        .answers(|_| Ok(CreateLinkTicketResponse { ticket: TICKET.to_owned(), expire_time: None }));

    let answer = app.post("/demo/add-account", "", &[("Cookie", &who)]).await;

    assert_eq!(answer.status, 303);
    let location = answer.location().unwrap();
    assert!(location.starts_with("/login?application=notes&"), "{location}");
    assert!(location.ends_with(&format!("&link_ticket={TICKET}")), "{location}");
    let asked = app.peer.link_ticket.requests().remove(0);
    assert_eq!(asked.id_token, ID_TOKEN);
    assert!(location.contains(&format!("code_challenge={}&", asked.code_challenge)), "{location}");
    assert_eq!(app.peer.link_ticket.envelopes()[0].authorization, "Bearer application-key");
    // The verifier of this challenge is in the browser's cookie, and was told to nobody.
    let kept = answer.all("set-cookie")[0].to_owned();
    let (_, verifier) = kept.split_once(';').unwrap().0.split_once('.').unwrap();
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    assert_eq!(challenge, asked.code_challenge);
}

#[tokio::test]
async fn the_demo_asks_whoever_it_does_not_know_to_sign_in_first() {
    let app = App::start().await;
    let unknown = app.post("/demo/add-account", "", &[]).await;
    assert!(app.peer.link_ticket.requests().is_empty());
    let who = sign_in_to_the_demo(&app).await;
    app.peer.link_ticket.refuses(Code::InvalidArgument, "ID_TOKEN_INVALID");

    let too_late = app.post("/demo/add-account", "", &[("Cookie", &who)]).await;

    for page in [&unknown, &too_late] {
        assert_eq!((page.status, page.location()), (400, None));
        assert!(page.body.contains("Sign in again"), "{}", page.body);
    }
    assert!(too_late.body.contains("<code>ID_TOKEN_INVALID</code>"), "{}", too_late.body);
}
