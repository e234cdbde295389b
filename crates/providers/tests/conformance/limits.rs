//! A provider that wants fewer requests.

use std::time::{Duration, Instant};

use bitbucket_stand_in::{Endpoint, Fault, RateLimit, RetryAfter};
use latchkey_domain::provider::Error;

use crate::stage::{Stage, on_every_stage};

fn wait<T: std::fmt::Debug>(answer: Result<T, Error>) -> Option<Duration> {
    match answer {
        Err(Error::RateLimited { retry_after }) => retry_after,
        other => panic!("{other:?} is not a rate limit"),
    }
}

/// Every form of `Retry-After`, and the least and the most that it may be understood as.
fn forms() -> [(RetryAfter, Option<(u64, u64)>); 4] {
    [
        (RetryAfter::None, None),
        (RetryAfter::Seconds(30), Some((30, 30))),
        // A date has whole seconds, and the stand-in's clock runs on between its two dates.
        (RetryAfter::HttpDate(30), Some((28, 32))),
        (RetryAfter::Seconds(1_000_000), Some((3_600, 3_600))),
    ]
}

fn assert_within(waited: Option<Duration>, expected: Option<(u64, u64)>) {
    match (waited.map(|it| it.as_secs()), expected) {
        (None, None) => {}
        (Some(waited), Some((least, most))) => assert!((least..=most).contains(&waited)),
        (waited, _) => panic!("{waited:?} instead of {expected:?}"),
    }
}

#[tokio::test]
async fn a_limit_tells_when_to_come_back_and_is_not_tried_again() {
    on_every_stage(async |stage: Stage| {
        for (retry_after, expected) in forms() {
            let grant = stage.grant("alice").await;
            let code = stage.code("alice").await;
            stage.control.clear_requests();
            for endpoint in [Endpoint::Token, Endpoint::User, Endpoint::Emails] {
                stage.control.fail_next(endpoint, Fault::RateLimited { retry_after });
            }
            assert_within(wait(stage.trade(&code).await), expected);
            assert_within(wait(stage.provider.account(&grant).await), expected);
            assert_within(wait(stage.provider.emails(&grant).await), expected);
            assert_eq!(stage.control.requests().len(), 3);
        }
    })
    .await;
}

#[tokio::test]
async fn a_person_who_has_used_up_the_hour_is_told_so() {
    on_every_stage(async |stage| {
        let grant = stage.grant("alice").await;
        let retry_after = RetryAfter::Seconds(60);
        stage.control.set_limit(Some(RateLimit { per_hour: 1, retry_after }));
        assert!(stage.provider.account(&grant).await.is_ok());
        let waited = wait(stage.provider.emails(&grant).await);
        assert_eq!(waited, Some(Duration::from_mins(1)));
    })
    .await;
}

#[tokio::test]
async fn a_short_limit_is_waited_out_by_a_read_and_never_by_a_token_request() {
    on_every_stage(async |stage| {
        for retry_after in [RetryAfter::Seconds(1), RetryAfter::HttpDate(2)] {
            let grant = stage.grant("alice").await;
            let code = stage.code("alice").await;
            stage.control.clear_requests();
            for endpoint in [Endpoint::Token, Endpoint::User, Endpoint::Emails] {
                stage.control.fail_next(endpoint, Fault::RateLimited { retry_after });
            }
            assert!(wait(stage.trade(&code).await).is_some());
            assert_eq!(stage.control.requests().len(), 1);

            let began = Instant::now();
            let (account, emails) =
                tokio::join!(stage.provider.account(&grant), stage.provider.emails(&grant));

            assert!(account.is_ok() && emails.is_ok(), "{account:?} {emails:?}");
            assert!(began.elapsed() > Duration::from_millis(900), "{:?}", began.elapsed());
            assert_eq!(stage.control.requests().len(), 5);
        }
    })
    .await;
}

#[tokio::test]
async fn a_limit_that_outlasts_the_wait_is_told() {
    on_every_stage(async |stage| {
        let grant = stage.grant("alice").await;
        let retry_after = RetryAfter::Seconds(1);
        stage.control.clear_requests();
        stage.control.fail_always(Endpoint::User, Fault::RateLimited { retry_after });
        let waited = wait(stage.provider.account(&grant).await);
        assert_eq!(waited, Some(Duration::from_secs(1)));
        assert_eq!(stage.control.requests().len(), 2);
    })
    .await;
}
