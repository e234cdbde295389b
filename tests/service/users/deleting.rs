//! A deleted user is gone for ever, and their account may sign up anew.

use latchkey_proto::v1::{
    DeleteUserRequest, GetUserRequest, IdentityKind, ListIdentitiesRequest, SignInResult,
};
use tonic::Code;

use crate::{
    both,
    harness::{
        admin::refusal,
        person::login_code,
        users::{of_kind, twin},
    },
};

both! {
    async fn the_same_account_signs_up_anew_as_somebody_else(app) {
        let before = app.sign_in("alice").await.user.unwrap();

        app.delete_user(&before.name).await.unwrap();

        let not_found = (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned());
        let request = GetUserRequest { name: before.name.clone() };
        assert_eq!(refusal(&app.users().get_user(request).await.unwrap_err()), not_found);
        let request = ListIdentitiesRequest { parent: before.name.clone(), ..Default::default() };
        assert_eq!(refusal(&app.users().list_identities(request).await.unwrap_err()), not_found);
        assert_eq!(refusal(&app.delete_user(&before.name).await.unwrap_err()), not_found);
        let after = app.sign_in("alice").await;
        assert_eq!(after.result(), SignInResult::SignedUp);
        let after = after.user.unwrap().name;
        assert_ne!(after, before.name);
        let told = app.told_of(&before.name).await;
        assert_eq!(told, ["user.signed_up", "user.signed_in", "user.deleted"]);
        assert_eq!(app.told_of(&after).await, ["user.signed_up", "user.signed_in"]);
    }

    async fn nothing_is_left_of_them_but_ids(app) {
        let alice = app.alice_and_her_twin().await;
        let sign_ins = app.sign_ins(Some(&alice.name)).await;
        assert_eq!(sign_ins.len(), 2);

        app.delete_user(&alice.name).await.unwrap();

        assert_eq!((app.rows("users").await, app.rows("identities").await), (0, 0));
        assert_eq!(app.sign_ins(Some(&alice.name)).await, sign_ins);
        let subject = &of_kind(&alice, IdentityKind::Social).subject;
        for known in [&alice.email, &alice.display_name, subject] {
            assert!(!known.is_empty());
            let told = format!("audit_entries WHERE fields LIKE '%{known}%'");
            assert_eq!(app.rows(&told).await, 0, "{known}");
        }
    }

    async fn a_proven_address_is_free_again(app) {
        app.trust_the_provider().await;
        app.bitbucket.add_account(twin());
        let alice = app.sign_in("alice").await.user.unwrap();
        app.delete_user(&alice.name).await.unwrap();

        let twin = app.sign_in("twin").await;

        assert_eq!(twin.result(), SignInResult::SignedUp);
        let twin = twin.user.unwrap();
        assert_eq!((twin.email.as_str(), twin.email_verified), ("alice@mail.example", true));
        assert_eq!(app.ways(&twin.name).await.len(), 2);
    }

    async fn a_code_from_before_the_deletion_is_refused_and_spent(app) {
        let alice = app.sign_in("alice").await.user.unwrap();
        let code = login_code(&app.come_back("alice").await);
        app.delete_user(&alice.name).await.unwrap();
        // Nor does the one who signs up anew get in by it.
        app.sign_in("alice").await;

        for _ in 0..2 {
            let refused = app.redeem(&code).await.unwrap_err();
            assert_eq!(refusal(&refused), (Code::InvalidArgument, "LOGIN_CODE_INVALID".to_owned()));
        }
        assert!(app.sign_ins(Some(&alice.name)).await[0].redeem_time.is_some());
    }

    async fn a_suspended_user_can_be_deleted_and_is_suspended_no_more(app) {
        let alice = app.sign_in("alice").await.user.unwrap();
        app.suspend(&alice.name).await;
        app.delete_user(&alice.name).await.unwrap();
        assert_eq!(app.sign_in("alice").await.result(), SignInResult::SignedUp);
    }

    async fn a_deletion_is_guarded_by_an_etag_and_can_be_tried(app) {
        let alice = app.sign_in("alice").await.user.unwrap();
        let rows = app.all_rows().await;
        let delete = async |etag: &str, validate_only| {
            let (name, etag) = (alice.name.clone(), etag.to_owned());
            let request = DeleteUserRequest { name, etag, validate_only };
            app.users().delete_user(request).await.map(|_| ())
        };
        let mismatch = (Code::Aborted, "ETAG_MISMATCH".to_owned());
        assert_eq!(refusal(&delete("\"99\"", false).await.unwrap_err()), mismatch);
        assert_eq!(refusal(&delete("\"99\"", true).await.unwrap_err()), mismatch);
        delete(&alice.etag, true).await.unwrap();
        assert_eq!(app.all_rows().await, rows);
        delete(&alice.etag, false).await.unwrap();
        assert_eq!(app.rows("users").await, 0);
    }
}
