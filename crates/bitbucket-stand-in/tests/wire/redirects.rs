//! Redirects that a client must refuse: row A10.

use bitbucket_stand_in::{Decision, RedirectFault};
use reqwest::StatusCode;
use url::Url;

use crate::application::{Application, field, location};

async fn sent_back(application: &Application, fault: RedirectFault) -> Url {
    application.control.decide_next(Decision::Fault(fault));
    let answer = application.authorize(&[]).await;
    assert_eq!(answer.status(), StatusCode::FOUND);
    location(&answer)
}

#[tokio::test]
async fn bitbucket_can_send_back_an_error_of_its_own() {
    let application = Application::start().await;
    for (fault, code) in [
        (RedirectFault::ServerError, "server_error"),
        (RedirectFault::TemporarilyUnavailable, "temporarily_unavailable"),
        (RedirectFault::UnknownError, "moon_in_the_wrong_phase"),
    ] {
        let back = sent_back(&application, fault).await;

        assert_eq!(field(&back, "error").unwrap(), code);
        assert_eq!(field(&back, "state").unwrap(), "state-1");
        assert_eq!(field(&back, "code"), None);
    }
}

#[tokio::test]
async fn a_callback_can_have_neither_code_nor_error() {
    let application = Application::start().await;

    let back = sent_back(&application, RedirectFault::NeitherCodeNorError).await;

    assert_eq!(back.query(), Some("state=state-1"));
}

#[tokio::test]
async fn a_callback_can_have_a_state_that_nobody_sent() {
    let application = Application::start().await;

    let back = sent_back(&application, RedirectFault::WrongState).await;

    assert_ne!(field(&back, "state").unwrap(), "state-1");
    let code = field(&back, "code").unwrap();
    assert_eq!(application.exchange(&code).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_callback_can_lack_its_state() {
    let application = Application::start().await;

    let back = sent_back(&application, RedirectFault::MissingState).await;

    assert_eq!(field(&back, "state"), None);
    assert!(field(&back, "code").is_some());
}

#[tokio::test]
async fn the_same_callback_can_come_again() {
    let application = Application::start().await;
    application.control.approve_next("alice");
    let first = location(&application.authorize(&[]).await);
    application.control.decide_next(Decision::Fault(RedirectFault::Replay));

    let again = location(&application.authorize(&[("state", "state-2")]).await);

    assert_eq!(again, first);
}
