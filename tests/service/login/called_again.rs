//! The same callback again, at whatever point its sign-in is: the whole table of what it is answered.
//!
//! | the sign-in | the same code, the same browser | another code | another browser |
//! | --- | --- | --- | --- |
//! | at work | waits, and gets the answer | `ATTEMPT_USED` | `BROWSER_MISMATCH` |
//! | over, its login code fresh | the same answer | the same | the same |
//! | over, its login code redeemed or too old | `ATTEMPT_USED` | the same | the same |
//! | without an end for 15 seconds | `ATTEMPT_ABANDONED` | the same | the same |
//! | waits for an address, a code, a yes | what it waits for | the same | the same |

use std::time::Duration;

use bitbucket_stand_in::{Endpoint, Fault};
use latchkey_domain::sign_in::{ABANDONED_AFTER, LOGIN_CODE_LIFETIME};
use latchkey_proto::v1::{CompleteLoginRequest, CompleteLoginResponse, login_step::Step};
use tonic::{Code, Status};

use super::crash::cut_off;
use crate::{
    both,
    harness::{
        TestApp,
        person::{Begun, Callback, login_code},
        proving::{Waiting, code_in, step, word},
        reason,
        users::twin,
    },
};

/// Where a sign-in is when its callback comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Is {
    AtWork,
    SignedIn,
    Redeemed,
    TooOld,
    Failed,
    Abandoned,
    WaitingForCode,
    SignedInByCode,
    RedeemedByCode,
    WaitingForLink,
    WaitingForAddress,
}

/// In this order, as some let people in whom others ask for more.
const LINES: [(Is, &str); 11] = [
    (Is::AtWork, "SIGNED_IN"),
    (Is::SignedIn, "SIGNED_IN"),
    (Is::Redeemed, "ATTEMPT_USED"),
    (Is::TooOld, "ATTEMPT_USED"),
    (Is::Failed, "PROVIDER_UNAVAILABLE"),
    (Is::Abandoned, "ATTEMPT_ABANDONED"),
    (Is::WaitingForCode, "CODE"),
    (Is::SignedInByCode, "SIGNED_IN"),
    (Is::RedeemedByCode, "ATTEMPT_USED"),
    (Is::WaitingForLink, "LINK"),
    (Is::WaitingForAddress, "EMAIL"),
];

type Back = (Begun, Callback);

async fn at_the_callback(app: &TestApp, account: &str) -> Back {
    let begun = app.begin().await;
    let callback = app.consent(&begun, account).await;
    (begun, callback)
}

/// What a call was answered, in a word.
fn told(answer: Result<CompleteLoginResponse, Status>) -> String {
    match answer {
        Ok(completed) => word(&step(completed)),
        Err(status) => {
            assert!(matches!(status.code(), Code::Aborted | Code::PermissionDenied), "{status:?}");
            reason(&status)
        }
    }
}

/// An answer without what is sealed anew each time; `None` for a refused call.
fn without_seal(answer: Result<CompleteLoginResponse, Status>) -> Option<Step> {
    let mut step = step(answer.ok()?);
    match &mut step {
        Step::EmailRequired(step) => step.continuation.clear(),
        Step::EmailVerificationRequired(step) => step.continuation.clear(),
        Step::LinkConfirmationRequired(step) => step.continuation.clear(),
        Step::SignedIn(_) | Step::Refused(_) | Step::Failed(_) => {}
    }
    Some(step)
}

/// Brings a sign-in there.
async fn bring_to(app: &TestApp, is: Is) -> Back {
    match is {
        Is::AtWork => at_work(app).await,
        Is::SignedIn | Is::Redeemed | Is::TooOld => over(app, is).await,
        Is::Failed => {
            app.bitbucket.fail_next(Endpoint::Token, Fault::ServerError { status: 503 });
            let back = at_the_callback(app, "bob").await;
            app.complete(&back.0, &back.1).await.unwrap();
            back
        }
        Is::Abandoned => {
            let back = cut_off(app).await;
            app.clock.advance(ABANDONED_AFTER);
            back
        }
        Is::WaitingForCode => {
            app.verify_by_code().await;
            app.deliver_mail();
            back(app.come_to_wait("frank").await.0)
        }
        Is::SignedInByCode | Is::RedeemedByCode => by_code(app, is).await,
        Is::WaitingForLink => {
            app.bitbucket.add_account(twin());
            let (waiting, _) = app.come_to_wait("twin").await;
            let code = app.mailed_code(4).await;
            assert_eq!(word(&app.verify(&waiting, &code).await.unwrap()), "LINK");
            back(waiting)
        }
        Is::WaitingForAddress => {
            app.require_email().await;
            back(app.come_to_wait("carol").await.0)
        }
    }
}

fn back(waiting: Waiting) -> Back {
    (waiting.begun, waiting.callback)
}

async fn at_work(app: &TestApp) -> Back {
    app.bitbucket.delay(Endpoint::Token, Duration::from_secs(1));
    let (begun, callback) = at_the_callback(app, "bob").await;
    let (mut login, request) = (app.login(), app.complete_request(&begun, &callback));
    tokio::spawn(async move { login.complete_login(request).await });
    while app.token_requests() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    (begun, callback)
}

async fn over(app: &TestApp, is: Is) -> Back {
    let back = at_the_callback(app, "bob").await;
    let completed = app.complete(&back.0, &back.1).await.unwrap();
    match is {
        Is::Redeemed => {
            app.redeem(&login_code(&completed)).await.unwrap();
        }
        Is::TooOld => app.clock.advance(LOGIN_CODE_LIFETIME),
        _ => {}
    }
    back
}

async fn by_code(app: &TestApp, is: Is) -> Back {
    // Alice's address is the one that her twin meets.
    let (account, mails) = if is == Is::SignedInByCode { ("alice", 2) } else { ("erin", 3) };
    let (waiting, _) = app.come_to_wait(account).await;
    let code = app.mailed_code(mails).await;
    let step = app.verify(&waiting, &code).await.unwrap();
    if is == Is::RedeemedByCode {
        app.redeem(&code_in(&step)).await.unwrap();
    }
    back(waiting)
}

/// Brings another code with the same state, and the same code from another browser.
async fn others_are_refused(app: &TestApp, is: Is, (begun, callback): &Back) {
    let another = app.consent(begun, "bob").await;
    assert_eq!(told(app.complete(begun, &another).await), "ATTEMPT_USED", "{is:?}");
    let browser_secret = app.begin().await.browser_secret;
    let request = CompleteLoginRequest { browser_secret, ..app.complete_request(begun, callback) };
    let answer = app.login().complete_login(request).await.map(tonic::Response::into_inner);
    assert_eq!(told(answer), "BROWSER_MISMATCH", "{is:?}");
}

both! {
    async fn a_callback_that_comes_again_is_answered_as_the_table_says(app) {
        for (is, expected) in LINES {
            app.bitbucket.clear_requests();
            let (begun, callback) = bring_to(&app, is).await;
            let before = (app.event_names().await, app.rows("sign_ins").await);

            let back = (begun, callback);
            others_are_refused(&app, is, &back).await;
            let first = app.complete(&back.0, &back.1).await;
            assert_eq!(told(first.clone()), expected, "{is:?}");
            let second = app.complete(&back.0, &back.1).await;
            assert_eq!(without_seal(second), without_seal(first), "{is:?}");
            others_are_refused(&app, is, &back).await;

            assert_eq!(app.token_requests(), 1, "{is:?}");
            app.bitbucket.heal();
            if is != Is::AtWork {
                let after = (app.event_names().await, app.rows("sign_ins").await);
                assert_eq!(after, before, "{is:?}");
            }
        }
    }
}
