//! What changes while a sign-in waits is asked again when it goes on.

use latchkey_proto::v1::{Connection, SignInResult};

use crate::{
    both,
    harness::{
        TestApp,
        proving::{Waiting, code_in, verified, word},
        replica::another_bitbucket,
        users::twin,
    },
};

/// Alice, who waits for the code that came by mail.
async fn with_a_code(app: &TestApp) -> (Waiting, String) {
    app.verify_by_code().await;
    app.deliver_mail();
    let (waiting, _) = app.come_to_wait("alice").await;
    (waiting, app.mailed_code(1).await)
}

/// Alice, and her twin, who waits to be linked to her.
async fn before_a_link(app: &TestApp) -> (String, Waiting) {
    app.verify_by_code().await;
    app.deliver_mail();
    app.bitbucket.add_account(twin());
    let first = app.sign_in_by_code("alice", 1).await;
    let alice = app.redeem(&code_in(&first)).await.unwrap().user.unwrap().name;
    let (waiting, _) = app.come_to_wait("twin").await;
    let code = app.mailed_code(2).await;
    assert_eq!(word(&app.verify(&waiting, &code).await.unwrap()), "LINK");
    (alice, waiting)
}

/// Holds that nobody came of it, and that nothing of the person is kept.
async fn nobody_came(app: &TestApp) {
    assert_eq!((app.rows("users").await, app.rows("identities").await), (0, 0));
    assert_eq!(app.rows("waiting_sign_ins WHERE sealed_profile IS NOT NULL").await, 0);
}

both! {
    async fn who_was_vouched_for_by_another_issuer_starts_again(app) {
        let (waiting, code) = with_a_code(&app).await;
        let elsewhere = another_bitbucket().await;
        let changed = app.replica_at(&app.key_file, elsewhere.base_url()).await;

        let request = waiting.verify_request(&code);
        let step = verified(changed.login().verify_email(request).await.unwrap().into_inner());

        assert_eq!(word(&step), "CONNECTION_CHANGED");
        nobody_came(&app).await;
        assert_eq!(elsewhere.control().requests(), []);
        elsewhere.stop().await;
    }

    async fn an_application_that_lost_its_grant_gets_nobody(app) {
        let (waiting, code) = with_a_code(&app).await;
        app.revoke_the_application().await;

        assert_eq!(word(&app.verify(&waiting, &code).await.unwrap()), "APPLICATION_NOT_GRANTED");
        nobody_came(&app).await;
    }

    async fn an_application_that_is_gone_gets_nobody(app) {
        let (waiting, code) = with_a_code(&app).await;
        app.delete_the_application().await;

        assert_eq!(word(&app.verify(&waiting, &code).await.unwrap()), "REDIRECT_URI_NOT_REGISTERED");
        nobody_came(&app).await;
    }

    async fn a_connection_that_is_deleted_lets_nobody_in(app) {
        let (waiting, code) = with_a_code(&app).await;
        app.delete_the_connection().await;

        assert_eq!(word(&app.verify(&waiting, &code).await.unwrap()), "CONNECTION_DISABLED");
        nobody_came(&app).await;
    }

    async fn a_code_proves_an_address_whether_its_provider_is_trusted_by_then_or_not(app) {
        for (nth, trusted_before) in [false, true].into_iter().enumerate() {
            let trusting = |trusted_provider| Connection { trusted_provider, ..Connection::default() };
            app.require_email().await;
            app.deliver_mail();
            app.change_connection("trusted_provider", trusting(trusted_before)).await;
            let account = ["carol", "dave"][nth];
            let (waiting, _) = app.come_to_wait(account).await;
            app.change_connection("trusted_provider", trusting(!trusted_before)).await;
            app.submit(&waiting, &format!("{account}@other.example")).await.unwrap();
            let code = app.mailed_code(nth + 1).await;
            app.change_connection("trusted_provider", trusting(trusted_before)).await;

            let step = app.verify(&waiting, &code).await.unwrap();

            let user = app.redeem(&code_in(&step)).await.unwrap().user.unwrap();
            assert_eq!((user.email, user.email_verified), (format!("{account}@other.example"), true));
        }
    }

    async fn nobody_is_linked_to_who_was_suspended_meanwhile(app) {
        let (alice, waiting) = before_a_link(&app).await;
        app.suspend(&alice).await;

        assert_eq!(word(&app.confirm(&waiting).await.unwrap()), "USER_SUSPENDED");
        assert_eq!((app.rows("users").await, app.rows("identities").await), (1, 2));
        assert_eq!(app.told_of(&alice).await.last().unwrap(), "sign_in.refused");
    }

    async fn whose_user_was_deleted_meanwhile_is_somebody_new(app) {
        let (alice, waiting) = before_a_link(&app).await;
        app.delete_user(&alice).await.unwrap();

        let step = app.confirm(&waiting).await.unwrap();

        let redeemed = app.redeem(&code_in(&step)).await.unwrap();
        assert_eq!(redeemed.result(), SignInResult::SignedUp);
        assert_ne!(redeemed.user.unwrap().name, alice);
    }

    async fn who_signed_up_in_another_tab_and_was_suspended_is_not_let_in_by_a_code(app) {
        let (first, of_first) = with_a_code(&app).await;
        let (second, _) = app.come_to_wait("alice").await;
        let of_second = app.mailed_code(2).await;
        let step = app.verify(&first, &of_first).await.unwrap();
        let alice = app.redeem(&code_in(&step)).await.unwrap().user.unwrap().name;
        app.suspend(&alice).await;

        assert_eq!(word(&app.verify(&second, &of_second).await.unwrap()), "USER_SUSPENDED");
        let told = ["user.signed_up", "user.signed_in", "user.suspended", "sign_in.refused"];
        assert_eq!(app.told_of(&alice).await, told);
    }
}
