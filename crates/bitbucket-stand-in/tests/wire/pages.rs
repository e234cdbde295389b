//! What a person sees.

use bitbucket_stand_in::{Account, StandIn};
use reqwest::{Response, StatusCode};

use crate::application::{Application, field, location};

const QUERY: [(&str, &str); 3] =
    [("client_id", StandIn::CONSUMER_KEY), ("response_type", "code"), ("state", "a&b\"<i>")];

async fn decide(application: &Application, form: &[(&str, &str)]) -> Response {
    let page = application.http.post(application.stand_in.authorize_url()).query(&QUERY);
    page.form(form).send().await.unwrap()
}

#[tokio::test]
async fn without_a_decision_a_person_is_asked() {
    let application = Application::start().await;

    let answer = application.authorize(&QUERY).await;

    assert_eq!(answer.status(), StatusCode::OK);
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("form-action"));
    let page = answer.text().await.unwrap();
    for shown in [
        "This is not Bitbucket.",
        "Ready-made application asks for access",
        "<li>account</li>",
        "<li>email</li>",
        "alice@mail.example, confirmed",
        "carol@mail.example, not confirmed",
        "no e-mail address",
        "Grant access",
        "Deny",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(!page.contains("<script") && !page.contains("<i>"));
}

#[tokio::test]
async fn the_pages_form_leads_back_to_the_same_request() {
    let application = Application::start().await;
    let page = application.authorize(&QUERY).await.text().await.unwrap();
    let action = page.split_once("action=\"").unwrap().1.split_once('"').unwrap().0;
    let action = action.replace("&#38;", "&").replace("&amp;", "&");

    let url = format!("{}{action}", application.stand_in.authorize_url());
    let form = [("account", "bob"), ("decision", "grant")];
    let answer = application.http.post(url).form(&form).send().await.unwrap();

    assert_eq!(field(&location(&answer), "state").unwrap(), "a&b\"<i>");
}

#[tokio::test]
async fn granting_signs_in_the_chosen_account() {
    let application = Application::start().await;

    let answer = decide(&application, &[("account", "bob"), ("decision", "grant")]).await;

    assert_eq!(answer.status(), StatusCode::FOUND);
    assert!(field(&location(&answer), "code").is_some());
}

#[tokio::test]
async fn denying_needs_no_account() {
    let application = Application::start().await;

    let answer = decide(&application, &[("decision", "deny")]).await;

    assert_eq!(field(&location(&answer), "error").unwrap(), "access_denied");
}

#[tokio::test]
async fn nothing_decided_or_an_unknown_account_stays_on_the_page() {
    let application = Application::start().await;
    for form in [vec![], vec![("account", "nobody"), ("decision", "grant")]] {
        assert_eq!(decide(&application, &form).await.status(), StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn names_cannot_break_the_page() {
    let application = Application::start().await;
    let name = "<script>alert(1)</script>";
    application.control.add_account(Account::new("mallory", "8", name));

    let page = application.authorize(&[]).await.text().await.unwrap();

    assert!(page.contains("mallory") && !page.contains("<script"));
}

#[tokio::test]
async fn the_index_lists_endpoints_and_accounts() {
    let application = Application::start().await;
    let base = application.stand_in.base_url();

    let page = application.http.get(base).send().await.unwrap().text().await.unwrap();

    for shown in [application.stand_in.token_url().as_str(), StandIn::CONSUMER_KEY, "erin"] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(!page.contains(StandIn::CONSUMER_SECRET));
}

#[tokio::test]
async fn the_stand_in_says_that_it_lives_and_how_it_looks() {
    let application = Application::start().await;
    let base = application.stand_in.base_url();

    let health = application.http.get(format!("{base}/healthz")).send().await.unwrap();
    let style = application.http.get(format!("{base}/stand-in.css")).send().await.unwrap();

    assert_eq!(health.status(), StatusCode::OK);
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
}
