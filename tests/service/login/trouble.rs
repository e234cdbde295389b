//! A provider in trouble: it is left alone, by the connection that has the trouble, and for as long as that lasts.

use std::time::{Duration, Instant};

use bitbucket_stand_in::{
    Endpoint::{Token, User},
    Fault, RetryAfter,
};
use latchkey_proto::v1::StartLoginRequest;

use crate::{
    both,
    harness::{TestApp, configuring::CONNECTION, ends::outcome},
};

const DOWN: Fault = Fault::ServerError { status: 503 };
/// So many failures in a row, and a connection leaves its provider alone.
const FAILURES: usize = 5;
/// For so long.
const REST: Duration = Duration::from_secs(5);

/// A sign-in through a connection, and how many codes were sent for it.
async fn through(app: &TestApp, connection: &str, account: &str) -> (String, usize) {
    let request = StartLoginRequest { connection: connection.to_owned(), ..app.start_request() };
    let begun = app.begin_with(request).await.unwrap();
    let callback = app.consent(&begun, account).await;
    app.bitbucket.clear_requests();
    let completed = app.complete(&begun, &callback).await.unwrap();
    (outcome(&completed), app.token_requests())
}

fn told(reason: &str, codes_sent: usize) -> (String, usize) {
    (reason.to_owned(), codes_sent)
}

/// Goes down, and fails until the connection has seen enough; when that was.
async fn go_down(app: &TestApp) -> Instant {
    app.bitbucket.fail_always(Token, DOWN);
    for _ in 0..FAILURES {
        assert_eq!(through(app, CONNECTION, "alice").await, told("PROVIDER_UNAVAILABLE", 1));
    }
    let went_down = Instant::now();
    assert_eq!(through(app, CONNECTION, "alice").await, told("PROVIDER_UNAVAILABLE", 0));
    went_down
}

async fn rested(since: Instant) {
    tokio::time::sleep((REST + Duration::from_millis(100)).saturating_sub(since.elapsed())).await;
}

both! {
    async fn a_provider_that_is_down_is_left_alone_until_one_finds_it_back(app) {
        let another = app.add_connection("another").await;
        let went_down = go_down(&app).await;
        // Another connection has seen nothing of it.
        assert_eq!(through(&app, &another, "bob").await, told("PROVIDER_UNAVAILABLE", 1));

        rested(went_down).await;
        assert_eq!(through(&app, CONNECTION, "alice").await, told("PROVIDER_UNAVAILABLE", 1));
        let tried = Instant::now();
        assert_eq!(through(&app, CONNECTION, "alice").await, told("PROVIDER_UNAVAILABLE", 0));

        app.bitbucket.heal();
        rested(tried).await;
        assert_eq!(through(&app, CONNECTION, "alice").await, told("SIGNED_IN", 1));
        assert_eq!(through(&app, CONNECTION, "bob").await, told("SIGNED_IN", 1));
    }

    async fn whoever_is_not_taken_to_the_provider_is_told_as_the_others_are(app) {
        go_down(&app).await;
        let completed = app.come_back("alice").await;
        let unavailable = ("PROVIDER_UNAVAILABLE", "temporarily_unavailable");
        app.ended_without_anybody(&completed, unavailable).await;
    }

    async fn an_answer_in_between_shows_that_the_provider_is_there(app) {
        for _ in 0..FAILURES {
            app.bitbucket.fail_next(Token, DOWN);
            assert_eq!(through(&app, CONNECTION, "alice").await, told("PROVIDER_UNAVAILABLE", 1));
            app.bitbucket.fail_next(Token, Fault::HtmlOk);
            assert_eq!(through(&app, CONNECTION, "alice").await, told("PROVIDER_MALFORMED", 1));
        }
        assert_eq!(through(&app, CONNECTION, "alice").await, told("SIGNED_IN", 1));
    }

    async fn administrators_reach_a_provider_that_is_left_alone(app) {
        go_down(&app).await;
        app.bitbucket.clear_requests();

        app.check(CONNECTION).await;
        assert!(app.token_requests() > 0, "the check asks");

        app.bitbucket.heal();
        app.bitbucket.clear_requests();
        let (_, completed) = app.try_out("alice").await;
        assert_eq!(app.token_requests(), 1, "the test login asks: {completed:?}");
    }

    async fn a_provider_that_says_when_to_come_back_is_left_alone_until_then(app) {
        for retry_after in [RetryAfter::Seconds(2), RetryAfter::HttpDate(3)] {
            app.bitbucket.fail_next(Token, Fault::RateLimited { retry_after });
            assert_eq!(through(&app, CONNECTION, "alice").await, told("PROVIDER_RATE_LIMITED", 1));
            let began = Instant::now();

            assert_eq!(through(&app, CONNECTION, "bob").await, told("PROVIDER_RATE_LIMITED", 0));
            assert!(began.elapsed() < Duration::from_millis(1_500), "{:?}", began.elapsed());

            tokio::time::sleep(Duration::from_millis(3_300).saturating_sub(began.elapsed())).await;
            assert_eq!(through(&app, CONNECTION, "bob").await, told("SIGNED_IN", 1));
        }
    }

    async fn a_limit_of_one_person_keeps_nobody_else_out(app) {
        let limit = Fault::RateLimited { retry_after: RetryAfter::Seconds(60) };
        app.bitbucket.fail_next(User, limit);
        assert_eq!(through(&app, CONNECTION, "alice").await, told("PROVIDER_RATE_LIMITED", 1));
        assert_eq!(through(&app, CONNECTION, "bob").await, told("SIGNED_IN", 1));
    }
}
