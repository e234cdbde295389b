//! A suspended user is let in by nothing, and nobody by them.

use bitbucket_stand_in::{Endpoint, Fault};
use latchkey_proto::{
    events::event_data::Data,
    v1::{
        RefusalReason, SignInResult, SuspendUserRequest, UnsuspendUserRequest, UserState,
        test_login,
    },
};
use tonic::Code;

use crate::{
    both,
    harness::{
        admin::refusal,
        configuring::Right::{SignIn, SignUp},
        ends::{End, outcome},
        looking::data,
        person::login_code,
        users::twin,
    },
};

both! {
    async fn who_is_suspended_is_refused_until_they_are_no_more(app) {
        let alice = app.sign_in("alice").await.user.unwrap();
        assert_eq!((alice.state(), alice.suspend_time), (UserState::Active, None));

        let suspended = app.suspend(&alice.name).await;

        assert_eq!(suspended.state(), UserState::Suspended);
        assert!(suspended.suspend_time.is_some() && suspended.etag != alice.etag);
        assert_eq!(suspended.update_time, suspended.suspend_time);
        let end = End::of(&app.come_back("alice").await);
        assert_eq!(end.reason, "USER_SUSPENDED");
        assert!(end.redirect_url.contains("error=access_denied"), "{}", end.redirect_url);
        let back = app.unsuspend(&alice.name).await;
        assert_eq!((back.state(), back.suspend_time), (UserState::Active, None));
        assert_eq!(app.sign_in("alice").await.user.unwrap().name, alice.name);
        assert_eq!(
            app.told_of(&alice.name).await,
            ["user.signed_up", "user.signed_in", "user.suspended", "sign_in.refused",
                "user.unsuspended", "user.signed_in"]
        );
        let refused = app.events_about(&alice.name).await.remove(3);
        assert_eq!(refused.causation_id, end.reference_id);
        let Data::SignInRefused(refused) = data(refused) else { panic!("another event") };
        assert_eq!((refused.reason.as_str(), &refused.user), ("USER_SUSPENDED", &alice.name));
    }

    async fn a_suspension_comes_before_all_else_that_would_refuse_them(app) {
        let alice = app.sign_in("alice").await.user.unwrap();
        app.suspend(&alice.name).await;
        app.grant_only(&[SignUp]).await;
        assert_eq!(outcome(&app.come_back("alice").await), "USER_SUSPENDED");
        app.bitbucket.fail_always(Endpoint::Emails, Fault::Forbidden);
        assert_eq!(outcome(&app.come_back("alice").await), "USER_SUSPENDED");
        app.bitbucket.heal();
        app.bitbucket.alter_account("alice", |account| {
            account.account_id = Some("712020:somebody-else".to_owned());
        });
        assert_eq!(outcome(&app.come_back("alice").await), "USER_SUSPENDED");
    }

    async fn an_account_with_the_proven_address_of_a_suspended_user_is_refused(app) {
        app.trust_the_provider().await;
        app.bitbucket.add_account(twin());
        let alice = app.sign_in("alice").await.user.unwrap();
        app.suspend(&alice.name).await;

        assert_eq!(outcome(&app.come_back("twin").await), "USER_SUSPENDED");
        app.grant_only(&[SignUp, SignIn]).await;
        assert_eq!(outcome(&app.come_back("twin").await), "USER_SUSPENDED");

        assert_eq!((app.rows("users").await, app.rows("identities").await), (1, 2));
        let told = app.told_of(&alice.name).await;
        assert_eq!(told[3..], ["sign_in.refused", "sign_in.refused"]);
        app.unsuspend(&alice.name).await;
        assert_eq!(outcome(&app.come_back("twin").await), "LINK_NOT_ALLOWED");
    }

    async fn an_address_that_is_not_proven_is_anybodys(app) {
        app.bitbucket.add_account(twin());
        let alice = app.sign_in("alice").await.user.unwrap();
        app.suspend(&alice.name).await;

        let twin = app.sign_in("twin").await;

        assert_eq!(twin.result(), SignInResult::SignedUp);
        assert_ne!(twin.user.unwrap().name, alice.name);
    }

    async fn a_code_from_before_the_suspension_is_refused_and_spent(app) {
        let alice = app.sign_in("alice").await.user.unwrap();
        let code = login_code(&app.come_back("alice").await);
        app.suspend(&alice.name).await;

        let refused = app.redeem(&code).await.unwrap_err();

        assert_eq!(refusal(&refused), (Code::FailedPrecondition, "USER_SUSPENDED".to_owned()));
        app.unsuspend(&alice.name).await;
        let refused = app.redeem(&code).await.unwrap_err();
        assert_eq!(refusal(&refused), (Code::InvalidArgument, "LOGIN_CODE_INVALID".to_owned()));
    }

    async fn who_is_suspended_or_active_already_stays_so_untold(app) {
        let alice = app.sign_in("alice").await.user.unwrap();
        assert_eq!(app.unsuspend(&alice.name).await, alice);
        let once = app.suspend(&alice.name).await;
        let lines = app.rows("audit_entries").await;

        let twice = app.suspend(&alice.name).await;

        assert_eq!(twice, once);
        let told = app.told_of(&alice.name).await;
        assert_eq!(told, ["user.signed_up", "user.signed_in", "user.suspended"]);
        assert_eq!(app.rows("audit_entries").await, lines);
    }

    async fn what_is_only_tried_changes_nothing(app) {
        let alice = app.sign_in("alice").await.user.unwrap();
        let rows = app.all_rows().await;
        let (name, validate_only) = (alice.name.clone(), true);
        let request = SuspendUserRequest { name: name.clone(), validate_only, ..Default::default() };
        let tried = app.users().suspend_user(request).await.unwrap().into_inner().user.unwrap();
        assert_eq!(tried.state(), UserState::Suspended);
        assert_eq!(app.all_rows().await, rows);
        let suspended = app.suspend(&name).await;
        let rows = app.all_rows().await;
        let request = UnsuspendUserRequest { name, validate_only, ..Default::default() };
        let tried = app.users().unsuspend_user(request).await.unwrap().into_inner().user.unwrap();
        assert_eq!(tried.state(), UserState::Active);
        assert_eq!(app.all_rows().await, rows);
        assert_eq!(app.suspend(&alice.name).await, suspended);
    }

    async fn an_etag_is_good_until_the_user_changes_or_signs_in(app) {
        let before = app.sign_in("alice").await.user.unwrap();
        let suspend = async |etag: &str| {
            let (name, etag) = (before.name.clone(), etag.to_owned());
            let request = SuspendUserRequest { name, etag, ..Default::default() };
            app.users().suspend_user(request).await.map(|_| ())
        };
        app.sign_in("alice").await;
        let mismatch = (Code::Aborted, "ETAG_MISMATCH".to_owned());
        assert_eq!(refusal(&suspend(&before.etag).await.unwrap_err()), mismatch);
        let now = app.user(&before.name).await.etag;
        suspend(&now).await.unwrap();
        assert_eq!(refusal(&suspend(&now).await.unwrap_err()), mismatch);
    }

    async fn a_test_login_says_that_they_would_be_refused(app) {
        app.trust_the_provider().await;
        app.bitbucket.add_account(twin());
        let alice = app.sign_in("alice").await.user.unwrap();
        app.suspend(&alice.name).await;
        let events = app.all_events().await.len();
        for account in ["alice", "twin"] {
            let (over, _) = app.try_out(account).await;
            let expected = test_login::Failure::Refused(RefusalReason::UserSuspended.into());
            assert_eq!(over.failure, Some(expected), "{account}");
        }
        // It asks for an event about the connection each time, and tells of nobody.
        let told = app.all_events().await.split_off(events);
        assert!(told.iter().all(|event| event.subject != alice.name), "{told:?}");
    }
}
