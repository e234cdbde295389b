//! What is said when nobody knows.

use std::time::{Duration, Instant};

use latchkey_domain::dns::{Error, LOOKUP_LIMIT};
use latchkey_test_dns::{Failure, TestDns};

use crate::{NAME, causes, look, look_at, texts};

/// How late a look may be where the machine is busy.
const LATE: Duration = Duration::from_millis(500);

/// A name server that fails in this way, and what the error says of it.
async fn failed(failure: Failure) -> String {
    let dns = TestDns::start().await;
    dns.set_texts(NAME, &["latchkey=one"]);
    dns.fail(NAME, failure);
    let asked = Instant::now();
    let error = look(&dns, NAME).await.unwrap_err();
    assert!(asked.elapsed() < LOOKUP_LIMIT + LATE, "{:?}", asked.elapsed());
    assert!(matches!(error, Error::Unavailable(_)));
    assert!(dns.asked(NAME) > 0);
    dns.mend(NAME);
    assert_eq!(texts(&dns, NAME).await, ["latchkey=one"]);
    causes(&error)
}

#[tokio::test]
async fn a_name_server_that_cannot_is_no_name_without_texts() {
    let causes = failed(Failure::ServFail).await;
    assert!(causes.contains("did not look it up"), "{causes}");
    assert!(causes.contains("Server Failure"), "{causes}");
}

#[tokio::test]
async fn a_name_server_that_refuses_is_no_name_without_texts() {
    let causes = failed(Failure::Refused).await;
    assert!(causes.contains("Query Refused"), "{causes}");
}

#[tokio::test]
async fn a_name_server_that_only_names_others_is_no_name_without_texts() {
    let causes = failed(Failure::Referral).await;
    assert!(causes.contains("did not look it up"), "{causes}");
}

#[tokio::test]
async fn an_answer_that_is_none_is_no_name_without_texts() {
    let causes = failed(Failure::Garbage).await;
    assert!(causes.contains("did not look it up"), "{causes}");
}

#[tokio::test]
async fn an_answer_that_never_has_room_is_no_name_without_texts() {
    let causes = failed(Failure::Truncated).await;
    assert!(causes.contains("truncated"), "{causes}");
}

#[tokio::test]
async fn an_answer_to_other_letters_is_not_believed_and_asked_for_by_tcp() {
    let dns = TestDns::start().await;
    let name = format!("{NAME}.{NAME}.{NAME}");
    dns.set_texts(&name, &["latchkey=one"]);
    dns.fail(&name, Failure::Recased);
    assert_eq!(texts(&dns, &name).await, ["latchkey=one"]);
    assert_eq!(dns.asked_by_tcp(&name), 1);
}

#[tokio::test]
async fn a_look_ends_in_time_where_nobody_says_anything() {
    let causes = failed(Failure::Silent).await;
    assert_eq!(causes, "no answer within 5 s");
}

#[tokio::test]
async fn a_name_server_answers_for_one_beside_it_that_does_not() {
    for failure in [Failure::Silent, Failure::ServFail, Failure::Refused, Failure::Garbage] {
        let (dead, live) = (TestDns::start().await, TestDns::start().await);
        dead.fail(NAME, failure);
        live.set_texts(NAME, &["latchkey=one"]);
        for servers in [[dead.address(), live.address()], [live.address(), dead.address()]] {
            let asked = Instant::now();
            assert_eq!(look_at(&servers, NAME).await.unwrap(), ["latchkey=one"], "{failure:?}");
            assert!(asked.elapsed() < Duration::from_secs(2), "{failure:?}");
        }
    }
}

#[tokio::test]
async fn the_second_name_server_is_not_asked_while_the_first_one_answers() {
    let (first, second) = (TestDns::start().await, TestDns::start().await);
    first.set_texts(NAME, &["latchkey=one"]);
    second.set_texts(NAME, &["latchkey=two"]);
    let servers = [first.address(), second.address()];
    assert_eq!(look_at(&servers, NAME).await.unwrap(), ["latchkey=one"]);
    assert_eq!(second.asked_in_all(), 0);
}

#[tokio::test]
async fn name_servers_that_all_cannot_are_told_of() {
    let (first, second) = (TestDns::start().await, TestDns::start().await);
    first.fail(NAME, Failure::ServFail);
    second.fail(NAME, Failure::Refused);
    let error = look_at(&[first.address(), second.address()], NAME).await.unwrap_err();
    assert_eq!(error.to_string(), "the name servers did not answer");
    assert!(causes(&error).contains(&second.address().to_string()), "{}", causes(&error));
}
