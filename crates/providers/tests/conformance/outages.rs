//! A provider that is down, slow, or talks nonsense.

use std::time::{Duration, Instant};

use bitbucket_stand_in::{Endpoint, Fault, Mode};
use latchkey_domain::{profile::usable, provider::Error};

use crate::stage::{Stage, on_every_stage};

const TOKEN: &str = "/site/oauth2/access_token";
const USER: &str = "/2.0/user";
const EMAILS: &str = "/2.0/user/emails";
/// An answer that would take minutes, a byte a second.
const DRIP: Fault = Fault::SlowBytes { interval_ms: 1_000 };
/// One try and its repetition.
const TRIES: usize = 2;
/// The time limits with some room for a busy machine.
const AT_MOST: Duration = Duration::from_secs(8);

/// The first request fails and the rest would be answered: nothing hides behind a second failure.
async fn trade_failing(stage: &Stage, fault: Fault) -> Option<Error> {
    let code = stage.code("alice").await;
    stage.control.clear_requests();
    stage.control.fail_next(Endpoint::Token, fault);
    let error = stage.trade(&code).await.err();
    assert_eq!(stage.requests_to(TOKEN), 1, "{fault:?}");
    stage.control.heal();
    error
}

async fn account_failing(stage: &Stage, fault: Fault) -> Option<Error> {
    let grant = stage.grant("alice").await;
    stage.control.clear_requests();
    stage.control.fail_always(Endpoint::User, fault);
    let error = stage.provider.account(&grant).await.err();
    stage.control.heal();
    error
}

#[tokio::test]
async fn a_code_is_sent_once_even_if_nobody_knows_what_became_of_it() {
    on_every_stage(async |stage| {
        for fault in [500, 502, 503].map(|status| Fault::ServerError { status }) {
            assert_matches!(trade_failing(&stage, fault).await, Some(Error::Unavailable(_)));
        }
        let reset = trade_failing(&stage, Fault::ConnectionReset).await;
        assert_matches!(reset, Some(Error::Unavailable(_)));
    })
    .await;
}

async fn a_trade_is_given_up(fault: Fault) {
    on_every_stage(async |stage| {
        let started = Instant::now();
        assert_matches!(trade_failing(&stage, fault).await, Some(Error::Unavailable(_)));
        assert!(started.elapsed() < AT_MOST);
    })
    .await;
}

#[tokio::test]
async fn a_token_answer_that_hangs_or_drips_is_given_up_and_not_asked_for_again() {
    tokio::join!(a_trade_is_given_up(Fault::Hang), a_trade_is_given_up(DRIP));
}

#[tokio::test]
async fn a_token_answer_that_makes_no_sense_is_told_from_an_outage() {
    on_every_stage(async |stage| {
        for fault in [
            Fault::HtmlOk,
            Fault::TruncatedJson,
            Fault::ServerError { status: 404 },
            Fault::Forbidden,
        ] {
            let error = trade_failing(&stage, fault).await;
            assert_matches!(error, Some(Error::Malformed(_)));
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_without_end_is_left_at_its_limit() {
    on_every_stage(async |stage| {
        let started = Instant::now();
        let token = trade_failing(&stage, Fault::EndlessBody).await;
        assert_matches!(token, Some(Error::Malformed("more than 64 KiB")));
        let account = account_failing(&stage, Fault::EndlessBody).await;
        assert_matches!(account, Some(Error::Malformed("more than 64 KiB")));
        assert_eq!(stage.requests_to(USER), 1);
        assert!(started.elapsed() < Duration::from_secs(4));
    })
    .await;
}

#[tokio::test]
async fn a_read_is_repeated_once_and_then_given_up() {
    on_every_stage(async |stage| {
        let down = [502, 503, 504].map(|status| Fault::ServerError { status });
        for fault in down.into_iter().chain([Fault::ConnectionReset]) {
            assert_matches!(account_failing(&stage, fault).await, Some(Error::Unavailable(_)));
            assert_eq!(stage.requests_to(USER), TRIES, "{fault:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_failure_that_is_none_of_the_moment_is_not_repeated() {
    on_every_stage(async |stage| {
        for status in [408, 500, 501] {
            let fault = Fault::ServerError { status };
            assert_matches!(account_failing(&stage, fault).await, Some(Error::Unavailable(_)));
            assert_eq!(stage.requests_to(USER), 1, "{status}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_list_has_one_repetition_for_all_its_pages() {
    on_every_stage(async |stage| {
        let grant = stage.grant("erin").await;
        // The first page at the second try; then the second page, which has none.
        for fault in [Some(Fault::ConnectionReset), None, Some(Fault::ConnectionReset)] {
            // It spoils a token's answer, and no other.
            let fault = fault.unwrap_or(Fault::TokenTypeBearer);
            stage.control.fail_next(Endpoint::Emails, fault);
        }
        assert_matches!(stage.provider.emails(&grant).await, Err(Error::Unavailable(_)));
        assert_eq!(stage.requests_to(EMAILS), 3);
    })
    .await;
}

#[tokio::test]
async fn a_read_survives_one_failure() {
    on_every_stage(async |stage| {
        let grant = stage.grant("alice").await;
        stage.control.fail_next(Endpoint::User, Fault::ServerError { status: 502 });
        stage.control.fail_next(Endpoint::Emails, Fault::ConnectionReset);
        assert!(stage.provider.account(&grant).await.is_ok());
        assert!(usable(&stage.provider.emails(&grant).await.unwrap()).is_some());
        assert_eq!((stage.requests_to(USER), stage.requests_to(EMAILS)), (TRIES, TRIES));
    })
    .await;
}

#[tokio::test]
async fn a_read_that_hangs_once_is_answered_by_another_try() {
    let stage = Stage::bitbucket(Mode::Since2026).await;
    stage.control.fail_next(Endpoint::User, Fault::Hang);
    assert!(stage.account("alice").await.is_ok());
}

async fn a_read_is_given_up(fault: Fault) {
    on_every_stage(async |stage| {
        let started = Instant::now();
        assert_matches!(account_failing(&stage, fault).await, Some(Error::Unavailable(_)));
        assert!(started.elapsed() < AT_MOST);
        assert!(stage.requests_to(USER) <= TRIES);
    })
    .await;
}

#[tokio::test]
async fn a_read_that_hangs_or_drips_ends_in_time() {
    tokio::join!(a_read_is_given_up(Fault::Hang), a_read_is_given_up(DRIP));
}

#[tokio::test]
async fn a_read_that_makes_no_sense_is_not_repeated() {
    on_every_stage(async |stage| {
        for fault in [Fault::HtmlOk, Fault::TruncatedJson, Fault::ServerError { status: 404 }] {
            assert_matches!(account_failing(&stage, fault).await, Some(Error::Malformed(_)));
            assert_eq!(stage.requests_to(USER), 1, "{fault:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn addresses_that_cannot_be_read_leave_the_account_readable() {
    on_every_stage(async |stage| {
        let grant = stage.grant("alice").await;
        stage.control.fail_always(Endpoint::Emails, Fault::ServerError { status: 500 });
        assert!(stage.provider.account(&grant).await.is_ok());
        assert_matches!(stage.provider.emails(&grant).await, Err(Error::Unavailable(_)));
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_is_gone_is_unavailable() {
    on_every_stage(async |stage| {
        let Stage { stand_in, control, provider, .. } = stage;
        control.clear_requests();
        stand_in.stop().await;
        let code = "code".into();
        let error = crate::stage::exchange(&*provider, &code).await.unwrap_err();
        // URLs stay out of errors: those of pages have queries.
        assert!(!format!("{error:?}").contains("://"), "{error:?}");
        assert_matches!(error, Error::Unavailable(_));
        assert!(control.requests().is_empty());
    })
    .await;
}

#[tokio::test]
async fn whether_a_provider_is_there_is_asked_without_a_secret() {
    on_every_stage(async |stage| {
        let answers = latchkey_providers::reach(&*stage.provider).await;
        assert_eq!(answers.len(), 1, "one host has all endpoints: {answers:?}");
        assert!(answers[0].1.is_ok(), "{answers:?}");
        assert_eq!(stage.requests_to(TOKEN), 0);

        let provider = stage.provider.clone();
        stage.stand_in.stop().await;
        let answered = latchkey_providers::reach(&*provider).await.pop().unwrap().1;
        assert_matches!(answered, Err(Error::Unavailable(_)));
    })
    .await;
}
