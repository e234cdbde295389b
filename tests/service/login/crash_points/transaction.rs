//! C0, C1 and C4 to C7 of somebody new, whose sign-in is a transaction: before the claim, after it,
//! with the profile in memory, within the transaction, and with the commit's answer lost.

use std::time::Duration;

use tonic::{Code, Status};

use super::{
    after, at_the_callback, before, bring, commit, is_abandoned, is_signed_up, on_postgres,
    stopped::{CUTS, Cut, stopped_at},
};
use crate::harness::{bridge::When, ends::outcome, reason};

const CLAIM: &str = "INSERT INTO \"sign_ins\"";
const EVENTS: &str = "INSERT INTO \"outbox\"";
/// What the transaction asks first: that its environment stays.
const FIRST: &str = "FOR KEY SHARE";
/// Within what anybody waits for a statement.
const A_WHILE: Duration = Duration::from_millis(700);

/// Holds what the caller of a process is told that lost its database; that of a dead one is told nothing.
pub(super) fn is_told(status: &Status, cut: Cut, expected: (Code, &str)) {
    if cut == Cut::Broken {
        assert_eq!((status.code(), reason(status).as_str()), expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c0_before_the_claim_nothing_happened_and_the_same_callback_works() {
    for cut in CUTS {
        on_postgres(async |app| {
            let at = at_the_callback(&app, "alice").await;
            let status = stopped_at(&app, before(CLAIM), &at).await.end(cut).await.unwrap_err();

            // It can be tried again, and then works.
            is_told(&status, cut, (Code::Unavailable, "STORAGE_UNAVAILABLE"));
            assert_eq!(app.rows("sign_ins").await, 0);
            assert_eq!(app.token_requests(), 0);
            is_signed_up(&app, &at).await;
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c1_claimed_and_the_code_not_sent_ends_as_if_it_had_been() {
    for cut in CUTS {
        on_postgres(async |app| {
            let at = at_the_callback(&app, "alice").await;
            let status = stopped_at(&app, after(CLAIM), &at).await.end(cut).await.unwrap_err();

            // Nobody knows whether it was claimed. It can be tried again: the code was not sent, and is not.
            is_told(&status, cut, (Code::Unavailable, "STORAGE_UNAVAILABLE"));
            is_abandoned(&app, &at, 0).await;
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c4_with_the_profile_in_memory_nothing_is_written() {
    for cut in CUTS {
        on_postgres(async |app| {
            let at = at_the_callback(&app, "alice").await;
            let stopped = stopped_at(&app, before(FIRST), &at).await;
            assert_eq!(app.requests_to("/2.0/user"), 1, "the profile is read");
            let status = stopped.end(cut).await.unwrap_err();

            is_told(&status, cut, (Code::Aborted, "START_AGAIN"));
            is_abandoned(&app, &at, 1).await;
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c5_within_the_transaction_nothing_of_it_stays() {
    for cut in CUTS {
        on_postgres(async |app| {
            let at = at_the_callback(&app, "alice").await;
            let stopped = stopped_at(&app, commit(When::Before, EVENTS), &at).await;
            let status = stopped.end(cut).await.unwrap_err();

            is_told(&status, cut, (Code::Aborted, "START_AGAIN"));
            is_abandoned(&app, &at, 1).await;
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c6_a_process_that_dies_before_it_hears_of_its_commit_has_signed_in() {
    on_postgres(async |app| {
        let at = at_the_callback(&app, "alice").await;
        let stopped = stopped_at(&app, commit(When::After, EVENTS), &at).await;

        assert!(stopped.end(Cut::Killed).await.is_err());
        is_signed_up(&app, &at).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c6_a_commit_whose_answer_is_lost_is_found_out_by_reading() {
    on_postgres(async |app| {
        let at = at_the_callback(&app, "alice").await;
        let stopped = stopped_at(&app, commit(When::After, EVENTS), &at).await;

        let told = stopped.end(Cut::Broken).await.unwrap();
        assert_eq!(outcome(&told), "SIGNED_IN");
        assert_eq!(is_signed_up(&app, &at).await, told);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c6_a_commit_whose_answer_comes_late_is_waited_for_and_so_does_who_comes_meanwhile() {
    on_postgres(async |app| {
        let at = at_the_callback(&app, "alice").await;
        let stopped = stopped_at(&app, commit(When::Before, EVENTS), &at).await;
        let (meanwhile, ()) = tokio::join!(app.complete(&at.0, &at.1), async {
            tokio::time::sleep(A_WHILE).await;
            stopped.bridge.open();
        });

        let told = stopped.call.await.unwrap().unwrap();
        assert_eq!(meanwhile.unwrap(), told);
        assert_eq!(is_signed_up(&app, &at).await, told);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c7_whoever_hung_up_before_the_answer_gets_it_when_they_ask_again() {
    on_postgres(async |app| {
        let at = at_the_callback(&app, "alice").await;
        let stopped = stopped_at(&app, commit(When::After, EVENTS), &at).await;
        stopped.call.abort();
        assert!(stopped.call.await.unwrap_err().is_cancelled());
        stopped.bridge.open();

        let again = bring(&app, &stopped.process, &at.0, &at.1).await.unwrap().unwrap();
        assert_eq!(is_signed_up(&app, &at).await, again);
    })
    .await;
}
