//! A way in that was taken from a user is nobody's, and the last one stays.

use latchkey_proto::{
    events::event_data::Data,
    v1::{Connection, IdentityKind, ListIdentitiesRequest, SignInResult, UnlinkIdentityRequest},
};
use tonic::Code;

use crate::{
    both,
    harness::{admin::refusal, looking::data, person::login_code, users::of_kind},
};

const TWIN: &str = "{77777777-7777-4777-8777-777777777777}";

both! {
    async fn an_account_that_was_unlinked_may_sign_up_as_somebody_else(app) {
        let alice = app.alice_and_her_twin().await;
        let twin = alice.identities.iter().find(|found| found.subject == TWIN).unwrap();
        let etag = alice.etag.clone();

        let after = app.unlink(&twin.name).await.unwrap();

        assert!(after.email_verified && after.etag != etag);
        let told = app.events_about(&alice.name).await.pop().unwrap();
        let Data::UserUnlinked(told) = data(told) else { panic!("another event") };
        assert_eq!((&told.user, &told.identity), (&alice.name, &twin.name));
        assert_eq!((told.issuer.as_str(), told.provider_subject.as_str()), (app.bitbucket_url(), TWIN));
        assert_eq!(told.email, "");
        app.change_connection("trusted_provider", Connection::default()).await;
        let again = app.sign_in("twin").await;
        assert_eq!(again.result(), SignInResult::SignedUp);
        assert_ne!(again.user.unwrap().name, alice.name);
        assert_eq!(app.sign_in("alice").await.user.unwrap().name, alice.name);
        app.told_of(&alice.name).await;
    }

    async fn the_last_way_in_stays(app) {
        let alice = app.sign_in("alice").await.user.unwrap();
        let only = app.user(&alice.name).await.identities.remove(0);
        let rows = app.all_rows().await;

        let refused = app.unlink(&only.name).await.unwrap_err();

        let expected = (Code::FailedPrecondition, "USER_LAST_IDENTITY".to_owned());
        assert_eq!(refusal(&refused), expected);
        assert_eq!(app.all_rows().await, rows);
        assert_eq!(app.sign_in("alice").await.user.unwrap().name, alice.name);
    }

    async fn an_address_without_its_identity_is_not_proven(app) {
        let alice = app.alice_and_her_twin().await;
        let address = of_kind(&alice, IdentityKind::Email).name.clone();

        let after = app.unlink(&address).await.unwrap();

        assert_eq!((after.email.as_str(), after.email_verified), ("alice@mail.example", false));
        let mut told = app.events_about(&alice.name).await;
        let Data::UserUpdated(updated) = data(told.pop().unwrap()) else { panic!("not updated") };
        assert_eq!(updated.changed_fields, ["email_verified"]);
        assert!(!updated.email_verified && updated.email == "alice@mail.example");
        let Data::UserUnlinked(unlinked) = data(told.pop().unwrap()) else { panic!("not unlinked") };
        assert_eq!((unlinked.email.as_str(), unlinked.issuer.as_str()), ("alice@mail.example", ""));
        app.told_of(&alice.name).await;
        // It is whose it is proven to be next.
        let twin = alice.identities.iter().find(|found| found.subject == TWIN).unwrap();
        app.unlink(&twin.name).await.unwrap();
        let twin = app.sign_in("twin").await;
        assert_eq!(twin.result(), SignInResult::SignedUp);
        assert!(twin.user.unwrap().email_verified);
    }

    async fn who_keeps_their_proven_address_is_linked_again_by_it(app) {
        app.trust_the_provider().await;
        let alice = app.sign_in("alice").await.user.unwrap();
        let social = of_kind(&app.user(&alice.name).await, IdentityKind::Social).name.clone();

        let after = app.unlink(&social).await.unwrap();

        assert!(after.email_verified);
        let again = app.sign_in("alice").await;
        assert_eq!(again.result(), SignInResult::Linked);
        assert_eq!(again.user.unwrap().name, alice.name);
        assert_ne!(again.identity.unwrap().name, social);
    }

    async fn a_code_of_an_account_that_was_unlinked_since_is_refused(app) {
        app.trust_the_provider().await;
        let alice = app.sign_in("alice").await.user.unwrap();
        let code = login_code(&app.come_back("alice").await);
        let social = of_kind(&app.user(&alice.name).await, IdentityKind::Social).name.clone();
        app.unlink(&social).await.unwrap();

        let refused = app.redeem(&code).await.unwrap_err();

        assert_eq!(refusal(&refused), (Code::InvalidArgument, "LOGIN_CODE_INVALID".to_owned()));
    }

    async fn an_identity_is_taken_from_its_own_user_alone(app) {
        let alice = app.alice_and_her_twin().await;
        let bob = app.sign_in("bob").await.user.unwrap();
        let theirs = of_kind(&alice, IdentityKind::Social).name.replace(&alice.name, &bob.name);
        let rows = app.all_rows().await;
        let refused = app.unlink(&theirs).await.unwrap_err();
        assert_eq!(refusal(&refused), (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned()));
        assert_eq!(app.all_rows().await, rows);
    }

    async fn an_unlinking_is_guarded_by_the_users_etag_and_can_be_tried(app) {
        let alice = app.alice_and_her_twin().await;
        let name = of_kind(&alice, IdentityKind::Email).name.clone();
        let rows = app.all_rows().await;
        let unlink = async |etag: &str, validate_only| {
            let (name, etag) = (name.clone(), etag.to_owned());
            let request = UnlinkIdentityRequest { name, etag, validate_only };
            app.users().unlink_identity(request).await
        };
        let refused = unlink("\"99\"", false).await.unwrap_err();
        assert_eq!(refusal(&refused), (Code::Aborted, "ETAG_MISMATCH".to_owned()));
        let tried = unlink(&alice.etag, true).await.unwrap().into_inner().user.unwrap();
        assert!(!tried.email_verified);
        assert_eq!(app.all_rows().await, rows);
        assert!(app.user(&alice.name).await.email_verified);
        unlink(&alice.etag, false).await.unwrap();
    }

    async fn identities_come_page_by_page_with_their_last_use(app) {
        let alice = app.alice_and_her_twin().await;
        let list = async |page_size, page_token: String| {
            let parent = alice.name.clone();
            let request = ListIdentitiesRequest { parent, page_size, page_token };
            app.users().list_identities(request).await.unwrap().into_inner()
        };
        let first = list(2, String::new()).await;
        let rest = list(2, first.next_page_token).await;
        assert_eq!(rest.next_page_token, "");
        assert_eq!([first.identities, rest.identities].concat(), alice.identities);
        for identity in &alice.identities {
            let is_account = identity.kind() == IdentityKind::Social;
            assert_eq!(identity.last_use_time.is_some(), is_account, "{identity:?}");
        }
        app.sign_in("twin").await;
        let used = list(100, String::new()).await.identities;
        let twins = |found: &&latchkey_proto::v1::Identity| found.subject == TWIN;
        let before = alice.identities.iter().find(twins).unwrap().last_use_time.unwrap();
        let after = used.iter().find(twins).unwrap().last_use_time.unwrap();
        assert!((after.seconds, after.nanos) > (before.seconds, before.nanos));
    }
}
