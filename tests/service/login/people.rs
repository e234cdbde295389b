//! Who somebody is: the account's uuid, and nothing that changes.

use bitbucket_stand_in::Email;
use latchkey_proto::{
    events::event_data::Data,
    v1::{LoginIntent, SignInResult},
};

use crate::{
    both,
    harness::{TestApp, ends::outcome, looking::data, person::login_code},
};

fn swap_addresses(app: &TestApp) {
    let to = |email: &'static str| {
        move |account: &mut bitbucket_stand_in::Account| {
            account.emails = vec![Email::primary(email)];
        }
    };
    assert!(app.bitbucket.alter_account("alice", to("bob@mail.example")));
    assert!(app.bitbucket.alter_account("bob", to("alice@mail.example")));
}

/// Signs Alice and Bob in, swaps their addresses, and signs them in again.
async fn two_stay_two(app: &TestApp) {
    let alice = app.sign_in("alice").await.user.unwrap().name;
    let bob = app.sign_in("bob").await.user.unwrap().name;
    swap_addresses(app);
    for (account, user) in [("alice", &alice), ("bob", &bob)] {
        let again = app.sign_in(account).await;
        assert_eq!(again.result(), SignInResult::SignedIn, "{account}");
        assert_eq!(again.user.unwrap().name, *user, "{account}");
    }
    assert_eq!(app.rows("users").await, 2);
}

both! {
    async fn two_accounts_that_swap_addresses_stay_two_users(app) {
        two_stay_two(&app).await;
    }

    async fn two_accounts_that_swap_proven_addresses_stay_two_users(app) {
        app.trust_the_provider().await;

        two_stay_two(&app).await;

        // What was proven stays with whom it was proven of.
        assert_eq!(app.rows("identities WHERE proven_email IS NOT NULL").await, 2);
        assert_eq!(app.rows("users WHERE email_verified").await, 2);
        assert!(!app.event_names().await.contains(&"user.linked".to_owned()));
    }

    async fn a_renamed_account_stays_the_same_user(app) {
        let before = app.sign_in("alice").await.user.unwrap();
        app.bitbucket.alter_account("alice", |account| {
            "wonderland".clone_into(&mut account.username);
            "wonderland".clone_into(&mut account.nickname);
        });
        // Somebody else takes the name that became free.
        app.bitbucket.alter_account("bob", |account| "alice".clone_into(&mut account.username));

        let after = app.sign_in("alice").await;
        let other = app.sign_in("bob").await;

        assert_eq!(after.user.unwrap().name, before.name);
        assert_eq!(after.identity.unwrap().username, "wonderland");
        assert_eq!(other.result(), SignInResult::SignedUp);
        assert_ne!(other.user.unwrap().name, before.name);
    }

    async fn a_changed_address_is_followed_and_told(app) {
        let before = app.sign_in("alice").await.user.unwrap();
        app.bitbucket.alter_account("alice", |account| {
            account.emails = vec![Email::primary("alice@new.example")];
        });

        let after = app.sign_in("alice").await.user.unwrap();

        assert_eq!(after.name, before.name);
        assert_eq!((after.email.as_str(), after.email_verified), ("alice@new.example", false));
        let names = app.event_names().await;
        assert_eq!(names, ["user.signed_up", "user.signed_in", "user.updated", "user.signed_in"]);
        let events = app.events_about(&before.name).await;
        let sequences: Vec<_> = events.iter().map(|event| event.sequence).collect();
        assert_eq!(sequences, [1, 2, 3, 4]);
        let told = data(events[2].clone());
        let Data::UserUpdated(told) = told else { panic!("{told:?}") };
        assert_eq!(told.user, before.name);
        assert_eq!(told.email, "alice@new.example");
        assert_eq!(told.changed_fields, ["email"]);
    }

    async fn an_account_that_became_somebody_elses_is_let_in_no_more(app) {
        let user = app.sign_in("alice").await.user.unwrap();
        app.bitbucket.alter_account("alice", |account| {
            account.account_id = Some("712020:somebody-else".to_owned());
        });

        let completed = app.come_back("alice").await;

        assert_eq!(outcome(&completed), "IDENTITY_CHANGED");
        assert_eq!(app.event_names().await, ["user.signed_up", "user.signed_in"]);
        assert_eq!(app.user(&user.name).await.last_sign_in_time, user.last_sign_in_time);
        // The account as it was is still welcome.
        app.bitbucket.alter_account("alice", |account| {
            account.account_id = Some("712020:11111111-1111-4111-8111-111111111111".to_owned());
        });
        assert_eq!(app.sign_in("alice").await.user.unwrap().name, user.name);
    }

    async fn an_account_without_a_second_id_is_known_by_its_first(app) {
        let user = app.sign_in("alice").await.user.unwrap();
        app.bitbucket.alter_account("alice", |account| account.account_id = None);
        assert_eq!(app.sign_in("alice").await.user.unwrap().name, user.name);
        // What was once known is not forgotten meanwhile.
        app.bitbucket.alter_account("alice", |account| {
            account.account_id = Some("712020:somebody-else".to_owned());
        });

        let completed = app.come_back("alice").await;

        assert_eq!(outcome(&completed), "IDENTITY_CHANGED");
    }

    async fn an_account_that_was_made_anew_is_somebody_new(app) {
        let before = app.sign_in("alice").await.user.unwrap();
        let mut again = (*app.bitbucket.account("alice").unwrap()).clone();
        "{99999999-9999-4999-8999-999999999999}".clone_into(&mut again.uuid);
        app.bitbucket.add_account(again);

        let after = app.sign_in("alice").await;

        assert_eq!(after.result(), SignInResult::SignedUp);
        assert_ne!(after.user.unwrap().name, before.name);
    }

    async fn who_may_only_sign_in_and_is_unknown_is_refused(app) {
        let mut request = app.start_request();
        request.set_intent(LoginIntent::SignIn);
        let begun = app.begin_with(request).await.unwrap();
        let callback = app.consent(&begun, "alice").await;

        let completed = app.complete(&begun, &callback).await.unwrap();

        app.ended_without_anybody(&completed, ("ACCOUNT_NOT_FOUND", "access_denied")).await;
        let event = app.events().await.pop().unwrap();
        assert_eq!((event.subject.as_str(), event.sequence), ("", 0));
        let Data::SignInRefused(told) = data(event) else { panic!() };
        assert_eq!((told.reason.as_str(), told.user.as_str()), ("ACCOUNT_NOT_FOUND", ""));
    }

    async fn who_comes_to_sign_up_and_is_known_signs_in(app) {
        let before = app.sign_in("alice").await.user.unwrap();
        let mut request = app.start_request();
        request.set_intent(LoginIntent::SignUp);
        let begun = app.begin_with(request).await.unwrap();
        let callback = app.consent(&begun, "alice").await;

        let completed = app.complete(&begun, &callback).await.unwrap();

        let redeemed = app.redeem(&login_code(&completed)).await.unwrap();
        assert_eq!(redeemed.result(), SignInResult::SignedIn);
        assert_eq!(redeemed.user.unwrap().name, before.name);
    }
}
