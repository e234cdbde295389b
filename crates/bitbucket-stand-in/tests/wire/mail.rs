//! `GET /2.0/user/emails`: row R5.

use bitbucket_stand_in::{Account, Email, NextLink};
use serde_json::Value;

use crate::application::{Application, fixture, json};

/// An account with the addresses of recorded pages.
fn with_recorded(pages: &[Value]) -> Account {
    let entries = pages.iter().flat_map(|page| page["values"].as_array().unwrap().clone());
    let emails = entries.map(|entry| Email {
        email: entry["email"].as_str().unwrap().to_owned(),
        is_primary: entry["is_primary"].as_bool().unwrap(),
        is_confirmed: entry["is_confirmed"].as_bool().unwrap(),
    });
    let rowan = Account::new("rowan", "7d3c1f7e-52a4-4b0e-9a61-0c6f2d9be410", "Rowan Example");
    emails.fold(rowan, Account::with_email)
}

/// A page with links as Bitbucket itself would send them.
async fn page(application: &Application, token: &str, path: &str) -> Value {
    let page = json(application.api(path, token).await).await.to_string();
    let base = application.stand_in.base_url();
    serde_json::from_str(&page.replace(base, "https://api.bitbucket.org")).unwrap()
}

#[tokio::test]
async fn every_recorded_situation_has_the_recorded_page() {
    let application = Application::start().await;
    for recorded in [
        fixture!("emails_single"),
        fixture!("emails_multi"),
        fixture!("emails_primary_unconfirmed"),
        fixture!("emails_no_primary"),
        fixture!("emails_two_primaries"),
        fixture!("emails_empty"),
    ] {
        application.control.add_account(with_recorded(std::slice::from_ref(&recorded)));
        let token = application.token("rowan").await;

        assert_eq!(page(&application, &token, "/user/emails").await, recorded);
    }
}

#[tokio::test]
async fn eleven_addresses_are_the_two_recorded_pages() {
    let application = Application::start().await;
    let recorded = [fixture!("emails_page1"), fixture!("emails_page2")];
    application.control.add_account(with_recorded(&recorded));
    let token = application.token("rowan").await;

    assert_eq!(page(&application, &token, "/user/emails").await, recorded[0]);
    assert_eq!(page(&application, &token, "/user/emails?page=2").await, recorded[1]);
}

#[tokio::test]
async fn the_next_link_leads_to_the_next_page_of_the_stand_in() {
    let application = Application::start().await;
    let token = application.token("erin").await;
    let first = json(application.api("/user/emails", &token).await).await;
    let next = first["next"].as_str().unwrap();

    let request = application.http.get(next).bearer_auth(&token);
    let second = json(request.send().await.unwrap()).await;

    assert!(next.starts_with(&application.stand_in.api_url()));
    assert_eq!(second["values"][0]["email"], "erin@mail.example");
    assert_eq!(second.get("next"), None);
}

#[tokio::test]
async fn the_page_length_is_the_one_asked_for() {
    let application = Application::start().await;
    let token = application.token("erin").await;

    let long = json(application.api("/user/emails?pagelen=100", &token).await).await;
    let short = json(application.api("/user/emails?pagelen=4&page=2", &token).await).await;

    assert_eq!(long["values"].as_array().unwrap().len(), 11);
    assert_eq!(long.get("next"), None);
    assert_eq!(short["values"][0]["email"], "erin4@mail.example");
    assert!(short["next"].as_str().unwrap().ends_with("page=3&pagelen=4"));
}

#[tokio::test]
async fn a_page_beyond_the_last_is_empty() {
    let application = Application::start().await;
    let token = application.token("erin").await;
    let far = format!("/user/emails?pagelen=100&page={}", usize::MAX);

    let page = json(application.api(&far, &token).await).await;

    assert_eq!(page["values"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn the_next_link_can_lead_to_a_foreign_host() {
    let application = Application::start().await;
    let token = application.token("alice").await;
    let foreign = "https://attacker.example/2.0/user/emails?page=2";
    application.control.alter_account("alice", |alice| {
        alice.next_link = NextLink::Foreign(foreign.to_owned());
    });

    let page = json(application.api("/user/emails", &token).await).await;

    assert_eq!(page["next"], foreign);
}

#[tokio::test]
async fn the_next_links_can_go_on_for_ever() {
    let application = Application::start().await;
    let token = application.token("alice").await;
    application.control.alter_account("alice", |alice| alice.next_link = NextLink::Endless);
    let mut url = format!("{}/user/emails", application.stand_in.api_url());

    for number in 1..=50 {
        let request = application.http.get(&url).bearer_auth(&token);
        let page = json(request.send().await.unwrap()).await;
        assert_eq!(page["page"], number);
        assert_eq!(page["values"].as_array().unwrap().len(), 1);
        page["next"].as_str().unwrap().clone_into(&mut url);
    }
}
