//! What an e-mail address decides, and what it never does.

use bitbucket_stand_in::{Account, Email};
use latchkey_proto::{
    events::event_data::Data,
    v1::{
        Connection, IdentityKind::Email as Address, IdentityKind::Social, LoginIntent, SignInResult,
    },
};

use crate::{
    both,
    harness::{TestApp, person::login_code},
};

/// A second account that has Alice's address, and nothing else of hers.
fn twin() -> Account {
    Account::new("twin", "77777777-7777-4777-8777-777777777777", "Twin")
        .with_email(Email::primary("alice@mail.example"))
}

fn way(
    kind: latchkey_proto::v1::IdentityKind,
    email: &str,
) -> (latchkey_proto::v1::IdentityKind, String) {
    (kind, email.to_owned())
}

async fn sign_in_with(
    app: &TestApp,
    intent: LoginIntent,
    account: &str,
) -> latchkey_proto::v1::RedeemLoginResponse {
    let mut request = app.start_request();
    request.set_intent(intent);
    let begun = app.begin_with(request).await.unwrap();
    let callback = app.consent(&begun, account).await;
    let completed = app.complete(&begun, &callback).await.unwrap();
    app.redeem(&login_code(&completed)).await.unwrap()
}

both! {
    async fn a_trusted_provider_proves_a_new_address(app) {
        app.trust_the_provider().await;

        let redeemed = app.sign_in("alice").await;

        assert_eq!(redeemed.result(), SignInResult::SignedUp);
        let user = redeemed.user.unwrap();
        assert_eq!((user.email.as_str(), user.email_verified), ("alice@mail.example", true));
        let expected =
            [way(Social, "alice@mail.example"), way(Address, "alice@mail.example")];
        assert_eq!(app.ways(&user.name).await, expected);
    }

    async fn a_proven_address_links_a_second_account_to_its_user(app) {
        app.trust_the_provider().await;
        app.bitbucket.add_account(twin());
        let first = app.sign_in("alice").await;

        let second = app.sign_in("twin").await;

        assert_eq!(second.result(), SignInResult::Linked);
        let user = second.user.unwrap();
        assert_eq!(user.name, first.user.unwrap().name);
        assert_eq!(second.identity.unwrap().subject, "{77777777-7777-4777-8777-777777777777}");
        let ways = app.ways(&user.name).await;
        assert_eq!(ways.iter().filter(|(kind, _)| *kind == Social).count(), 2, "{ways:?}");
        assert_eq!(ways.len(), 3, "{ways:?}");
        assert_eq!(
            app.event_names().await,
            ["user.signed_up", "user.signed_in", "user.linked", "user.signed_in"]
        );
        let Data::UserSignedIn(told) = app.last_event().await else { panic!("another event") };
        assert!(told.linked && !told.new_user);
        assert_eq!(told.subject.unwrap().user, user.name);
        // From now on it is known by itself.
        assert_eq!(app.sign_in("twin").await.result(), SignInResult::SignedIn);
    }

    async fn a_proven_address_links_even_who_may_only_sign_in(app) {
        app.trust_the_provider().await;
        app.bitbucket.add_account(twin());
        let first = app.sign_in("alice").await;

        let second = sign_in_with(&app, LoginIntent::SignIn, "twin").await;

        assert_eq!(second.result(), SignInResult::Linked);
        assert_eq!(second.user.unwrap().name, first.user.unwrap().name);
    }

    async fn without_trust_the_same_address_is_another_person(app) {
        app.bitbucket.add_account(twin());
        let first = app.sign_in("alice").await.user.unwrap();

        let second = app.sign_in("twin").await;

        assert_eq!(second.result(), SignInResult::SignedUp);
        let second = second.user.unwrap();
        assert_ne!(first.name, second.name);
        for user in [first, second] {
            assert_eq!((user.email.as_str(), user.email_verified), ("alice@mail.example", false));
            assert_eq!(app.ways(&user.name).await, [way(Social, "alice@mail.example")]);
        }
    }

    async fn an_address_from_before_the_trust_links_nobody(app) {
        app.bitbucket.add_account(twin());
        let first = app.sign_in("alice").await.user.unwrap();
        app.trust_the_provider().await;

        let second = app.sign_in("twin").await;

        assert_eq!(second.result(), SignInResult::SignedUp);
        assert_ne!(first.name, second.user.unwrap().name);
        let first = app.user(&first.name).await;
        assert!(!first.email_verified);
    }

    async fn an_address_from_after_the_trust_links_nobody(app) {
        app.trust_the_provider().await;
        app.bitbucket.add_account(twin());
        let first = app.sign_in("alice").await.user.unwrap();
        app.change_connection("trusted_provider", Connection::default()).await;

        let second = app.sign_in("twin").await;

        assert_eq!(second.result(), SignInResult::SignedUp);
        let second = second.user.unwrap();
        assert_ne!(first.name, second.name);
        assert!(!second.email_verified);
    }

    async fn a_trusted_provider_proves_no_address_that_is_not_primary_and_confirmed(app) {
        app.trust_the_provider().await;
        // Carol's primary address is not confirmed; Dave has none.
        for account in ["carol", "dave"] {
            let redeemed = app.sign_in(account).await;

            assert_eq!(redeemed.result(), SignInResult::SignedUp, "{account}");
            let user = redeemed.user.unwrap();
            assert_eq!((user.email.as_str(), user.email_verified), ("", false), "{account}");
            assert_eq!(app.ways(&user.name).await, [way(Social, "")], "{account}");
        }
    }

    async fn an_unconfirmed_address_links_nobody(app) {
        app.trust_the_provider().await;
        let mut unproven = twin();
        unproven.emails = vec![Email::primary("alice@mail.example").unconfirmed()];
        app.bitbucket.add_account(unproven);
        let first = app.sign_in("alice").await.user.unwrap();

        let second = app.sign_in("twin").await.user.unwrap();

        assert_ne!(first.name, second.name);
        assert_eq!(app.ways(&first.name).await.len(), 2);
    }
}
