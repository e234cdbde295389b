//! Sign-ins while somebody is suspended, deleted, or loses a way in: either before it or after it,
//! and never half.

use std::time::Duration;

use latchkey_domain::name::UserName;
use latchkey_proto::v1::{CompleteLoginResponse, IdentityKind, SignInResult};

use crate::{
    both,
    harness::{
        TestApp,
        ends::outcome,
        person::{Begun, Callback, login_code},
        reason,
        users::{of_kind, twin},
    },
};

/// A race that is lost now and then must not pass.
const ROUNDS: usize = 15;
/// By then whoever was started has met the lock that they are to wait for.
const MOMENT: Duration = Duration::from_millis(200);

/// Somebody who is back from Bitbucket.
async fn at_the_callback(app: &TestApp, account: &str) -> (Begun, Callback) {
    let begun = app.begin().await;
    let callback = app.consent(&begun, account).await;
    (begun, callback)
}

async fn come_in(app: &TestApp, back: &(Begun, Callback)) -> CompleteLoginResponse {
    app.complete(&back.0, &back.1).await.unwrap()
}

/// Nobody is known by anything that is not there, and nobody by nothing.
async fn nothing_is_half(app: &TestApp) {
    let orphans = "identities WHERE user_id NOT IN (SELECT id FROM users)";
    assert_eq!(app.rows(orphans).await, 0);
    let unreachable = "users WHERE id NOT IN (SELECT user_id FROM identities)";
    assert_eq!(app.rows(unreachable).await, 0);
}

/// Whether the last of these was told before the last of those.
fn before(told: &[String], first: &str, second: &str) -> bool {
    let last = |name: &str| told.iter().rposition(|found| found == name);
    last(first) < last(second)
}

both! {
    async fn a_sign_in_is_before_a_suspension_or_is_refused(app) {
        let alice = app.sign_in("alice").await.user.unwrap().name;
        for _ in 0..ROUNDS {
            let back = at_the_callback(&app, "alice").await;
            let (completed, _) = tokio::join!(come_in(&app, &back), app.suspend(&alice));
            let told = app.told_of(&alice).await;
            if outcome(&completed) == "SIGNED_IN" {
                assert!(before(&told, "user.signed_in", "user.suspended"), "{told:?}");
                let refused = app.redeem(&login_code(&completed)).await.unwrap_err();
                assert_eq!(reason(&refused), "USER_SUSPENDED");
            } else {
                assert_eq!(outcome(&completed), "USER_SUSPENDED");
                assert!(before(&told, "user.suspended", "sign_in.refused"), "{told:?}");
            }
            app.unsuspend(&alice).await;
        }
    }

    async fn a_sign_in_that_read_them_before_the_suspension_reads_again(app) {
        let alice = app.sign_in("alice").await.user.unwrap().name;
        let back = at_the_callback(&app, "alice").await;
        let name: UserName = alice.parse().unwrap();
        let tx = app.store.begin().await.unwrap();
        let mut user = tx.lock_user(&name).await.unwrap().unwrap();
        user.version += 1;
        user.suspended_at = Some(user.updated_at);
        assert!(tx.update_user(&user).await.unwrap());
        let suspend = async {
            tokio::time::sleep(MOMENT).await;
            tx.commit().await.unwrap();
        };
        let (completed, ()) = tokio::join!(come_in(&app, &back), suspend);
        assert_eq!(outcome(&completed), "USER_SUSPENDED");
    }

    async fn a_sign_in_is_before_a_deletion_or_signs_up_anew(app) {
        for _ in 0..ROUNDS {
            let alice = app.sign_in("alice").await.user.unwrap().name;
            let back = at_the_callback(&app, "alice").await;
            let (completed, deleted) = tokio::join!(come_in(&app, &back), app.delete_user(&alice));
            deleted.unwrap();
            assert_eq!(outcome(&completed), "SIGNED_IN");
            let told = app.told_of(&alice).await;
            assert_eq!(told.last().unwrap(), "user.deleted");
            match app.redeem(&login_code(&completed)).await {
                Ok(new) => {
                    assert_eq!(new.result(), SignInResult::SignedUp);
                    assert_ne!(new.user.unwrap().name, alice);
                    assert_eq!(app.rows("users").await, 1);
                }
                Err(refused) => {
                    assert_eq!(reason(&refused), "LOGIN_CODE_INVALID");
                    assert_eq!(app.rows("users").await, 0);
                }
            }
            nothing_is_half(&app).await;
        }
    }

    async fn a_link_is_before_a_suspension_or_is_refused(app) {
        app.trust_the_provider().await;
        app.bitbucket.add_account(twin());
        let alice = app.sign_in("alice").await.user.unwrap().name;
        for _ in 0..ROUNDS {
            let back = at_the_callback(&app, "twin").await;
            let (completed, _) = tokio::join!(come_in(&app, &back), app.suspend(&alice));
            let told = app.told_of(&alice).await;
            let linked = outcome(&completed) == "SIGNED_IN";
            if linked {
                assert!(before(&told, "user.linked", "user.suspended"), "{told:?}");
            } else {
                assert_eq!(outcome(&completed), "USER_SUSPENDED");
            }
            assert_eq!(app.rows("identities").await, if linked { 3 } else { 2 });
            app.unsuspend(&alice).await;
            for identity in app.user(&alice).await.identities {
                if identity.subject.starts_with("{77777777") {
                    app.unlink(&identity.name).await.unwrap();
                }
            }
        }
    }

    async fn a_link_is_before_a_deletion_or_is_a_sign_up(app) {
        app.trust_the_provider().await;
        app.bitbucket.add_account(twin());
        for _ in 0..ROUNDS {
            let alice = app.sign_in("alice").await.user.unwrap().name;
            let back = at_the_callback(&app, "twin").await;
            let (completed, deleted) = tokio::join!(come_in(&app, &back), app.delete_user(&alice));
            deleted.unwrap();
            assert_eq!(outcome(&completed), "SIGNED_IN");
            assert_eq!(app.told_of(&alice).await.last().unwrap(), "user.deleted");
            nothing_is_half(&app).await;
            if let Ok(new) = app.redeem(&login_code(&completed)).await {
                assert_eq!(new.result(), SignInResult::SignedUp);
                app.delete_user(&new.user.unwrap().name).await.unwrap();
            }
            assert_eq!((app.rows("users").await, app.rows("identities").await), (0, 0));
        }
    }

    async fn a_sign_in_is_before_its_account_is_unlinked_or_links_it_again(app) {
        app.trust_the_provider().await;
        let alice = app.sign_in("alice").await.user.unwrap().name;
        for _ in 0..ROUNDS {
            let back = at_the_callback(&app, "alice").await;
            let social = of_kind(&app.user(&alice).await, IdentityKind::Social).name.clone();
            let (completed, unlinked) = tokio::join!(come_in(&app, &back), app.unlink(&social));
            unlinked.unwrap();
            let told = app.told_of(&alice).await;
            match app.redeem(&login_code(&completed)).await {
                Ok(again) => {
                    assert_eq!(again.result(), SignInResult::Linked);
                    assert!(before(&told, "user.unlinked", "user.linked"), "{told:?}");
                }
                Err(refused) => {
                    assert_eq!(reason(&refused), "LOGIN_CODE_INVALID");
                    assert!(before(&told, "user.signed_in", "user.unlinked"), "{told:?}");
                    app.sign_in("alice").await;
                }
            }
            nothing_is_half(&app).await;
        }
    }

    async fn of_two_who_take_the_last_two_ways_in_one_is_refused(app) {
        app.trust_the_provider().await;
        for _ in 0..ROUNDS {
            let alice = app.sign_in("alice").await.user.unwrap().name;
            let ways = app.user(&alice).await.identities;
            let (one, other) = tokio::join!(app.unlink(&ways[0].name), app.unlink(&ways[1].name));
            let refused = match (one, other) {
                (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => refused,
                both => panic!("{both:?}"),
            };
            assert_eq!(reason(&refused), "USER_LAST_IDENTITY");
            nothing_is_half(&app).await;
            app.delete_user(&alice).await.unwrap();
        }
    }

    async fn of_two_who_suspend_at_once_one_is_told(app) {
        let alice = app.sign_in("alice").await.user.unwrap().name;
        for round in 1..=ROUNDS {
            let (one, other) = tokio::join!(app.suspend(&alice), app.suspend(&alice));
            assert_eq!(one, other);
            app.unsuspend(&alice).await;
            let told = app.told_of(&alice).await;
            assert_eq!(told.iter().filter(|name| *name == "user.suspended").count(), round);
        }
    }
}
