//! A test login that nobody finishes any more, and how long each step took.

use std::time::Duration;

use bitbucket_stand_in::Endpoint;
use latchkey_domain::sign_in::ABANDONED_AFTER;
use latchkey_proto::v1::{
    FailureReason, TestLogin, TestLoginState, TestLoginStepKind as Kind,
    complete_login_response::Outcome, test_login, tested,
};
use tonic::Code;

use crate::{
    both,
    harness::{
        TestApp,
        person::{Begun, Callback},
        reason,
        trying::Asked,
    },
};

/// A test login whose end cannot be written: it is claimed, its code was sent, and it has no end.
async fn cut_off(app: &TestApp) -> (Asked, Begun, Callback) {
    let asked = app.ask_for_test().await;
    let begun = app.redeem_ticket(&asked.ticket).await.unwrap();
    let callback = app.consent(&begun, "alice").await;
    app.database.execute("ALTER TABLE outbox RENAME TO outbox_away").await;
    let status = app.complete(&begun, &callback).await.unwrap_err();
    app.database.execute("ALTER TABLE outbox_away RENAME TO outbox").await;
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Aborted, "START_AGAIN"));
    assert_eq!(app.test_login(&asked.name).await.state(), TestLoginState::UnderWay);
    (asked, begun, callback)
}

fn is_abandoned(test_login: &TestLogin) {
    assert_eq!(test_login.state(), TestLoginState::Failed, "{test_login:?}");
    let abandoned = FailureReason::AttemptAbandoned.into();
    assert_eq!(test_login.failure, Some(test_login::Failure::Failed(abandoned)));
    assert!(test_login.end_time.is_some());
}

fn took(test_login: &TestLogin, kind: Kind) -> Duration {
    let step = test_login.steps.iter().find(|step| step.kind() == kind).unwrap();
    let took = step.duration.as_ref().unwrap();
    let (seconds, nanos) = (u64::try_from(took.seconds), u32::try_from(took.nanos));
    Duration::new(seconds.unwrap(), nanos.unwrap())
}

both! {
    async fn whoever_looks_learns_that_nobody_finishes_it_any_more(app) {
        let (asked, begun, callback) = cut_off(&app).await;
        app.clock.advance(ABANDONED_AFTER);

        let over = app.test_login(&asked.name).await;

        is_abandoned(&over);
        let repeated = app.complete(&begun, &callback).await.unwrap();
        let Some(Outcome::Tested(tested)) = repeated.outcome else { panic!("{repeated:?}") };
        let abandoned = FailureReason::AttemptAbandoned.into();
        assert_eq!(tested.failure, Some(tested::Failure::Failed(abandoned)));
        assert_eq!(app.test_login(&asked.name).await, over);
        assert_eq!(app.token_requests(), 1);
    }

    async fn whoever_comes_back_again_ends_what_nobody_finishes_any_more(app) {
        let (asked, begun, callback) = cut_off(&app).await;
        app.clock.advance(ABANDONED_AFTER);

        let repeated = app.complete(&begun, &callback).await.unwrap();

        assert!(matches!(repeated.outcome, Some(Outcome::Tested(_))), "{repeated:?}");
        is_abandoned(&app.test_login(&asked.name).await);
        assert_eq!(app.event_names().await, [""; 0]);
    }

    async fn a_look_from_elsewhere_ends_nothing(app) {
        let (asked, ..) = cut_off(&app).await;
        app.clock.advance(ABANDONED_AFTER);
        let elsewhere = asked.name.replace("/bitbucket/", "/another/");
        let refused = app.try_test_login(&elsewhere).await.unwrap_err();
        assert_eq!(refused.code(), Code::NotFound);
        assert_eq!(app.rows("test_logins WHERE result IS NULL").await, 1);
    }

    async fn a_step_tells_how_long_it_took(app) {
        let slow = Duration::from_millis(400);
        app.bitbucket.delay(Endpoint::Token, slow);
        let asked = app.ask_for_test().await;
        let begun = app.redeem_ticket(&asked.ticket).await.unwrap();
        let callback = app.consent(&begun, "alice").await;
        app.clock.advance(Duration::from_secs(90));

        app.complete(&begun, &callback).await.unwrap();

        let over = app.test_login(&asked.name).await;
        assert!((slow..slow * 10).contains(&took(&over, Kind::Token)), "{over:?}");
        assert!(took(&over, Kind::SealOpened) < slow, "{over:?}");
        let away = took(&over, Kind::ProviderAnswered).as_secs();
        assert!((90..100).contains(&away), "the person was away: {over:?}");
    }
}
