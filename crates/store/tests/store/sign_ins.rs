//! Claims and ends of sign-ins.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use latchkey_domain::{
    host::Host,
    id::AttemptId,
    sign_in::{ABANDONED_AFTER, Failure, Refusal, SignInResult, Unsuccessful},
};
use latchkey_store::{Claimed, SignIn, SignInEnd};
use tokio::sync::Barrier;

use crate::made;

crate::both! {
    async fn of_many_claims_of_one_attempt_one_gets_it(db) {
        const CALLERS: usize = 64;
        let store = db.store().await;
        let attempt = AttemptId::new(made::NOW);
        let start = Arc::new(Barrier::new(CALLERS));
        let callers = (0..CALLERS).map(|_| {
            let (store, start) = (store.clone(), start.clone());
            tokio::spawn(async move {
                start.wait().await;
                store.claim(&made::claim(attempt, made::NOW)).await.unwrap()
            })
        });
        let claims: Vec<_> = join_all(callers).await.into_iter().map(Result::unwrap).collect();
        let ours = claims.iter().filter(|claim| matches!(claim, Claimed::Now)).count();
        assert_eq!(ours, 1);
        let expected = SignIn {
            id: attempt,
            connection: made::bitbucket(),
            application: made::shop(),
            organization: None,
            answer_hash: [3; 32],
            claimed_at: made::NOW,
            finished_at: None,
            user: None,
            end: None,
            waits_until: None,
            login_code_expires_at: None,
            redeemed_at: None,
        };
        for claim in &claims {
            let (Claimed::Now | Claimed::Before(_)) = claim;
            if let Claimed::Before(before) = claim {
                assert_eq!(before, &expected);
            }
        }
    }

    async fn a_claim_keeps_its_organization_and_the_custom_domain_that_it_was_on(db) {
        let store = db.store().await;
        let attempt = AttemptId::new(made::NOW);
        let mut claim = made::claim(attempt, made::NOW);
        claim.organization = Some("acme".parse().unwrap());
        claim.custom_domain = Some(Host::parse("login.acme.example").unwrap());
        assert!(matches!(store.claim(&claim).await.unwrap(), Claimed::Now));

        let sign_in = store.sign_in(attempt).await.unwrap().unwrap();
        let organization = sign_in.organization.map(|name| name.to_string());
        let environment = &claim.connection.environment;
        let acme = format!("environments/{environment}/organizations/acme");
        assert_eq!(organization, Some(acme));
        let on = "SELECT COUNT(*) FROM sign_ins WHERE custom_domain = 'login.acme.example'";
        assert_eq!(db.number(on).await, 1);
    }

    async fn a_second_claim_does_not_write_over_the_first(db) {
        let store = db.store().await;
        let attempt = made::claimed(&store).await;
        let mut second = made::claim(attempt, made::NOW.plus(Duration::from_secs(1)));
        second.answer_hash = [4; 32];
        let Claimed::Before(first) = store.claim(&second).await.unwrap() else {
            panic!("it was claimed twice")
        };
        assert_eq!((first.answer_hash, first.claimed_at), ([3; 32], made::NOW));
    }

    async fn an_attempt_that_nobody_claimed_is_unknown(db) {
        let store = db.store().await;
        assert_eq!(store.sign_in(AttemptId::new(made::NOW)).await.unwrap(), None);
    }

    async fn a_sign_in_ends_once(db) {
        let store = db.store().await;
        let user = made::user();
        let identity = made::social(&user, "{1}");
        let attempt = made::claimed(&store).await;
        let finish = made::finish(attempt, &user, &identity);
        assert!(made::added(&store, async |tx| tx.finish_sign_in(&finish).await).await);
        let sign_in = store.sign_in(attempt).await.unwrap().unwrap();
        let result = SignInResult::SignedIn;
        let end = SignInEnd::Completed { result, user: user.id, identity: identity.id };
        assert_eq!(sign_in.end, Some(end));
        assert_eq!(sign_in.login_code_expires_at, Some(finish.login_code_expires_at));
        assert!(!made::added(&store, async |tx| tx.finish_sign_in(&finish).await).await);
        let denied = Unsuccessful::Refused(Refusal::DeniedByUser);
        let deny = async |tx: &latchkey_store::Tx| tx.end_sign_in(attempt, denied, made::NOW).await;
        assert!(!made::added(&store, deny).await);
        let later = made::NOW.plus(Duration::from_hours(1));
        assert!(!store.abandon_sign_in(attempt, later).await.unwrap());
        assert_eq!(store.sign_in(attempt).await.unwrap().unwrap(), sign_in);
    }

    async fn every_end_reads_back_as_it_was_written(db) {
        let store = db.store().await;
        let refusals = Refusal::ALL.iter().map(|reason| Unsuccessful::Refused(*reason));
        let failures = Failure::ALL.iter().map(|reason| Unsuccessful::Failed(*reason));
        for end in refusals.chain(failures) {
            let attempt = made::claimed(&store).await;
            let ended = made::added(&store, async |tx| {
                tx.end_sign_in(attempt, end, made::NOW).await
            });
            assert!(ended.await);
            let read = store.sign_in(attempt).await.unwrap().unwrap();
            assert_eq!(read.end, Some(SignInEnd::Unsuccessful(end)));
        }
        let (user, results) = (made::user(), [SignInResult::SignedUp, SignInResult::Linked]);
        let identity = made::social(&user, "{1}");
        for result in results {
            let attempt = made::claimed(&store).await;
            let mut finish = made::finish(attempt, &user, &identity);
            finish.result = result;
            assert!(made::added(&store, async |tx| tx.finish_sign_in(&finish).await).await);
            let read = store.sign_in(attempt).await.unwrap().unwrap();
            let end = SignInEnd::Completed { result, user: user.id, identity: identity.id };
            assert_eq!(read.end, Some(end));
        }
    }

    async fn a_sign_in_is_abandoned_after_fifteen_seconds_and_not_before(db) {
        let store = db.store().await;
        let attempt = made::claimed(&store).await;
        let due = made::NOW.plus(ABANDONED_AFTER);
        let early = due.minus(Duration::from_micros(1));
        assert!(!store.abandon_sign_in(attempt, early).await.unwrap());
        assert_eq!(store.sign_in(attempt).await.unwrap().unwrap().end, None);
        assert!(store.abandon_sign_in(attempt, due).await.unwrap());
        assert!(!store.abandon_sign_in(attempt, due).await.unwrap(), "by one only");
        let end = store.sign_in(attempt).await.unwrap().unwrap().end;
        let abandoned = Unsuccessful::Failed(Failure::AttemptAbandoned);
        assert_eq!(end, Some(SignInEnd::Unsuccessful(abandoned)));
        let finish = made::finish(attempt, &made::user(), &made::social(&made::user(), "{1}"));
        assert!(!made::added(&store, async |tx| tx.finish_sign_in(&finish).await).await);
    }
}
