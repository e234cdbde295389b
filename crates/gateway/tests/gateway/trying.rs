//! `/login/test/{ticket}`, and the page at the end of a test login.

use latchkey_proto::{
    v1::{
        CompleteLoginResponse, FailureReason, RedeemTestTicketResponse, RefusalReason, Tested,
        complete_login_response::Outcome, tested::Failure,
    },
    well_known::Duration,
};
use tonic::Code;

use crate::app::{App, PROVIDER, SECRET, STATE, STATE_SUFFIX};

const LINK: &str = "/login/test/lk_test_a-ticket";

/// A service at which the ticket works.
async fn app() -> App {
    let app = App::start().await;
    app.peer.ticket.answers(|_| {
        Ok(RedeemTestTicketResponse {
            authorization_url: PROVIDER.to_owned(),
            browser_secret: SECRET.to_owned(),
            cookie_name: format!("latchkey-{STATE_SUFFIX}"),
            cookie_max_age: Some(Duration { seconds: 2700, nanos: 0 }),
        })
    });
    app
}

fn ends(app: &App, failure: Option<Failure>) {
    app.peer.complete.answers(move |_| {
        let tested = Tested { failure, reference_id: "ref-of-the-test".to_owned() };
        Ok(CompleteLoginResponse { outcome: Some(Outcome::Tested(tested)) })
    });
}

#[tokio::test]
async fn the_link_is_a_page_that_says_what_will_happen_and_uses_nothing_up() {
    let app = app().await;

    let page = app.get(LINK).await;

    assert_eq!(page.status, 200);
    assert!(page.body.contains("Nobody is signed in to anything."), "{}", page.body);
    assert!(page.body.contains("your name, your account and its e-mail addresses"));
    assert!(page.body.contains("<form method=\"post\">"));
    assert!(!page.body.contains("lk_test_"), "the ticket stays in the address");
    let german = app.get_with(LINK, &[("Accept-Language", "de")]).await;
    assert!(german.body.contains("Niemand wird irgendwo angemeldet."), "{}", german.body);
    assert_eq!(app.get(&format!("{LINK}/x")).await.status, 404);
    assert_eq!(app.get("/login/test/no%20ticket").await.status, 404);
    assert!(app.peer.ticket.requests().is_empty());
}

#[tokio::test]
async fn the_button_uses_the_ticket_up_and_binds_the_browser() {
    let app = app().await;

    let answer = app.post(LINK, "", &[]).await;

    assert_eq!((answer.status, answer.location()), (303, Some(PROVIDER)));
    let cookie =
        format!("latchkey-{STATE_SUFFIX}={SECRET}; Path=/; Max-Age=2700; HttpOnly; SameSite=Lax");
    assert_eq!(answer.all("set-cookie"), [cookie.as_str()], "and no \"last used\"");
    let asked = app.peer.ticket.requests().remove(0);
    assert_eq!((&*asked.ticket, &*asked.host), ("lk_test_a-ticket", "localhost:8080"));
}

#[tokio::test]
async fn a_link_with_a_language_is_in_it_to_the_end() {
    let app = app().await;
    ends(&app, None);
    let link = format!("{LINK}?ui_locales=de");
    assert!(app.get(&link).await.body.contains("Niemand wird irgendwo angemeldet."));

    let answer = app.post(&link, "", &[]).await;

    let kept = answer.cookie(&format!("latchkey-{STATE_SUFFIX}")).unwrap();
    let cookie = kept.split_once(';').unwrap().0;
    assert_eq!(cookie, format!("latchkey-{STATE_SUFFIX}={SECRET}~de"));
    let path = format!("/login/callback/bitbucket?state={STATE}&code=c");
    let page = app.get_with(&path, &[("Cookie", cookie), ("Accept-Language", "en")]).await;
    assert!(page.body.contains("<html lang=\"de\">"), "{}", page.body);
}

#[tokio::test]
async fn another_site_cannot_press_the_button() {
    let app = app().await;
    for headers in [
        [("Sec-Fetch-Site", "cross-site"), ("Accept", "*/*")],
        [("Origin", "https://evil.example"), ("Accept", "*/*")],
    ] {
        assert_eq!(app.post(LINK, "", &headers).await.status, 403);
    }
    assert!(app.peer.ticket.requests().is_empty());
}

#[tokio::test]
async fn a_ticket_that_does_not_work_is_a_page() {
    let app = app().await;
    app.peer.ticket.refuses(Code::InvalidArgument, "TEST_TICKET_INVALID");

    let page = app.post(LINK, "", &[]).await;

    assert_eq!((page.status, page.location()), (410, None));
    assert!(page.body.contains("This test link does not work any more"), "{}", page.body);
    assert_eq!(page.all("set-cookie"), [""; 0]);
}

#[tokio::test]
async fn a_test_that_passed_ends_on_a_page_that_says_so() {
    let app = app().await;
    ends(&app, None);

    let page = app.callback(&format!("state={STATE}&code=c")).await;

    assert_eq!((page.status, page.location()), (200, None));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert!(page.body.contains("The test passed"), "{}", page.body);
    assert!(page.body.contains("go back to the console"));
    assert!(page.body.contains("<code>ref-of-the-test</code>"));
    assert!(!page.body.contains("How to mend it"));
}

#[tokio::test]
async fn every_failure_says_how_to_mend_it_in_both_languages() {
    let app = app().await;
    let refusals = (1..100).filter_map(|reason| RefusalReason::try_from(reason).ok());
    let refusals = refusals.map(|it| (Failure::Refused(it.into()), it.as_str_name()));
    let failures = (1..100).filter_map(|reason| FailureReason::try_from(reason).ok());
    let failures = failures.map(|it| (Failure::Failed(it.into()), it.as_str_name()));
    for (failure, name) in refusals.chain(failures) {
        ends(&app, Some(failure));
        let code = name.rsplit_once("REASON_").unwrap().1;
        for (language, mend) in [("en", "How to mend it"), ("de", "Wie es sich beheben lässt")] {
            let path = format!("/login/callback/bitbucket?state={STATE}&code=c");
            let cookie = format!("latchkey-{STATE_SUFFIX}={SECRET}");
            let headers = [("Cookie", cookie.as_str()), ("Accept-Language", language)];
            let page = app.get_with(&path, &headers).await;

            assert_eq!(page.status, 200, "{code}");
            assert!(page.body.contains(mend), "{code}: {}", page.body);
            assert!(page.body.contains(&format!("<code>{code}</code>")), "{code}");
        }
    }
}
