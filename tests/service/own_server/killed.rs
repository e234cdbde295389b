//! The binary itself, ended by SIGKILL in the midst of a sign-in; another process takes over.

use std::time::Duration;

use bitbucket_stand_in::Endpoint;
use latchkey_proto::v1::CompleteLoginResponse;
use tokio::task::JoinHandle;
use tonic::Status;

use crate::{
    both,
    harness::{
        TestApp,
        bridge::{Bridge, When},
        ends::outcome,
        served::Served,
    },
    login::crash_points::{
        Back, asked, at_the_callback, commit, is_abandoned, is_signed_up, on_postgres,
    },
};

/// Longer than the test.
const LONG: Duration = Duration::from_mins(1);

/// Brings a callback to the binary.
fn bring(
    app: &TestApp,
    served: &Served,
    at: &Back,
) -> JoinHandle<Result<CompleteLoginResponse, Status>> {
    let (mut login, request) = (served.login(), app.complete_request(&at.0, &at.1));
    tokio::spawn(
        async move { login.complete_login(request).await.map(tonic::Response::into_inner) },
    )
}

both! {
    async fn a_service_that_is_killed_once_the_code_was_sent_leaves_nothing_behind(app) {
        let served = app.serve_binary(&app.database.url).await;
        let at = at_the_callback(&app, "alice").await;
        app.bitbucket.delay(Endpoint::Token, LONG);
        let call = bring(&app, &served, &at);
        asked(&app, "/site/oauth2/access_token").await;
        served.kill();

        assert!(call.await.unwrap().is_err());
        is_abandoned(&app, &at, 1).await;
    }

    async fn a_service_that_is_killed_after_its_answer_takes_nothing_with_it(app) {
        let served = app.serve_binary(&app.database.url).await;
        let at = at_the_callback(&app, "alice").await;
        let told = bring(&app, &served, &at).await.unwrap().unwrap();
        served.kill();

        assert_eq!(outcome(&told), "SIGNED_IN");
        assert_eq!(is_signed_up(&app, &at).await, told);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_is_killed_before_it_hears_of_its_commit_has_signed_in() {
    on_postgres(async |app| {
        let bridge = Bridge::to(&app.database.url).await;
        let beyond = format!("{}?sslmode=disable", app.database.through(bridge.port).url);
        let served = app.serve_binary(&beyond).await;
        let at = at_the_callback(&app, "alice").await;
        bridge.close_at(commit(When::After, "INSERT INTO \"outbox\""));
        let call = bring(&app, &served, &at);
        bridge.closed().await;
        served.kill();

        assert!(call.await.unwrap().is_err());
        is_signed_up(&app, &at).await;
    })
    .await;
}
