//! A sign-in that is cut off: whole or not at all, and the code is never sent again.

use std::time::Duration;

use bitbucket_stand_in::Endpoint;
use latchkey_domain::sign_in::ABANDONED_AFTER;
use latchkey_proto::v1::CompleteLoginResponse;
use tonic::Code;

use crate::{
    both,
    harness::{
        TestApp,
        ends::outcome,
        person::{Begun, Callback, login_code},
        reason,
    },
};

const ABANDONED: (&str, &str) = ("ATTEMPT_ABANDONED", "server_error");

/// A sign-in whose commit fails: it is claimed, its code was sent, and it has no end.
pub(super) async fn cut_off(app: &TestApp) -> (Begun, Callback) {
    let begun = app.begin().await;
    let callback = app.consent(&begun, "alice").await;
    app.database.execute("ALTER TABLE outbox RENAME TO outbox_away").await;
    let status = app.complete(&begun, &callback).await.unwrap_err();
    app.database.execute("ALTER TABLE outbox_away RENAME TO outbox").await;
    // Not `UNAVAILABLE`: clients would try that again by themselves.
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Aborted, "START_AGAIN"));
    assert_eq!(app.rows("sign_ins WHERE result IS NULL").await, 1);
    (begun, callback)
}

/// The same callback, so much later that whoever is at work counts as gone.
async fn abandoned_by_another(
    app: &TestApp,
    begun: &Begun,
    callback: &Callback,
) -> CompleteLoginResponse {
    while app.requests_to("/2.0/user") == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    app.clock.advance(ABANDONED_AFTER);
    app.complete(begun, callback).await.unwrap()
}

both! {
    async fn a_sign_up_that_fails_on_the_way_leaves_nobody(app) {
        cut_off(&app).await;

        assert_eq!(app.rows("users").await, 0);
        assert_eq!(app.rows("identities").await, 0);
        assert!(app.event_names().await.is_empty());
        // The person starts again, and is in.
        let completed = app.come_back("alice").await;
        app.redeem(&login_code(&completed)).await.unwrap();
        assert_eq!(app.event_names().await, ["user.signed_up", "user.signed_in"]);
    }

    async fn a_repeat_that_fails_on_the_way_changes_nothing(app) {
        let before = app.sign_in("alice").await.user.unwrap();
        app.bitbucket.alter_account("alice", |account| account.emails.clear());

        cut_off(&app).await;

        let user = app.user(&before.name).await;
        assert_eq!((&user.email, user.last_sign_in_time), (&before.email, before.last_sign_in_time));
        assert_eq!(app.event_names().await, ["user.signed_up", "user.signed_in"]);
        app.sign_in("alice").await;
        let events = app.events_about(&before.name).await;
        let sequences: Vec<_> = events.iter().map(|event| event.sequence).collect();
        assert_eq!(sequences, [1, 2, 3, 4]);
    }

    async fn a_sign_in_without_an_end_is_abandoned_after_a_while(app) {
        let (begun, callback) = cut_off(&app).await;
        app.clock.advance(ABANDONED_AFTER);

        let completed = app.complete(&begun, &callback).await.unwrap();

        app.ended_without_anybody(&completed, ABANDONED).await;
        assert_eq!(app.complete(&begun, &callback).await.unwrap(), completed);
        assert_eq!(app.token_requests(), 1);
    }

    async fn who_waits_for_a_sign_in_without_an_end_abandons_it_in_time(app) {
        let (begun, callback) = cut_off(&app).await;
        app.clock.advance(ABANDONED_AFTER.saturating_sub(Duration::from_millis(500)));

        let completed = app.complete(&begun, &callback).await.unwrap();

        app.ended_without_anybody(&completed, ABANDONED).await;
        assert_eq!(app.token_requests(), 1);
    }

    async fn who_waits_too_long_for_an_end_starts_again(app) {
        let (begun, callback) = cut_off(&app).await;

        let status = app.complete(&begun, &callback).await.unwrap_err();

        let told = (status.code(), reason(&status));
        assert_eq!(told, (Code::Aborted, "ATTEMPT_IN_PROGRESS".to_owned()));
        assert_eq!(app.token_requests(), 1);
    }

    async fn whoever_finishes_after_it_was_abandoned_finds_that_end(app) {
        app.bitbucket.delay(Endpoint::User, Duration::from_millis(500));
        let begun = app.begin().await;
        let callback = app.consent(&begun, "alice").await;

        let (slow, waiting) = tokio::join!(
            app.complete(&begun, &callback),
            abandoned_by_another(&app, &begun, &callback)
        );

        let slow = slow.unwrap();
        app.ended_without_anybody(&slow, ABANDONED).await;
        assert_eq!(slow, waiting);
    }

    async fn a_known_person_whose_sign_in_was_abandoned_is_not_signed_in(app) {
        let user = app.sign_in("alice").await.user.unwrap();
        app.bitbucket.delay(Endpoint::User, Duration::from_millis(500));
        app.bitbucket.clear_requests();
        let begun = app.begin().await;
        let callback = app.consent(&begun, "alice").await;

        let (slow, waiting) = tokio::join!(
            app.complete(&begun, &callback),
            abandoned_by_another(&app, &begun, &callback)
        );

        let slow = slow.unwrap();
        assert_eq!(outcome(&slow), "ATTEMPT_ABANDONED");
        assert_eq!(slow, waiting);
        assert_eq!(app.user(&user.name).await.last_sign_in_time, user.last_sign_in_time);
        assert_eq!(app.event_names().await, ["user.signed_up", "user.signed_in"]);
    }
}
