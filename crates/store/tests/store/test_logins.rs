//! Test logins: what happens once, and what is forgotten.

use std::time::Duration;

use futures_util::future::join_all;
use latchkey_domain::{
    host::Host,
    id::TestLoginId,
    sign_in::{Failure, SignInResult, Unsuccessful},
    test_login::{
        Ending, KEPT_FOR, Step, StepFailure, StepKind, TICKET_LIFETIME, TestLogin, TurnedAway,
    },
    time::Timestamp,
};
use latchkey_store::Store;

use crate::made;

fn test_login(at: Timestamp) -> TestLogin {
    TestLogin {
        id: TestLoginId::new(at),
        connection: made::bitbucket(),
        host: Host::parse("login.example.com").unwrap(),
        credential: None,
        created_at: at,
        begun_at: None,
        turned_away: Vec::new(),
        ending: None,
    }
}

async fn added(store: &Store, at: Timestamp) -> TestLogin {
    let test_login = test_login(at);
    let hash = hash_of(&test_login);
    made::added(store, async |tx| tx.add_test_login(&test_login, &hash).await).await;
    test_login
}

/// A hash that no other test login has.
fn hash_of(test_login: &TestLogin) -> [u8; 32] {
    let mut hash = [0; 32];
    hash[..16].copy_from_slice(test_login.id.0.as_bytes());
    hash
}

fn ending(end: latchkey_domain::test_login::TestEnd) -> Ending {
    let took = Duration::from_millis(7);
    let steps =
        vec![Step { kind: StepKind::Token, failure: end.err().map(StepFailure::Ended), took }];
    Ending { end, steps, event: None, at: made::NOW }
}

crate::both! {
    async fn a_test_login_reads_back_as_it_was_written(db) {
        let store = db.store().await;
        let made = added(&store, made::NOW).await;
        let found = store.test_login(made.id).await.unwrap().unwrap();
        assert_eq!(found.test_login, made);
        assert_eq!(store.test_login_of(&hash_of(&made)).await.unwrap(), Some(made.clone()));
        assert_eq!(store.test_login_of(&[1; 32]).await.unwrap(), None);
    }

    async fn a_ticket_is_used_once_and_in_time(db) {
        let store = db.store().await;
        let made = added(&store, made::NOW).await;
        let late = made::NOW.plus(TICKET_LIFETIME);
        assert!(!store.use_ticket(made.id, late).await.unwrap());
        let used = join_all((0..8).map(|_| store.use_ticket(made.id, made::NOW))).await;
        assert_eq!(used.into_iter().filter(|used| *used.as_ref().unwrap()).count(), 1);
    }

    async fn a_test_login_is_claimed_and_ended_once(db) {
        let store = db.store().await;
        let made = added(&store, made::NOW).await;
        let claims = join_all((0..8).map(|n| store.claim_test_login(made.id, [n; 32], made::NOW)));
        let claims: Vec<_> = claims.await.into_iter().map(Result::unwrap).collect();
        let first = claims.iter().position(|claimed| *claimed).unwrap();
        assert_eq!(claims.into_iter().filter(|claimed| *claimed).count(), 1);
        let failed = ending(Err(Unsuccessful::Failed(Failure::ScopeMissing)));
        for (end, expected) in [(&failed, true), (&ending(Ok(SignInResult::Linked)), false)] {
            let tx = store.begin().await.unwrap();
            let sealed = Some(vec![1, 2, 3]);
            assert_eq!(tx.finish_test_login(made.id, end, sealed).await.unwrap(), expected);
            tx.commit().await.unwrap();
        }
        let found = store.test_login(made.id).await.unwrap().unwrap();
        assert_eq!(found.test_login.ending, Some(failed));
        assert_eq!(found.answer_hash, Some([u8::try_from(first).unwrap(); 32]));
        assert_eq!(found.sealed_profile, Some(vec![1, 2, 3]));
    }

    async fn who_was_turned_away_last_is_noted_until_somebody_comes_through(db) {
        let store = db.store().await;
        let made = added(&store, made::NOW).await;
        let step = |reason, millis| Step {
            kind: StepKind::BrowserMatched,
            failure: Some(StepFailure::TurnedAway(reason)),
            took: Duration::from_millis(millis),
        };
        let (stranger, late) = (TurnedAway::BrowserMismatch, TurnedAway::StateExpired);
        let noted = async |reason, millis| {
            store.note_turned_away(made.id, reason, &[step(reason, millis)]).await.unwrap();
            store.test_login(made.id).await.unwrap().unwrap().test_login
        };
        let first = noted(stranger, 1).await;
        assert_eq!((first.turned_away, first.ending), (vec![step(stranger, 1)], None));
        let again = noted(stranger, 2).await;
        assert_eq!(again.turned_away, [step(stranger, 1)], "nothing is written anew");
        assert_eq!(noted(late, 3).await.turned_away, [step(late, 3)]);

        assert!(store.claim_test_login(made.id, [1; 32], made::NOW).await.unwrap());
        assert_eq!(noted(stranger, 4).await.turned_away, []);
    }

    async fn a_test_login_that_nobody_finishes_is_abandoned(db) {
        let store = db.store().await;
        let made = added(&store, made::NOW).await;
        store.claim_test_login(made.id, [1; 32], made::NOW).await.unwrap();
        let at = |seconds| made::NOW.plus(Duration::from_secs(seconds));
        store.abandon_test_login(made.id, at(14)).await.unwrap();
        let end = async || store.test_login(made.id).await.unwrap().unwrap().test_login.ending;
        assert_eq!(end().await, None);
        store.abandon_test_login(made.id, at(15)).await.unwrap();
        let abandoned = Unsuccessful::Failed(Failure::AttemptAbandoned);
        assert_eq!(end().await.unwrap().end, Err(abandoned));
    }

    async fn test_logins_go_with_their_connection_and_their_environment(db) {
        let store = made::with_shop_and_bitbucket(&db).await;
        added(&store, made::NOW).await;
        let other = made::connection("other").name();
        let of_other = TestLogin { connection: other, ..test_login(made::NOW) };
        let hash = hash_of(&of_other);
        made::added(&store, async |tx| tx.add_test_login(&of_other, &hash).await).await;
        made::added(&store, async |tx| {
            tx.remove_connection(&made::bitbucket(), made::deletion()).await
        })
        .await;
        let left = async || db.number("SELECT COUNT(*) FROM test_logins").await;
        assert_eq!(left().await, 2, "its deletion can be undone");
        store.purge_due(made::deletion().purge_at).await.unwrap();
        assert_eq!(left().await, 1);
        assert!(store.test_login(of_other.id).await.unwrap().is_some());
        made::added(&store, async |tx| tx.remove_environment(&made::dev(), made::NOW).await).await;
        assert_eq!(left().await, 0);
    }

    async fn what_is_a_day_old_is_forgotten_however_much_it_is(db) {
        let store = db.store().await;
        let kept = added(&store, made::NOW).await;
        for n in 0..503 {
            added(&store, made::NOW.minus(KEPT_FOR).minus(Duration::from_micros(n))).await;
        }
        assert_eq!(store.forget_test_logins(made::NOW).await.unwrap(), 503);
        assert_eq!(store.forget_test_logins(made::NOW).await.unwrap(), 0);
        assert!(store.test_login(kept.id).await.unwrap().is_some());
    }
}
