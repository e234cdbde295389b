//! Redemptions that add an account, at once with each other and with what takes a user away.

use futures_util::future::join_all;
use latchkey_proto::v1::SignInResult;

use crate::{
    both,
    harness::{TestApp, person::login_code, reason},
};

/// A race that is lost now and then must not pass.
const ROUNDS: usize = 8;

async fn nothing_is_half(app: &TestApp) {
    let orphans = "identities WHERE user_id NOT IN (SELECT id FROM users)";
    assert_eq!(app.rows(orphans).await, 0);
    let linked = app.rows("sign_ins WHERE result = 'LINKED'").await;
    let told = app.event_names().await;
    let told = told.iter().filter(|name| *name == "user.linked").count();
    assert_eq!(told, usize::try_from(linked).unwrap());
}

both! {
    async fn of_32_redemptions_at_once_one_adds_the_account(app) {
        let alice = app.sign_in("alice").await;
        let code = login_code(&app.come_to_add(&alice.id_token, "bob").await);

        let redeemed = join_all((0..32).map(|_| app.redeem(&code))).await;

        assert_eq!(redeemed.iter().filter(|redeemed| redeemed.is_ok()).count(), 1);
        let refusals = redeemed.iter().filter_map(|redeemed| redeemed.as_ref().err());
        assert!(refusals.into_iter().all(|status| reason(status) == "LOGIN_CODE_INVALID"));
        assert_eq!(app.rows("identities").await, 2);
        nothing_is_half(&app).await;
    }

    async fn of_two_users_who_add_one_account_one_gets_it(app) {
        let (alice, carol) = (app.sign_in("alice").await, app.sign_in("carol").await);
        let one = login_code(&app.come_to_add(&alice.id_token, "bob").await);
        let other = login_code(&app.come_to_add(&carol.id_token, "bob").await);

        let (one, other) = tokio::join!(app.redeem(&one), app.redeem(&other));

        let (Ok(added), Err(refused)) = (match (one, other) {
            (Err(refused), Ok(added)) => (Ok(added), Err(refused)),
            pair => pair,
        }) else {
            panic!("both, or neither")
        };
        assert_eq!(added.result(), SignInResult::Linked);
        assert_eq!(reason(&refused), "LOGIN_CODE_INVALID");
        assert_eq!(app.rows("identities").await, 3);
        nothing_is_half(&app).await;
    }

    async fn a_redemption_is_before_a_suspension_or_is_refused(app) {
        for _ in 0..ROUNDS {
            let alice = app.sign_in("alice").await;
            let name = alice.user.unwrap().name;
            let code = login_code(&app.come_to_add(&alice.id_token, "bob").await);
            let (redeemed, _) = tokio::join!(app.redeem(&code), app.suspend(&name));
            let told = app.told_of(&name).await;
            let last = |wanted: &str| told.iter().rposition(|found| found == wanted);
            match redeemed {
                Ok(_) => assert!(last("user.linked") < last("user.suspended"), "{told:?}"),
                // Written before the suspension, and read after it.
                Err(refused) => assert_eq!(reason(&refused), "USER_SUSPENDED"),
            }
            nothing_is_half(&app).await;
            app.delete_user(&name).await.unwrap();
        }
    }

    async fn a_redemption_is_before_a_deletion_or_is_refused(app) {
        for _ in 0..ROUNDS {
            let alice = app.sign_in("alice").await;
            let name = alice.user.unwrap().name;
            let code = login_code(&app.come_to_add(&alice.id_token, "bob").await);
            let (redeemed, deleted) = tokio::join!(app.redeem(&code), app.delete_user(&name));
            deleted.unwrap();
            if let Err(refused) = redeemed {
                assert_eq!(reason(&refused), "LOGIN_CODE_INVALID");
            }
            assert_eq!((app.rows("users").await, app.rows("identities").await), (0, 0));
            assert_eq!(app.told_of(&name).await.last().unwrap(), "user.deleted");
        }
    }

    async fn an_account_that_is_added_while_another_is_unlinked_leaves_a_way_in(app) {
        for _ in 0..ROUNDS {
            let alice = app.sign_in("alice").await;
            let name = alice.user.unwrap().name;
            let own = alice.identity.unwrap().name;
            let code = login_code(&app.come_to_add(&alice.id_token, "bob").await);
            let (redeemed, unlinked) = tokio::join!(app.redeem(&code), app.unlink(&own));
            redeemed.unwrap();
            let left = app.user(&name).await.identities.len();
            match unlinked {
                Ok(_) => assert_eq!(left, 1),
                Err(refused) => {
                    assert_eq!((reason(&refused).as_str(), left), ("USER_LAST_IDENTITY", 2));
                }
            }
            nothing_is_half(&app).await;
            app.delete_user(&name).await.unwrap();
        }
    }
}
