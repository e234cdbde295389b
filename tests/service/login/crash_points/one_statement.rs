//! C4 to C6 of somebody known, whose sign-in is one statement: before it, and after it.

use latchkey_domain::sign_in::ABANDONED_AFTER;
use tonic::Code;

use super::{after, at_the_callback, before, bring, is_signed_in, on_postgres};
use crate::harness::{TestApp, ends::outcome, person::login_code, reason};

const FINISH: &str = "WITH open AS (SELECT id FROM sign_ins";

async fn signed_in_twice(app: &TestApp) {
    let names = app.event_names().await;
    assert_eq!(names, ["user.signed_up", "user.signed_in", "user.signed_in"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_the_statement_nothing_changed() {
    for breaks in [false, true] {
        on_postgres(async |app| {
            let user = app.sign_in("alice").await.user.unwrap();
            let (process, bridge) = app.beyond_a_bridge().await;
            let at = at_the_callback(&app, "alice").await;
            bridge.close_at(before(FINISH));
            let call = bring(&app, &process, &at.0, &at.1);
            bridge.closed().await;
            if breaks {
                bridge.break_off();
            } else {
                process.kill();
            }

            let status = call.await.unwrap().unwrap_err();
            if breaks {
                assert_eq!(
                    (status.code(), reason(&status).as_str()),
                    (Code::Aborted, "START_AGAIN")
                );
            }
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
    for breaks in [false, true] {
        on_postgres(async |app| {
            app.sign_in("alice").await;
            let (process, bridge) = app.beyond_a_bridge().await;
            let at = at_the_callback(&app, "alice").await;
            bridge.close_at(after(FINISH));
            let call = bring(&app, &process, &at.0, &at.1);
            bridge.closed().await;
            if breaks {
                bridge.break_off();
            } else {
                process.kill();
            }

            let told = call.await.unwrap();
            let ended = is_signed_in(&app, &at).await;
            if breaks {
                assert_eq!(told.unwrap(), ended, "found out by reading");
            } else {
                assert!(told.is_err());
            }
            app.redeem(&login_code(&ended)).await.unwrap();
            signed_in_twice(&app).await;
        })
        .await;
    }
}
