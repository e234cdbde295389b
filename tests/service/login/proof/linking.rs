//! A proven address that has a user: they are asked, and linked.

use bitbucket_stand_in::{Account, Email};
use latchkey_proto::v1::SignInResult;

use crate::{
    both,
    harness::proving::{code_in, word},
};

/// An account that has Alice's address, and nothing else of hers.
fn twin() -> Account {
    Account::new("twin", "77777777-7777-4777-8777-777777777777", "Twin")
        .with_email(Email::primary("alice@mail.example"))
}

both! {
    async fn who_proves_the_address_of_a_user_is_asked_and_linked(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        app.bitbucket.add_account(twin());
        let first = app.sign_in_by_code("alice", 1).await;
        let first = app.redeem(&code_in(&first)).await.unwrap().user.unwrap();

        let (waiting, step) = app.come_to_wait("twin").await;
        assert_eq!(word(&step), "CODE");
        let code = app.mailed_code(2).await;
        assert_eq!(word(&app.verify(&waiting, &code).await.unwrap()), "LINK");
        assert_eq!(app.rows("identities").await, 2, "nothing is linked before they say so");
        assert_eq!(word(&app.look(&waiting).await.unwrap()), "LINK");
        assert_eq!(word(&app.verify(&waiting, &code).await.unwrap()), "LINK");
        let linked = app.confirm(&waiting).await.unwrap();

        assert_eq!(app.confirm(&waiting).await.unwrap(), linked);
        let second = app.redeem(&code_in(&linked)).await.unwrap();
        assert_eq!(second.result(), SignInResult::Linked);
        assert_eq!(second.user.unwrap().name, first.name);
        assert_eq!(
            app.event_names().await,
            ["user.signed_up", "user.signed_in", "user.linked", "user.signed_in"]
        );
        assert_eq!(app.sign_in("twin").await.user.unwrap().name, first.name);
    }

    async fn who_does_not_want_it_is_not_signed_in(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        app.bitbucket.add_account(twin());
        app.sign_in_by_code("alice", 1).await;
        let (waiting, _) = app.come_to_wait("twin").await;
        let code = app.mailed_code(2).await;
        app.verify(&waiting, &code).await.unwrap();

        assert_eq!(word(&app.cancel(&waiting).await.unwrap()), "CANCELLED_BY_USER");

        assert_eq!(app.rows("identities").await, 2);
        assert_eq!(app.rows("users").await, 1);
        assert_eq!(word(&app.confirm(&waiting).await.unwrap()), "CANCELLED_BY_USER");
    }

    async fn a_trusted_provider_asks_nobody(app) {
        app.trust_the_provider().await;
        app.verify_by_code().await;
        app.bitbucket.add_account(twin());
        let first = app.sign_in("alice").await.user.unwrap();

        let second = app.sign_in("twin").await;

        assert_eq!(second.result(), SignInResult::Linked);
        assert_eq!(second.user.unwrap().name, first.name);
        assert_eq!(app.rows("mail_outbox").await, 0);
    }

    async fn whoever_has_the_address_today_is_asked_again_when_they_confirm(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        app.bitbucket.add_account(twin());
        app.sign_in_by_code("alice", 1).await;
        let (waiting, _) = app.come_to_wait("twin").await;
        let code = app.mailed_code(2).await;
        app.verify(&waiting, &code).await.unwrap();
        // The holder is gone before the answer.
        app.database.execute("DELETE FROM identities WHERE proven_email IS NOT NULL").await;

        let confirmed = app.confirm(&waiting).await.unwrap();

        let redeemed = app.redeem(&code_in(&confirmed)).await.unwrap();
        assert_eq!(redeemed.result(), SignInResult::SignedUp);
    }
}
