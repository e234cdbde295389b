//! `latchkey login test`, and the person who opens its link.

use crate::{
    browser::Browser,
    developing::start,
    process::{Running, run},
};

#[tokio::test]
async fn a_test_login_is_followed_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut dev = start(folder.path(), "");
    let mut test =
        Running::start(&mut dev.command(folder.path(), "login test bitbucket --wait 60"));
    let link = test.line("/login/test/");

    let browser = Browser::new();
    let page = browser.open(link.trim()).await;
    let over = browser.consent(&page, "alice").await;
    assert!(over.contains("The test passed"), "{over}");

    let told = test.lines_until("A sign-in would make a user").join("\n");
    for step in ["seal opened", "provider answered", "token", "emails", "decision"] {
        assert!(
            told.lines().any(|line| line.starts_with(step) && line.contains("passed")),
            "{told}"
        );
    }
    assert!(told.contains("alice@mail.example primary confirmed"), "{told}");
    assert_eq!(test.wait().code(), Some(0));
    let event = dev.process.line("user.signed_in");
    assert!(event.contains("test user.signed_in"), "{event}");
}

#[tokio::test]
async fn a_test_that_nobody_finishes_is_not_passed_and_can_be_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let dev = start(folder.path(), "");
    let ended = dev.ask(folder.path(), "login test bitbucket --wait 0 --json");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("/login/test/") && ended.stderr.contains("within 0 s"));
    let told: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(told["state"], "TEST_LOGIN_STATE_WAITING");
    let name = told["name"].as_str().unwrap();
    let shown = dev.ask(folder.path(), &format!("login show {name}")).ok();
    assert!(shown.contains("waiting"), "{shown}");

    let ended = dev.ask(folder.path(), "login test absent");
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(ended.stderr.contains("there is no such resource"), "{ended:?}");
    assert_eq!(run(folder.path(), "login test").code, Some(2));
}
