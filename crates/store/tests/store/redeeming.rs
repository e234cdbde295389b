//! Login codes.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use latchkey_domain::{id::AttemptId, pkce::CodeChallenge, sign_in::LOGIN_CODE_LIFETIME};
use latchkey_store::{Store, Tx};
use tokio::sync::Barrier;

use crate::made;

async fn finished(store: &Store) -> AttemptId {
    let attempt = made::claimed(store).await;
    let user = made::user();
    let finish = made::finish(attempt, &user, &made::social(&user, "{1}"));
    assert!(made::added(store, async |tx| tx.finish_sign_in(&finish).await).await);
    attempt
}

crate::both! {
    async fn a_login_code_is_redeemed_by_one_of_many(db) {
        const CALLERS: usize = 32;
        let store = db.store().await;
        let attempt = finished(&store).await;
        let start = Arc::new(Barrier::new(CALLERS));
        let callers = (0..CALLERS).map(|_| {
            let (store, start) = (store.clone(), start.clone());
            tokio::spawn(async move {
                start.wait().await;
                let proof = (&made::CODE_HASH, &made::CHALLENGE);
                store.redeem(attempt, &made::shop(), proof, made::NOW).await.unwrap()
            })
        });
        let redeemed: Vec<_> =
            join_all(callers).await.into_iter().filter_map(Result::unwrap).collect();
        let [sign_in] = redeemed.as_slice() else { panic!("{} redeemed it", redeemed.len()) };
        assert_eq!((sign_in.id, sign_in.redeemed_at), (attempt, Some(made::NOW)));
        assert_eq!(store.sign_in(attempt).await.unwrap().as_ref(), Some(sign_in));
    }

    async fn what_does_not_fit_redeems_nothing_and_spoils_nothing(db) {
        let store = db.store().await;
        let attempt = finished(&store).await;
        let (shop, mut elsewhere) = (made::shop(), made::shop());
        elsewhere.environment = made::environment_id("other");
        let blog = made::application("blog").name();
        let (hash, challenge) = (made::CODE_HASH, made::CHALLENGE);
        let (bad_hash, bad_challenge) = ([8; 32], CodeChallenge([8; 32]));
        let expiry = made::NOW.plus(LOGIN_CODE_LIFETIME);
        let other = AttemptId::new(made::NOW);
        for (what, attempt, application, hash, challenge, now) in [
            ("another application", attempt, &blog, &hash, &challenge, made::NOW),
            ("another environment", attempt, &elsewhere, &hash, &challenge, made::NOW),
            ("another code", attempt, &shop, &bad_hash, &challenge, made::NOW),
            ("another challenge", attempt, &shop, &hash, &bad_challenge, made::NOW),
            ("another attempt", other, &shop, &hash, &challenge, made::NOW),
            ("too late", attempt, &shop, &hash, &challenge, expiry),
        ] {
            let redeemed = store.redeem(attempt, application, (hash, challenge), now).await;
            assert_eq!(redeemed.unwrap(), None, "{what}");
        }
        let in_time = expiry.minus(Duration::from_micros(1));
        let redeemed = store.redeem(attempt, &shop, (&hash, &challenge), in_time).await.unwrap();
        assert!(redeemed.is_some(), "the right one still can");
    }

    async fn a_sign_in_without_an_end_has_nothing_to_redeem(db) {
        let store = db.store().await;
        let attempt = made::claimed(&store).await;
        let proof = (&made::CODE_HASH, &made::CHALLENGE);
        let redeemed = store.redeem(attempt, &made::shop(), proof, made::NOW).await.unwrap();
        assert_eq!(redeemed, None);
    }

    async fn a_code_that_was_given_before_the_end_is_redeemed_by_what_ends_it_alone(db) {
        let store = db.store().await;
        let attempt = made::claimed(&store).await;
        let expiry = made::NOW.plus(LOGIN_CODE_LIFETIME);
        let give =
            async |tx: &Tx| tx.give_login_code(attempt, made::CODE_HASH, expiry).await;
        assert!(made::added(&store, give).await);
        let proof = (&made::CODE_HASH, &made::CHALLENGE);
        assert_eq!(store.redeem(attempt, &made::shop(), proof, made::NOW).await.unwrap(), None);

        let redeem = async |proof, now| {
            let tx = store.begin().await.unwrap();
            tx.redeem_waiting(attempt, &made::shop(), proof, now).await.unwrap()
        };
        assert_eq!(redeem((&[8; 32], &made::CHALLENGE), made::NOW).await, None, "another code");
        assert_eq!(redeem(proof, expiry).await, None, "too late");
        let sign_in = redeem(proof, made::NOW).await.expect("the right one");
        assert_eq!((sign_in.id, sign_in.redeemed_at), (attempt, Some(made::NOW)));
        assert_eq!(sign_in.end, None);
    }

    async fn a_sign_in_that_has_its_end_is_given_no_code_and_does_not_wait_for_one(db) {
        let store = db.store().await;
        let attempt = finished(&store).await;
        let expiry = made::NOW.plus(LOGIN_CODE_LIFETIME);
        let give = async |tx: &Tx| tx.give_login_code(attempt, [8; 32], expiry).await;
        assert!(!made::added(&store, give).await);
        let tx = store.begin().await.unwrap();
        let proof = (&made::CODE_HASH, &made::CHALLENGE);
        let redeemed = tx.redeem_waiting(attempt, &made::shop(), proof, made::NOW).await.unwrap();
        assert_eq!(redeemed, None);
    }
}
