//! Nobody learns from an answer whether an address is somebody's, before they have proven it.

use std::time::{Duration, Instant};

use latchkey_proto::v1::login_step::Step;

use crate::{
    both,
    harness::{
        TestApp,
        proving::{Waiting, asked, code_in, word},
    },
};

/// How often each address is given: enough for a median that one slow round does not move.
const ROUNDS: usize = 30;

async fn give(app: &TestApp, address: &str) -> (Waiting, Step, Duration) {
    let (waiting, _) = app.come_to_wait("carol").await;
    let began = Instant::now();
    let step = app.submit(&waiting, address).await.unwrap();
    (waiting, step, began.elapsed())
}

/// How long a wrong code takes.
async fn try_code(app: &TestApp, waiting: &Waiting) -> Duration {
    let began = Instant::now();
    let step = app.verify(waiting, "123456").await.unwrap();
    assert_eq!(word(&step), "CODE WRONG", "by chance it is right once in a million");
    began.elapsed()
}

/// An answer without what differs from one to the next anyhow.
fn shape(step: Step) -> String {
    let mut step = asked(step);
    let wait = step.expire_time.unwrap().seconds - step.resend_time.unwrap().seconds;
    (step.continuation, step.reference_id) = (step.continuation.len().to_string(), String::new());
    (step.expire_time, step.resend_time) = (None, None);
    format!("{step:?} {wait}").replace("known", "X").replace("other", "X")
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Holds that the same takes about as long with a user as without.
fn take_the_same(with_user: Vec<Duration>, without: Vec<Duration>) {
    let (with_user, without) = (median(with_user), median(without));
    let (less, more) = (with_user.min(without), with_user.max(without));
    assert!(more < less * 3 / 2, "{with_user:?} with a user, {without:?} without");
}

both! {
    async fn answers_are_equal_for_an_address_with_and_without_a_user(app) {
        app.require_email().await;
        app.deliver_mail();
        let (holder, _, _) = give(&app, "known@mail.example").await;
        let code = app.mailed_code(1).await;
        app.redeem(&code_in(&app.verify(&holder, &code).await.unwrap())).await.unwrap();
        // Carol is known now; others come who are not.
        app.database.execute("UPDATE identities SET subject = 'gone' WHERE subject IS NOT NULL").await;

        let (known, with_user, _) = give(&app, "known@mail.example").await;
        let (other, without, _) = give(&app, "other@mail.example").await;
        assert_eq!(shape(with_user), shape(without));
        for (one, two) in [
            (app.look(&known).await, app.look(&other).await),
            (app.resend(&known).await, app.resend(&other).await),
            (app.verify(&known, "123456").await, app.verify(&other, "123456").await),
        ] {
            assert_eq!(shape(one.unwrap()), shape(two.unwrap()));
        }
        app.smtp.wait_for(3).await;
    }

    async fn answers_take_the_same_time_for_an_address_with_and_without_a_user(app) {
        app.require_email().await;
        app.deliver_mail();
        let (holder, _, _) = give(&app, "known0@mail.example").await;
        let code = app.mailed_code(1).await;
        app.verify(&holder, &code).await.unwrap();
        app.database.execute("UPDATE identities SET subject = 'gone' WHERE subject IS NOT NULL").await;
        let (mut with_user, mut without) = (Vec::new(), Vec::new());
        let (mut tried_with_user, mut tried_without) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            // Each address is new to what is counted; only one of each pair has a user.
            let held = format!("known{round}@mail.example");
            let given = format!(
                "UPDATE identities SET proven_email = '{held}' WHERE proven_email IS NOT NULL"
            );
            app.database.execute(&given).await;
            app.database.execute("DELETE FROM email_allowances").await;
            let (waiting, _, took) = give(&app, &held).await;
            with_user.push(took);
            tried_with_user.push(try_code(&app, &waiting).await);
            let (waiting, _, took) = give(&app, &format!("other{round}@mail.example")).await;
            without.push(took);
            tried_without.push(try_code(&app, &waiting).await);
        }

        take_the_same(with_user, without);
        take_the_same(tried_with_user, tried_without);
    }
}
