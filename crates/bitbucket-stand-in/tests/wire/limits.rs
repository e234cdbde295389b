//! The rate limit: row R8.

use bitbucket_stand_in::{RateLimit, RetryAfter};
use reqwest::StatusCode;

use crate::application::Application;

const FIVE: RateLimit = RateLimit { per_hour: 5, retry_after: RetryAfter::None };

#[tokio::test]
async fn beyond_the_limit_comes_the_recorded_429_for_that_account_alone() {
    let application = Application::start().await;
    let alice = application.token("alice").await;
    let bob = application.token("bob").await;
    application.control.set_limit(Some(FIVE));

    for request in 1..=5 {
        let answer = application.api("/user", &alice).await;
        let near = if request == 5 { "true" } else { "false" };
        assert_eq!(answer.headers()["x-ratelimit-limit"], "5");
        assert_eq!(answer.headers()["x-ratelimit-nearlimit"], near);
    }
    let over = application.api("/user", &alice).await;

    assert_eq!(over.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(over.headers()["content-type"], "text/plain");
    assert_eq!(over.headers()["x-ratelimit-nearlimit"], "true");
    assert!(!over.headers().contains_key("retry-after"));
    assert_eq!(over.text().await.unwrap(), "Rate limit for this resource has been exceeded");
    assert_eq!(application.api("/user", &bob).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn an_hour_later_or_without_a_limit_the_account_may_ask_again() {
    let application = Application::start().await;
    let token = application.token("alice").await;
    let once = RateLimit { per_hour: 1, ..FIVE };
    application.control.set_limit(Some(once));
    application.api("/user", &token).await;
    assert_eq!(application.api("/user", &token).await.status(), 429);

    application.control.shift_clock(3_600);
    assert_eq!(application.api("/user", &token).await.status(), StatusCode::OK);

    application.control.heal();
    let answer = application.api("/user", &token).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(!answer.headers().contains_key("x-ratelimit-limit"));
}

#[tokio::test]
async fn requests_without_a_token_are_counted_by_address() {
    let application = Application::start().await;
    application.control.set_limit(Some(RateLimit { per_hour: 1, ..FIVE }));

    assert_eq!(application.api("/user", "unknown").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(application.api("/user", "other").await.status(), StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn the_time_to_come_back_is_in_seconds_or_a_date() {
    let application = Application::start().await;
    let token = application.token("alice").await;
    let refused = |retry_after| {
        application.control.set_limit(Some(RateLimit { per_hour: 0, retry_after }));
        application.api("/user", &token)
    };

    let seconds = refused(RetryAfter::Seconds(30)).await;
    let date = refused(RetryAfter::HttpDate(30)).await;

    assert_eq!(seconds.headers()["retry-after"], "30");
    let date = date.headers()["retry-after"].to_str().unwrap();
    assert!(date.ends_with(" GMT") && date.len() == "Sun, 06 Nov 1994 08:49:37 GMT".len());
}
