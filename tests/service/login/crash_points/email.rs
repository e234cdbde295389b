//! The same of a sign-in that waits for a code: queued or not, and brought or not, but never twice.

use super::{at_the_callback, bring, commit, on_postgres};
use crate::harness::{
    TestApp,
    bridge::When,
    doomed::Doomed,
    proving::{Waiting, word},
};
use latchkey_domain::sign_in::ABANDONED_AFTER;
use latchkey_proto::v1::{VerifyEmailRequest, VerifyEmailResponse};
use tokio::task::JoinHandle;
use tonic::Status;

const QUEUED: &str = "INSERT INTO \"mail_outbox\"";
const COUNTED: &str = "UPDATE \"waiting_sign_ins\"";
const EVENTS: &str = "INSERT INTO \"outbox\"";

/// Brings a code to a process.
fn verify(
    process: &Doomed,
    at: &Waiting,
    code: &str,
) -> JoinHandle<Result<VerifyEmailResponse, Status>> {
    let request = VerifyEmailRequest {
        environment: "environments/dev".to_owned(),
        host: at.host.clone(),
        continuation: at.continuation.clone(),
        browser_secret: at.browser_secret.clone(),
        code: code.to_owned(),
        ..VerifyEmailRequest::default()
    };
    let mut login = process.login();
    tokio::spawn(async move { login.verify_email(request).await.map(tonic::Response::into_inner) })
}

/// Somebody with a code that came by mail.
async fn with_a_code(app: &TestApp) -> (Waiting, String) {
    app.verify_by_code().await;
    app.deliver_mail();
    let (waiting, step) = app.come_to_wait("alice").await;
    assert_eq!(word(&step), "CODE");
    (waiting, app.mailed_code(1).await)
}

/// Holds that the same code signs its person in, once.
async fn the_code_signs_in(app: &TestApp, waiting: &Waiting, code: &str) {
    let step = app.verify(waiting, code).await.unwrap();
    assert_eq!(word(&step), "SIGNED_IN");
    assert_eq!(app.verify(waiting, code).await.unwrap(), step);
    assert_eq!((app.rows("users").await, app.rows("mail_outbox").await), (1, 0));
    assert_eq!(app.event_names().await, ["user.signed_up", "user.signed_in"]);
    assert_eq!(app.token_requests(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_dies_before_the_code_is_queued_sends_none() {
    on_postgres(async |app| {
        app.verify_by_code().await;
        let (process, bridge) = app.beyond_a_bridge().await;
        let at = at_the_callback(&app, "alice").await;
        bridge.close_at(commit(When::Before, QUEUED));
        let call = bring(&app, &process, &at.0, &at.1);
        bridge.closed().await;
        process.kill();

        assert!(call.await.unwrap().is_err());
        app.clock.advance(ABANDONED_AFTER);
        let ended = app.complete(&at.0, &at.1).await.unwrap();
        app.ended_without_anybody(&ended, super::ABANDONED).await;
        assert_eq!(app.rows("mail_outbox").await, 0);
        assert_eq!(app.rows("waiting_sign_ins").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_is_queued_is_sent_once_whoever_hears_of_it() {
    for breaks in [false, true] {
        on_postgres(async |app| {
            app.verify_by_code().await;
            let (process, bridge) = app.beyond_a_bridge().await;
            let at = at_the_callback(&app, "alice").await;
            bridge.close_at(commit(When::After, QUEUED));
            let call = bring(&app, &process, &at.0, &at.1);
            bridge.closed().await;
            if breaks {
                bridge.break_off();
            } else {
                process.kill();
            }
            let _told_or_not = call.await.unwrap();

            // Its mail waits; and who reloads is asked for that code.
            assert_eq!(app.rows("mail_outbox").await, 1);
            app.deliver_mail();
            let code = app.mailed_code(1).await;
            let again = app.complete(&at.0, &at.1).await.unwrap();
            let waiting = Waiting::of(&at, again);
            the_code_signs_in(&app, &waiting, &code).await;
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_whose_try_was_counted_and_no_more_can_be_brought_again() {
    for breaks in [false, true] {
        on_postgres(async |app| {
            let (waiting, code) = with_a_code(&app).await;
            let (process, bridge) = app.beyond_a_bridge().await;
            bridge.close_at(commit(When::After, COUNTED));
            let call = verify(&process, &waiting, &code);
            bridge.closed().await;
            if breaks {
                bridge.break_off();
            } else {
                process.kill();
            }
            assert!(call.await.unwrap().is_err());

            assert_eq!(app.rows("users").await, 0);
            the_code_signs_in(&app, &waiting, &code).await;
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_whose_sign_in_is_committed_signs_in_whoever_hears_of_it() {
    for when in [When::Before, When::After] {
        for breaks in [false, true] {
            on_postgres(async |app| {
                let (waiting, code) = with_a_code(&app).await;
                let (process, bridge) = app.beyond_a_bridge().await;
                bridge.close_at(commit(when, EVENTS));
                let call = verify(&process, &waiting, &code);
                bridge.closed().await;
                if breaks {
                    bridge.break_off();
                } else {
                    process.kill();
                }
                let told = call.await.unwrap();
                // Found out by reading; what nobody committed can be tried again.
                assert_eq!(told.is_ok(), breaks && when == When::After, "{told:?}");

                the_code_signs_in(&app, &waiting, &code).await;
            })
            .await;
        }
    }
}
