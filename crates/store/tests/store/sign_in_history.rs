//! Sign-ins, as they are looked up afterwards.

use std::time::Duration;

use latchkey_domain::{
    id::{AttemptId, UserId},
    sign_in::{Refusal, Unsuccessful},
    time::Timestamp,
};
use latchkey_store::{SignIn, SignInEnd, Store};

use crate::made;

/// Three sign-ins in each of three moments, every second one of them this user's.
async fn nine(store: &Store, user: UserId) -> Vec<SignIn> {
    let mut made = Vec::new();
    for n in 0..9_u64 {
        let at = made::NOW.plus(Duration::from_secs(n % 3));
        let attempt = AttemptId::new(at);
        store.claim(&made::claim(attempt, at)).await.unwrap();
        let known = (n % 2 == 0).then_some(user);
        let end = Unsuccessful::Refused(Refusal::UserSuspended);
        made::added(store, async |tx| tx.end_sign_in_of(attempt, known, end, at).await).await;
        made.push(store.sign_in(attempt).await.unwrap().unwrap());
    }
    made.sort_by_key(|sign_in| std::cmp::Reverse((sign_in.claimed_at, sign_in.id)));
    made
}

crate::both! {
    async fn every_sign_in_is_on_one_page_the_newest_first(db) {
        let store = db.store().await;
        let user = made::user();
        let all = nine(&store, user.id).await;
        let theirs: Vec<_> =
            all.iter().filter(|found| found.user == Some(user.id)).cloned().collect();
        assert_eq!(theirs.len(), 5);
        for size in [1, 2, 4, 9, 100] {
            for (of, expected) in [(None, &all), (Some(user.id), &theirs)] {
                let list = async |page| store.list_sign_ins(&made::dev(), of, &page).await;
                assert_eq!(&made::pages(size, list).await.concat(), expected, "pages of {size}");
            }
        }
    }

    async fn another_environments_sign_ins_are_not_listed(db) {
        let store = db.store().await;
        let user = made::user();
        nine(&store, user.id).await;
        let other = made::environment_id("other");
        for of in [None, Some(user.id)] {
            let list = async |page| store.list_sign_ins(&other, of, &page).await;
            assert_eq!(made::pages(10, list).await.concat(), []);
        }
    }

    async fn a_refusal_tells_whom_it_refused_and_when(db) {
        let store = db.store().await;
        let user = made::user();
        let attempt = made::claimed(&store).await;
        let (end, at) = (Unsuccessful::Refused(Refusal::UserSuspended), Timestamp(made::NOW.0 + 7));
        let refuse =
            async |tx: &latchkey_store::Tx| tx.end_sign_in_of(attempt, Some(user.id), end, at).await;
        assert!(made::added(&store, refuse).await);

        let found = store.sign_in(attempt).await.unwrap().unwrap();

        assert_eq!((found.user, found.finished_at), (Some(user.id), Some(at)));
        assert_eq!(found.end, Some(SignInEnd::Unsuccessful(end)));
    }
}
