//! The same callback again: the same answer, or none, and never a second code.

use std::time::Duration;

use bitbucket_stand_in::{Endpoint, Fault};
use futures_util::future::join_all;
use latchkey_domain::sign_in::LOGIN_CODE_LIFETIME;
use latchkey_proto::v1::CompleteLoginRequest;
use tonic::{Code, Request};

use crate::{
    both,
    harness::{
        TestApp,
        ends::{End, outcome},
        person::{Begun, Callback, login_code},
        reason,
    },
};

async fn at_the_callback(app: &TestApp) -> (Begun, Callback) {
    let begun = app.begin().await;
    let callback = app.consent(&begun, "alice").await;
    (begun, callback)
}

/// Holds that the sign-in happened once.
async fn happened_once(app: &TestApp) {
    assert_eq!(app.token_requests(), 1);
    assert_eq!(app.event_names().await, ["user.signed_up", "user.signed_in"]);
    assert_eq!(app.rows("users").await, 1);
    assert_eq!(app.rows("sign_ins").await, 1);
}

both! {
    async fn of_64_callbacks_at_once_one_does_the_work_and_all_get_its_answer(app) {
        let (begun, callback) = at_the_callback(&app).await;

        let calls = (0..64).map(|_| app.complete(&begun, &callback));
        let answers: Vec<_> =
            join_all(calls).await.into_iter().map(Result::unwrap).collect();

        assert_eq!(outcome(&answers[0]), "SIGNED_IN");
        assert!(answers.iter().all(|answer| *answer == answers[0]));
        happened_once(&app).await;
        app.redeem(&login_code(&answers[0])).await.unwrap();
    }

    async fn of_64_failing_callbacks_at_once_all_get_the_same_failure(app) {
        app.bitbucket.fail_next(Endpoint::Token, Fault::ServerError { status: 503 });
        let (begun, callback) = at_the_callback(&app).await;

        let calls = (0..64).map(|_| app.complete(&begun, &callback));
        let answers: Vec<_> =
            join_all(calls).await.into_iter().map(Result::unwrap).collect();

        let expected = ("PROVIDER_UNAVAILABLE", "temporarily_unavailable");
        app.ended_without_anybody(&answers[0], expected).await;
        assert!(answers.iter().all(|answer| *answer == answers[0]));
        assert_eq!(app.token_requests(), 1);
    }

    async fn a_reload_gets_the_same_answer_until_the_code_is_redeemed(app) {
        let (begun, callback) = at_the_callback(&app).await;
        let first = app.complete(&begun, &callback).await.unwrap();
        let again = app.complete(&begun, &callback).await.unwrap();
        assert_eq!(first, again);
        app.redeem(&login_code(&again)).await.unwrap();

        let after = app.complete(&begun, &callback).await.unwrap_err();

        assert_eq!((after.code(), reason(&after).as_str()), (Code::Aborted, "ATTEMPT_USED"));
        happened_once(&app).await;
    }

    async fn a_reload_gets_the_same_answer_for_a_minute(app) {
        let (begun, callback) = at_the_callback(&app).await;
        let first = app.complete(&begun, &callback).await.unwrap();
        app.clock.advance(LOGIN_CODE_LIFETIME.saturating_sub(Duration::from_secs(1)));
        assert_eq!(app.complete(&begun, &callback).await.unwrap(), first);

        app.clock.advance(Duration::from_secs(2));
        let after = app.complete(&begun, &callback).await.unwrap_err();

        assert_eq!(reason(&after), "ATTEMPT_USED");
        happened_once(&app).await;
    }

    async fn another_code_for_the_same_sign_in_is_refused(app) {
        let (begun, callback) = at_the_callback(&app).await;
        let first = app.complete(&begun, &callback).await.unwrap();
        let another = app.consent(&begun, "bob").await;
        let others = [
            another,
            Callback { code: String::new(), ..callback.clone() },
            Callback {
                code: String::new(),
                error: "access_denied".to_owned(),
                ..callback.clone()
            },
        ];
        for other in others {
            let status = app.complete(&begun, &other).await.unwrap_err();
            assert_eq!(reason(&status), "ATTEMPT_USED");
        }

        assert_eq!(app.complete(&begun, &callback).await.unwrap(), first);
        happened_once(&app).await;
    }

    async fn another_browser_gets_no_answer_after_the_first(app) {
        let (begun, callback) = at_the_callback(&app).await;
        app.complete(&begun, &callback).await.unwrap();
        let browser_secret = app.begin().await.browser_secret;
        let request = CompleteLoginRequest {
            browser_secret,
            ..app.complete_request(&begun, &callback)
        };

        let status = app.login().complete_login(request).await.unwrap_err();

        assert_eq!(reason(&status), "BROWSER_MISMATCH");
        happened_once(&app).await;
    }

    async fn a_failure_stays_a_failure_however_well_bitbucket_is_later(app) {
        app.bitbucket.fail_next(Endpoint::Token, Fault::ServerError { status: 503 });
        let (begun, callback) = at_the_callback(&app).await;
        let first = app.complete(&begun, &callback).await.unwrap();
        assert_eq!(outcome(&first), "PROVIDER_UNAVAILABLE");
        app.clock.advance(Duration::from_mins(2));

        assert_eq!(app.complete(&begun, &callback).await.unwrap(), first);

        app.left_only_the_end(&End::of(&first)).await;
        assert_eq!(app.token_requests(), 1);
    }

    async fn who_comes_while_the_work_is_done_waits_for_its_answer(app) {
        app.bitbucket.delay(Endpoint::Token, Duration::from_millis(600));
        let (begun, callback) = at_the_callback(&app).await;

        let (first, second) = tokio::join!(app.complete(&begun, &callback), async {
            while app.token_requests() == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            app.complete(&begun, &callback).await
        });

        let first = first.unwrap();
        assert_eq!(outcome(&first), "SIGNED_IN");
        assert_eq!(first, second.unwrap());
        happened_once(&app).await;
    }

    async fn the_work_goes_on_when_its_caller_gives_up(app) {
        app.bitbucket.delay(Endpoint::Token, Duration::from_millis(400));
        let (begun, callback) = at_the_callback(&app).await;
        let mut request = Request::new(app.complete_request(&begun, &callback));
        request.set_timeout(Duration::from_millis(100));

        let gave_up = app.login().complete_login(request).await.unwrap_err();

        assert!(matches!(gave_up.code(), Code::Cancelled | Code::DeadlineExceeded), "{gave_up:?}");
        let completed = app.complete(&begun, &callback).await.unwrap();
        assert_eq!(outcome(&completed), "SIGNED_IN");
        happened_once(&app).await;
        app.redeem(&login_code(&completed)).await.unwrap();
    }
}
