//! What was right at the callback is asked again at the redemption: refused there, the code is spent and
//! nothing is linked.

use latchkey_proto::v1::{RedeemLoginResponse, SignInResult};

use crate::{
    both,
    harness::{TestApp, configuring::Right, ends::outcome, person::login_code, reason},
};

/// Alice is signed in, and Bob's account is to be added to her: what is redeemed, and her name.
async fn about_to_be_added(app: &TestApp) -> (String, String) {
    let alice = app.sign_in("alice").await;
    let completed = app.come_to_add(&alice.id_token, "bob").await;
    (login_code(&completed), alice.user.unwrap().name)
}

/// Holds that a code is refused so, is spent, and has linked nothing.
async fn refused_and_spent(app: &TestApp, code: &str, why: &str) {
    let identities = app.rows("identities").await;
    assert_eq!(reason(&app.redeem(code).await.unwrap_err()), why);
    assert_eq!(reason(&app.redeem(code).await.unwrap_err()), "LOGIN_CODE_INVALID", "spent");
    assert_eq!(app.rows("identities").await, identities);
    assert_eq!(app.rows("waiting_sign_ins WHERE sealed_profile IS NOT NULL").await, 0);
    let refused = "sign_ins WHERE result = 'REFUSED' AND redeemed_at IS NOT NULL";
    assert_eq!(app.rows(refused).await, 1);
    assert_eq!(app.event_names().await.last().unwrap(), "sign_in.refused");
}

both! {
    async fn a_user_who_was_suspended_meanwhile_gets_nothing(app) {
        let (code, alice) = about_to_be_added(&app).await;
        app.suspend(&alice).await;
        refused_and_spent(&app, &code, "USER_SUSPENDED").await;
        assert_eq!(app.told_of(&alice).await.last().unwrap(), "sign_in.refused");
        app.unsuspend(&alice).await;
        assert_eq!(reason(&app.redeem(&code).await.unwrap_err()), "LOGIN_CODE_INVALID");
    }

    async fn a_user_who_was_deleted_meanwhile_gets_nothing(app) {
        let (code, alice) = about_to_be_added(&app).await;
        app.delete_user(&alice).await.unwrap();
        refused_and_spent(&app, &code, "LOGIN_CODE_INVALID").await;
        assert_eq!(app.rows("users").await, 0);
    }

    async fn a_right_that_was_taken_meanwhile_links_nothing(app) {
        let (code, _) = about_to_be_added(&app).await;
        app.grant_only(&[Right::SignUp, Right::SignIn]).await;
        refused_and_spent(&app, &code, "APPLICATION_NOT_GRANTED").await;
    }

    async fn a_grant_that_was_revoked_meanwhile_links_nothing(app) {
        let (code, _) = about_to_be_added(&app).await;
        app.revoke_the_application().await;
        refused_and_spent(&app, &code, "APPLICATION_NOT_GRANTED").await;
    }

    async fn a_connection_that_was_switched_off_meanwhile_links_nothing(app) {
        let (code, _) = about_to_be_added(&app).await;
        app.disable_the_connection().await;
        refused_and_spent(&app, &code, "CONNECTION_DISABLED").await;
    }

    async fn an_account_that_became_somebody_elses_meanwhile_is_not_linked(app) {
        let (code, _) = about_to_be_added(&app).await;
        let bob = app.sign_in("bob").await.user.unwrap().name;
        refused_and_spent(&app, &code, "LOGIN_CODE_INVALID").await;
        assert_eq!(app.user(&bob).await.identities.len(), 1);
    }

    async fn an_account_that_became_ones_own_meanwhile_signs_in(app) {
        let (code, alice) = about_to_be_added(&app).await;
        let other = app.sign_in("alice").await;
        app.add_account(&other.id_token, "bob").await;

        let RedeemLoginResponse { user, result, .. } = app.redeem(&code).await.unwrap();

        assert_eq!(user.unwrap().name, alice);
        assert_eq!(result, i32::from(SignInResult::SignedIn));
        assert_eq!(app.rows("identities").await, 2);
        app.told_of(&alice).await;
    }

    async fn the_callback_asks_for_the_right_and_the_user_too(app) {
        let alice = app.sign_in("alice").await;
        let name = alice.user.unwrap().name;
        let back = async || {
            let begun = app.begin_adding(&alice.id_token).await;
            let callback = app.consent(&begun, "bob").await;
            (begun, callback)
        };
        let without_right = back().await;
        let suspended = back().await;
        let deleted = back().await;
        let end = async |(begun, callback)| outcome(&app.complete(&begun, &callback).await.unwrap());
        app.grant_only(&[Right::SignUp, Right::SignIn]).await;
        assert_eq!(end(without_right).await, "LINK_NOT_ALLOWED");
        app.grant_only(&[Right::SignIn, Right::Link]).await;
        app.suspend(&name).await;
        assert_eq!(end(suspended).await, "USER_SUSPENDED");
        app.delete_user(&name).await.unwrap();
        assert_eq!(end(deleted).await, "ACCOUNT_NOT_FOUND");
        assert_eq!(app.rows("identities").await, 0);
    }
}
