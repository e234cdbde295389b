//! Sign-ins that wait, and what is counted for their addresses.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use latchkey_domain::{
    email::EmailAddress,
    email_code::{Allowance, CODES_AN_HOUR, CountedFor, SentCode},
    id::AttemptId,
    time::Timestamp,
};
use latchkey_store::{Store, WaitingSignIn};
use tokio::sync::Barrier;

use crate::{both, made};

fn waiting(attempt: AttemptId) -> WaitingSignIn {
    WaitingSignIn {
        attempt,
        environment: made::shop().environment,
        sealed_profile: Some(vec![1, 2, 3, 4, 5, 6]),
        address: None,
        code: None,
        proven_at: None,
        link_asked_at: None,
        expires_at: made::NOW.plus(Duration::from_mins(30)),
    }
}

async fn claimed(store: &Store) -> AttemptId {
    let attempt = AttemptId::new(made::NOW);
    store.claim(&made::claim(attempt, made::NOW)).await.unwrap();
    attempt
}

both! {
    async fn what_waits_reads_back_and_is_not_taken_for_abandoned(db) {
        let store = db.store().await;
        let attempt = claimed(&store).await;
        let mut expected = waiting(attempt);
        let tx = store.begin().await.unwrap();
        assert!(tx.add_waiting(&expected).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(store.waiting(attempt).await.unwrap(), Some(expected.clone()));

        expected.address = Some(EmailAddress::parse("rowan@mail.example").unwrap());
        expected.code = Some(SentCode {
            number: 2,
            was_sent: true,
            sent_at: made::NOW,
            expires_at: made::NOW.plus(Duration::from_mins(10)),
            tries: 4,
        });
        expected.proven_at = Some(made::NOW);
        expected.link_asked_at = Some(made::NOW);
        let tx = store.begin().await.unwrap();
        assert!(tx.hold_waiting(attempt).await.unwrap().is_some());
        tx.update_waiting(&expected).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.waiting(attempt).await.unwrap(), Some(expected.clone()));

        let last = Timestamp(expected.expires_at.0 - 1);
        assert!(!store.abandon_sign_in(attempt, last).await.unwrap());
        assert!(store.abandon_sign_in(attempt, expected.expires_at).await.unwrap());
    }

    async fn nobody_waits_for_a_sign_in_that_has_its_end(db) {
        let store = db.store().await;
        let attempt = claimed(&store).await;
        let later = made::NOW.plus(Duration::from_mins(1));
        assert!(store.abandon_sign_in(attempt, later).await.unwrap());

        let tx = store.begin().await.unwrap();
        assert!(!tx.add_waiting(&waiting(attempt)).await.unwrap());
    }

    async fn what_waited_in_vain_is_forgotten(db) {
        let store = db.store().await;
        let attempt = claimed(&store).await;
        let tx = store.begin().await.unwrap();
        let waiting = waiting(attempt);
        tx.add_waiting(&waiting).await.unwrap();
        tx.commit().await.unwrap();
        let last = Timestamp(waiting.expires_at.0 - 1);
        assert_eq!(store.forget_waiting(last).await.unwrap(), 0);
        assert_eq!(store.forget_waiting(waiting.expires_at).await.unwrap(), 1);
        assert_eq!(store.waiting(attempt).await.unwrap(), None);
    }

    async fn many_who_count_for_one_address_at_once_lose_no_count(db) {
        const CALLERS: usize = 12;
        let store = db.store().await;
        let environment = made::shop().environment;
        let address = EmailAddress::parse("rowan@mail.example").unwrap();
        let start = Arc::new(Barrier::new(CALLERS));
        let callers = (0..CALLERS).map(|_| {
            let (store, start) = (store.clone(), start.clone());
            let (environment, address) = (environment.clone(), address.clone());
            tokio::spawn(async move {
                start.wait().await;
                let tx = store.begin().await.unwrap();
                let counted_for = CountedFor::Address(&address);
                let held = tx.hold_allowance(&environment, counted_for, made::NOW).await.unwrap();
                let counted = held.send(made::NOW);
                if let Some(counted) = &counted {
                    tx.count_code(&environment, counted_for, counted).await.unwrap();
                }
                tx.commit().await.unwrap();
                counted.is_some()
            })
        });
        let sent: Vec<_> = join_all(callers).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(sent.iter().filter(|sent| **sent).count(), CODES_AN_HOUR as usize);
        let tx = store.begin().await.unwrap();
        let counted_for = CountedFor::Address(&address);
        let held = tx.hold_allowance(&environment, counted_for, made::NOW).await.unwrap();
        let expected =
            Allowance { codes_in_hour: CODES_AN_HOUR, codes_in_day: CODES_AN_HOUR, ..Allowance::untouched(made::NOW) };
        assert_eq!(held, expected);
    }
}
