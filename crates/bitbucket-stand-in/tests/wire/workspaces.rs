//! `GET /2.0/user/workspaces`.

use bitbucket_stand_in::{Account, Endpoint, Fault, NextLink, Workspace};
use reqwest::StatusCode;
use serde_json::Value;

use crate::application::{Application, fixture, json};

const PATH: &str = "/user/workspaces";

async fn page(application: &Application, token: &str, path: &str) -> Value {
    json(application.api(path, token).await).await
}

#[tokio::test]
async fn a_member_has_the_documented_page() {
    let application = Application::start().await;
    let token = application.token("alice").await;

    let page = page(&application, &token, PATH).await.to_string();

    let base = application.stand_in.base_url();
    let page: Value =
        serde_json::from_str(&page.replace(base, "https://api.bitbucket.org")).unwrap();
    assert_eq!(page, fixture!("workspaces"));
}

#[tokio::test]
async fn a_member_of_no_workspace_has_an_empty_page() {
    let application = Application::start().await;
    let token = application.token("dave").await;

    let page = page(&application, &token, PATH).await;

    assert_eq!(page["values"], Value::Array(Vec::new()));
    assert_eq!(page.get("next"), None);
}

#[tokio::test]
async fn pages_follow_each_other_as_long_as_was_asked() {
    let application = Application::start().await;
    let workspaces = (0..11).map(|n| {
        Workspace::new(&format!("w{n}"), &format!("cccccccc-cccc-4ccc-8ccc-0000000000{n:02}"))
    });
    let rowan = Account::new("rowan", "7d3c1f7e-52a4-4b0e-9a61-0c6f2d9be410", "Rowan");
    application.control.add_account(workspaces.fold(rowan, Account::in_workspace));
    let token = application.token("rowan").await;

    let first = page(&application, &token, PATH).await;
    let next = first["next"].as_str().unwrap();
    let second = json(application.http.get(next).bearer_auth(&token).send().await.unwrap()).await;
    let long = page(&application, &token, &format!("{PATH}?pagelen=100")).await;

    assert_eq!(first["values"].as_array().unwrap().len(), 10);
    assert_eq!(second["values"][0]["workspace"]["slug"], "w10");
    assert_eq!((second.get("next"), long.get("next")), (None, None));
    assert_eq!(long["values"].as_array().unwrap().len(), 11);
}

#[tokio::test]
async fn the_next_link_and_the_answer_can_be_spoilt() {
    let application = Application::start().await;
    let token = application.token("alice").await;
    application
        .control
        .alter_account("alice", |alice| alice.workspaces_next_link = NextLink::Endless);
    assert!(page(&application, &token, PATH).await["next"].is_string());
    application.control.fail_next(Endpoint::Workspaces, Fault::ServerError { status: 503 });
    let spoilt = application.api(PATH, &token).await;
    assert_eq!(spoilt.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(application.api("/user/emails", &token).await.status(), StatusCode::OK);
}
