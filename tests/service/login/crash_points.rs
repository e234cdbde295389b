//! Every moment of a callback at which a process may die, or its database's answer be lost: whatever
//! happens, the person is signed in once or starts again, and the code is never sent twice.
//!
//! | moment | crash, broken connection, delay |
//! | --- | --- |
//! | C0 before the claim | nothing happened: the same callback works |
//! | C1 claimed, C2 code sent, C3 token in memory, C4 profile in memory, C5 before the commit | abandoned |
//! | C6 commit sent, its answer lost | signed in: found out by reading |
//! | C7 committed, the call's answer lost; C8 the gateway died | signed in: the same answer again |
//!
//! What PostgreSQL is asked is held on the way to it, by a bridge. SQLite is within the process: there a provider
//! holds it (`memory`), or a trigger within the statement (`sqlite`); a commit and its answer are one call, and so
//! C6 is C7.

mod email;
mod memory;
mod one_statement;
mod sqlite;
mod stopped;
mod transaction;

use std::time::Duration;

use latchkey_domain::sign_in::ABANDONED_AFTER;
use latchkey_proto::v1::CompleteLoginResponse;
use latchkey_test_database::TestDatabase;
use tokio::task::JoinHandle;
use tonic::Status;

use crate::harness::{
    TestApp,
    bridge::{Moment, When},
    doomed::Doomed,
    ends::outcome,
    person::{Begun, Callback, login_code},
    with_app,
};

/// Somebody who is back from Bitbucket.
pub(crate) type Back = (Begun, Callback);
/// A callback that is on its way to a process.
type OnItsWay = JoinHandle<Result<CompleteLoginResponse, Status>>;

const ABANDONED: (&str, &str) = ("ATTEMPT_ABANDONED", "server_error");

/// A moment before a statement.
const fn before(statement: &'static str) -> Moment {
    Moment { when: When::Before, statement, behind: "" }
}

/// A moment after a statement.
const fn after(statement: &'static str) -> Moment {
    Moment { when: When::After, statement, behind: "" }
}

/// The moment at which a transaction is committed in which something was written.
pub(crate) const fn commit(when: When, behind: &'static str) -> Moment {
    Moment { when, statement: "COMMIT", behind }
}

pub(crate) async fn on_postgres<F: Future<Output = ()>>(test: impl FnOnce(TestApp) -> F) {
    let database = TestDatabase::postgres().await;
    database.run(|database| with_app(database, test)).await;
}

/// Somebody at the callback.
pub(crate) async fn at_the_callback(app: &TestApp, account: &str) -> Back {
    let begun = app.begin().await;
    let callback = app.consent(&begun, account).await;
    app.bitbucket.clear_requests();
    (begun, callback)
}

/// Brings a callback to a process.
fn bring(app: &TestApp, process: &Doomed, begun: &Begun, callback: &Callback) -> OnItsWay {
    let (mut login, request) = (process.login(), app.complete_request(begun, callback));
    tokio::spawn(
        async move { login.complete_login(request).await.map(tonic::Response::into_inner) },
    )
}

/// Waits until Bitbucket was asked for a path.
pub(crate) async fn asked(app: &TestApp, path: &str) {
    while app.requests_to(path) == 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Holds that a callback which was cut off ends as abandoned, in any process and once for all, and that
/// its person can start again.
pub(crate) async fn is_abandoned(app: &TestApp, (begun, callback): &Back, codes_sent: usize) {
    assert_eq!(app.rows("sign_ins WHERE result IS NULL").await, 1);
    app.clock.advance(ABANDONED_AFTER);
    app.bitbucket.heal();
    let ended = app.complete(begun, callback).await.unwrap();
    app.ended_without_anybody(&ended, ABANDONED).await;
    assert_eq!(app.complete(begun, callback).await.unwrap(), ended);
    assert_eq!(app.token_requests(), codes_sent, "the code is not sent again");
    app.sign_in("alice").await;
    assert_eq!(app.event_names().await, ["user.signed_up", "user.signed_in"]);
}

/// Holds that a callback signed its person in: once, and the same for whoever brings it again.
async fn is_signed_in(app: &TestApp, (begun, callback): &Back) -> CompleteLoginResponse {
    app.bitbucket.heal();
    let ended = app.complete(begun, callback).await.unwrap();
    assert_eq!(outcome(&ended), "SIGNED_IN");
    assert_eq!(app.complete(begun, callback).await.unwrap(), ended);
    assert_eq!(app.token_requests(), 1);
    assert_eq!((app.rows("users").await, app.rows("identities").await), (1, 1));
    assert_eq!(app.rows("sign_ins WHERE result IS NULL").await, 0);
    ended
}

/// Holds the same of somebody new, and redeems.
pub(crate) async fn is_signed_up(app: &TestApp, at: &Back) -> CompleteLoginResponse {
    let ended = is_signed_in(app, at).await;
    assert_eq!(app.event_names().await, ["user.signed_up", "user.signed_in"]);
    app.redeem(&login_code(&ended)).await.unwrap();
    ended
}
