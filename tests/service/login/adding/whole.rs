//! An account is added: at the redemption, to the user of the ticket, whatever else is asked of those
//! who sign in.

use std::time::Duration;

use latchkey_domain::sign_in::LOGIN_CODE_LIFETIME;
use latchkey_proto::v1::{
    Environment, IdentityKind, LoginIntent, SignInResult, SignUpMode, SignUpPolicy,
};

use crate::{
    both,
    harness::{TestApp, ends::outcome, person::login_code, reason},
    id_tokens::part,
};

/// The only waiting row that is left holds nobody.
async fn nobody_is_kept(app: &TestApp) {
    assert_eq!(app.rows("waiting_sign_ins WHERE sealed_profile IS NOT NULL").await, 0);
    assert_eq!(app.rows("link_tickets").await, 0);
}

both! {
    async fn an_account_is_added_when_its_code_is_redeemed_and_not_before(app) {
        let alice = app.sign_in("alice").await;
        let name = alice.user.unwrap().name;

        let completed = app.come_to_add(&alice.id_token, "bob").await;

        assert_eq!((app.rows("users").await, app.rows("identities").await), (1, 1));
        assert_eq!(app.event_names().await, ["user.signed_up", "user.signed_in"]);
        assert_eq!(app.sign_ins(Some(&name)).await.len(), 1, "nothing is told of it yet");

        let added = app.redeem(&login_code(&completed)).await.unwrap();

        assert_eq!(added.result(), SignInResult::Linked);
        assert_eq!(added.user.unwrap().name, name);
        assert_eq!(part(&added.id_token, 1)["identity"], added.identity.unwrap().name);
        assert_eq!(app.rows("users").await, 1);
        assert_eq!(app.told_of(&name).await[2..], ["user.linked", "user.signed_in"]);
        assert_eq!(app.sign_ins(Some(&name)).await[0].reference_id, added.reference_id);
        nobody_is_kept(&app).await;
        let again = app.sign_in("bob").await;
        assert_eq!((again.result(), again.user.unwrap().name), (SignInResult::SignedIn, name));
    }

    async fn what_is_asked_of_those_who_sign_up_plays_no_part(app) {
        let alice = app.sign_in("alice").await;
        app.verify_by_code().await;
        app.require_email().await;
        let sign_up_policy = Some(SignUpPolicy {
            mode: SignUpMode::Closed.into(),
            ..SignUpPolicy::default()
        });
        let closed = Environment { sign_up_policy, ..Environment::default() };
        app.change_policies(closed, &["sign_up_policy"]).await;
        let ticket = app.link_ticket(&alice.id_token).await.unwrap();
        let mut request = app.adding_request(&ticket);
        request.set_intent(LoginIntent::SignIn);
        let begun = app.begin_with(request).await.unwrap();
        let callback = app.consent(&begun, "bob").await;

        let completed = app.complete(&begun, &callback).await.unwrap();

        let added = app.redeem(&login_code(&completed)).await.unwrap();
        assert_eq!(added.result(), SignInResult::Linked);
        assert_eq!(app.rows("mail_outbox").await, 0);
    }

    async fn an_address_that_is_somebodys_neither_leads_there_nor_is_taken(app) {
        app.trust_the_provider().await;
        app.bitbucket.add_account(crate::harness::users::twin());
        let alice = app.sign_in("alice").await.user.unwrap().name;
        let bob = app.sign_in("bob").await;

        let added = app.add_account(&bob.id_token, "twin").await;

        let bob = bob.user.unwrap();
        assert_eq!(added.user.unwrap().name, bob.name, "not who has the address");
        let now = app.user(&bob.name).await;
        let of = |kind| now.identities.iter().filter(|it| it.kind() == kind).count();
        assert_eq!((of(IdentityKind::Social), of(IdentityKind::Email)), (2, 1));
        assert_eq!(now.email, bob.email);
        assert_eq!(app.user(&alice).await.identities.len(), 2);
    }

    async fn ones_own_account_signs_in_and_nothing_is_new(app) {
        let alice = app.sign_in("alice").await;

        let again = app.add_account(&alice.id_token, "alice").await;

        assert_eq!(again.result(), SignInResult::SignedIn);
        assert_eq!(again.user.unwrap().name, alice.user.unwrap().name);
        assert_eq!(app.rows("identities").await, 1);
    }

    async fn the_account_of_another_user_is_refused_and_told_of_that_one(app) {
        let alice = app.sign_in("alice").await;
        let bob = app.sign_in("bob").await.user.unwrap().name;

        let completed = app.come_to_add(&alice.id_token, "bob").await;

        assert_eq!(outcome(&completed), "IDENTITY_OF_ANOTHER_USER");
        assert_eq!(app.told_of(&bob).await.last().unwrap(), "sign_in.refused");
        assert_eq!(app.rows("identities").await, 2);
    }

    async fn a_repeat_of_the_callback_gets_the_same_answer_until_the_code_is_redeemed(app) {
        let alice = app.sign_in("alice").await;
        let begun = app.begin_adding(&alice.id_token).await;
        let callback = app.consent(&begun, "bob").await;
        let completed = app.complete(&begun, &callback).await.unwrap();

        assert_eq!(app.complete(&begun, &callback).await.unwrap(), completed);
        app.redeem(&login_code(&completed)).await.unwrap();

        let late = app.complete(&begun, &callback).await.unwrap_err();
        assert_eq!(reason(&late), "ATTEMPT_USED");
    }

    async fn a_code_that_nobody_redeems_in_a_minute_adds_nothing(app) {
        let alice = app.sign_in("alice").await;
        let begun = app.begin_adding(&alice.id_token).await;
        let callback = app.consent(&begun, "bob").await;
        let completed = app.complete(&begun, &callback).await.unwrap();
        app.clock.advance(LOGIN_CODE_LIFETIME + Duration::from_secs(1));

        let late = app.redeem(&login_code(&completed)).await.unwrap_err();

        assert_eq!(reason(&late), "LOGIN_CODE_INVALID");
        assert_eq!(reason(&app.complete(&begun, &callback).await.unwrap_err()), "ATTEMPT_USED");
        assert_eq!(app.rows("identities").await, 1);
        let now = latchkey_domain::time::Clock::now(&app.clock);
        assert_eq!(app.store.forget_waiting(now).await.unwrap(), 1);
        nobody_is_kept(&app).await;
    }
}
