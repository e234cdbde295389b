//! C4 to C6 of somebody known, whose sign-in is one statement: before it, and after it.

use latchkey_domain::sign_in::ABANDONED_AFTER;
use tonic::Code;

use super::{
    after, at_the_callback, before, is_signed_in, on_postgres,
    stopped::{CUTS, Cut, stopped_at},
    transaction::is_told,
};
use crate::harness::{TestApp, ends::outcome, person::login_code};

const FINISH: &str = "WITH open AS (SELECT id FROM sign_ins";

async fn signed_in_twice(app: &TestApp) {
    let names = app.event_names().await;
    assert_eq!(names, ["user.signed_up", "user.signed_in", "user.signed_in"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_the_statement_nothing_changed() {
    for cut in CUTS {
        on_postgres(async |app| {
            let user = app.sign_in("alice").await.user.unwrap();
            let at = at_the_callback(&app, "alice").await;
            let status = stopped_at(&app, before(FINISH), &at).await.end(cut).await.unwrap_err();

            is_told(&status, cut, (Code::Aborted, "START_AGAIN"));
            app.clock.advance(ABANDONED_AFTER);
            let ended = app.complete(&at.0, &at.1).await.unwrap();
            assert_eq!(outcome(&ended), "ATTEMPT_ABANDONED");
            assert_eq!(app.token_requests(), 1);
            let now = app.user(&user.name).await;
            assert_eq!(now.last_sign_in_time, user.last_sign_in_time);
            app.sign_in("alice").await;
            signed_in_twice(&app).await;
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_statement_the_person_is_signed_in() {
    for cut in CUTS {
        on_postgres(async |app| {
            app.sign_in("alice").await;
            let at = at_the_callback(&app, "alice").await;
            let told = stopped_at(&app, after(FINISH), &at).await.end(cut).await;

            let ended = is_signed_in(&app, &at).await;
            match cut {
                Cut::Killed => assert!(told.is_err()),
                Cut::Broken => assert_eq!(told.unwrap(), ended, "found out by reading"),
            }
            app.redeem(&login_code(&ended)).await.unwrap();
            signed_in_twice(&app).await;
        })
        .await;
    }
}
