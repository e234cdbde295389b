//! The same of a sign-in that waits for a code: queued or not, and brought or not, but never twice.

use latchkey_domain::sign_in::ABANDONED_AFTER;

use super::{
    at_the_callback, commit, on_postgres,
    stopped::{CUTS, Cut, stopped_at, stopped_with_a_code},
};
use crate::harness::{
    TestApp,
    bridge::When,
    proving::{Waiting, word},
};

const QUEUED: &str = "INSERT INTO \"mail_outbox\"";
const COUNTED: &str = "UPDATE \"waiting_sign_ins\"";
const EVENTS: &str = "INSERT INTO \"outbox\"";

/// Somebody with a code that came by mail.
async fn with_a_code(app: &TestApp) -> (Waiting, String) {
    app.verify_by_code().await;
    app.deliver_mail();
    let (waiting, step) = app.come_to_wait("alice").await;
    assert_eq!(word(&step), "CODE");
    (waiting, app.mailed_code(1).await)
}

/// Holds that the same code signs its person in, once.
async fn the_code_signs_in(app: &TestApp, (waiting, code): &(Waiting, String)) {
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
        let at = at_the_callback(&app, "alice").await;
        let stopped = stopped_at(&app, commit(When::Before, QUEUED), &at).await;

        assert!(stopped.end(Cut::Killed).await.is_err());
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
    for cut in CUTS {
        on_postgres(async |app| {
            app.verify_by_code().await;
            let at = at_the_callback(&app, "alice").await;
            let stopped = stopped_at(&app, commit(When::After, QUEUED), &at).await;
            let _told_or_not = stopped.end(cut).await;

            // Its mail waits; and who reloads is asked for that code.
            assert_eq!(app.rows("mail_outbox").await, 1);
            app.deliver_mail();
            let code = app.mailed_code(1).await;
            let again = app.complete(&at.0, &at.1).await.unwrap();
            the_code_signs_in(&app, &(Waiting::of(&at, again), code)).await;
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_whose_try_was_counted_and_no_more_can_be_brought_again() {
    for cut in CUTS {
        on_postgres(async |app| {
            let at = with_a_code(&app).await;
            let stopped = stopped_with_a_code(&app, commit(When::After, COUNTED), &at).await;
            assert!(stopped.end(cut).await.is_err());

            assert_eq!(app.rows("users").await, 0);
            the_code_signs_in(&app, &at).await;
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_whose_sign_in_is_committed_signs_in_whoever_hears_of_it() {
    for when in [When::Before, When::After] {
        for cut in CUTS {
            on_postgres(async |app| {
                let at = with_a_code(&app).await;
                let stopped = stopped_with_a_code(&app, commit(when, EVENTS), &at).await;
                let told = stopped.end(cut).await;
                // Found out by reading; what nobody committed can be tried again.
                let is_found_out = cut == Cut::Broken && when == When::After;
                assert_eq!(told.is_ok(), is_found_out, "{told:?}");

                the_code_signs_in(&app, &at).await;
            })
            .await;
        }
    }
}
