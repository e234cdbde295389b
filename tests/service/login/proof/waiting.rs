//! A sign-in waits for an address, and goes on where it stopped.

use latchkey_proto::v1::{
    Connection, IdentityKind::Email as Address, IdentityKind::Social, SignInResult, SignUpMode,
    SignUpPolicy,
};
use std::time::Duration;
use tonic::Code;

use crate::{
    both,
    harness::{
        proving::{asked, code_in, word},
        reason,
    },
};

both! {
    async fn an_address_that_the_provider_told_is_proven_by_a_code(app) {
        app.verify_by_code().await;
        app.deliver_mail();

        let (waiting, step) = app.come_to_wait("alice").await;
        assert_eq!(asked(step).email, "alice@mail.example");
        assert_eq!(app.rows("users").await, 0);
        assert!(app.event_names().await.is_empty());
        let mail = app.smtp.wait_for(1).await.remove(0);
        assert_eq!(mail.to, "alice@mail.example");
        let step = app.verify(&waiting, &mail.code()).await.unwrap();

        let redeemed = app.redeem(&code_in(&step)).await.unwrap();
        assert_eq!(redeemed.result(), SignInResult::SignedUp);
        let user = redeemed.user.unwrap();
        assert_eq!((user.email.as_str(), user.email_verified), ("alice@mail.example", true));
        let email = || "alice@mail.example".to_owned();
        assert_eq!(app.ways(&user.name).await, [(Social, email()), (Address, email())]);
        assert_eq!(app.event_names().await, ["user.signed_up", "user.signed_in"]);
        // From then on it goes straight through.
        assert_eq!(app.sign_in("alice").await.result(), SignInResult::SignedIn);
        assert_eq!(app.smtp.mails().len(), 1);
        assert_eq!(app.rows("waiting_sign_ins WHERE sealed_profile IS NOT NULL").await, 0);
    }

    async fn who_has_no_confirmed_address_is_asked_for_one_once(app) {
        app.require_email().await;
        app.deliver_mail();
        let (waiting, step) = app.come_to_wait("carol").await;
        assert_eq!(word(&step), "EMAIL");

        let step = app.submit(&waiting, "Carol@Other.example").await.unwrap();
        assert_eq!(asked(step).email, "carol@other.example");
        let code = app.mailed_code(1).await;
        let step = app.verify(&waiting, &code).await.unwrap();

        let user = app.redeem(&code_in(&step)).await.unwrap().user.unwrap();
        assert_eq!((user.email.as_str(), user.email_verified), ("carol@other.example", true));
        assert_eq!(app.sign_in("carol").await.user.unwrap().name, user.name);
    }

    async fn a_reload_shows_what_is_waited_for(app) {
        app.require_email().await;
        app.deliver_mail();
        let (waiting, _) = app.come_to_wait("carol").await;
        for asked in ["EMAIL", "EMAIL"] {
            assert_eq!(word(&app.reload(&waiting).await.unwrap()), asked);
            assert_eq!(word(&app.look(&waiting).await.unwrap()), asked);
        }
        app.submit(&waiting, "carol@other.example").await.unwrap();
        assert_eq!(word(&app.reload(&waiting).await.unwrap()), "CODE");
        assert_eq!(word(&app.look(&waiting).await.unwrap()), "CODE");
        assert_eq!(app.smtp.wait_for(1).await.len(), 1);
        assert_eq!(app.requests_to("/site/oauth2/access_token"), 1);
    }

    async fn another_address_is_refused_and_the_same_sends_nothing_more(app) {
        app.require_email().await;
        app.deliver_mail();
        let (waiting, _) = app.come_to_wait("carol").await;
        app.submit(&waiting, "carol@other.example").await.unwrap();

        let again = app.submit(&waiting, "carol@other.example").await.unwrap();
        let changed = app.submit(&waiting, "victim@other.example").await.unwrap_err();

        assert_eq!(word(&again), "CODE");
        assert_eq!((changed.code(), reason(&changed).as_str()), (Code::FailedPrecondition, "EMAIL_GIVEN"));
        app.mailed_code(1).await;
        assert_eq!(app.rows("mail_outbox").await, 0);
        assert_eq!(app.smtp.mails().len(), 1);
    }

    async fn an_address_that_the_provider_told_cannot_be_changed(app) {
        app.verify_by_code().await;
        let (waiting, _) = app.come_to_wait("alice").await;

        let changed = app.submit(&waiting, "victim@mail.example").await.unwrap_err();

        assert_eq!(reason(&changed), "EMAIL_GIVEN");
        assert_eq!(asked(app.look(&waiting).await.unwrap()).email, "alice@mail.example");
    }

    async fn another_browser_gets_nothing(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        let (waiting, _) = app.come_to_wait("alice").await;
        let code = app.mailed_code(1).await;
        let (other, _) = app.come_to_wait("bob").await;

        for secret in [other.browser_secret.as_str(), "", "guessed"] {
            let mut stolen = waiting.clone();
            stolen.browser_secret = secret.to_owned();
            for refused in [
                app.verify(&stolen, &code).await,
                app.submit(&stolen, "thief@mail.example").await,
                app.resend(&stolen).await,
                app.confirm(&stolen).await,
                app.cancel(&stolen).await,
                app.look(&stolen).await,
            ] {
                assert_eq!(reason(&refused.unwrap_err()), "BROWSER_MISMATCH");
            }
        }
        let mut elsewhere = waiting.clone();
        elsewhere.host = "other.example.com".to_owned();
        let refused = app.look(&elsewhere).await.unwrap_err();
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, "CONTINUATION_INVALID"));
        assert_eq!(word(&app.verify(&waiting, &code).await.unwrap()), "SIGNED_IN");
    }

    async fn nobody_is_waited_for_longer_than_half_an_hour(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        let (waiting, _) = app.come_to_wait("alice").await;
        let code = app.mailed_code(1).await;
        app.clock.advance(Duration::from_mins(30));

        for late in [app.verify(&waiting, &code).await, app.look(&waiting).await, app.resend(&waiting).await] {
            assert_eq!(word(&late.unwrap()), "ATTEMPT_ABANDONED");
        }
        let late = app.reload(&waiting).await.unwrap_err();
        assert_eq!(reason(&late), "STATE_EXPIRED", "the callback itself is for ten minutes");
        assert_eq!(app.rows("users").await, 0);
        assert!(app.event_names().await.is_empty());
        let now = app.now();
        assert_eq!(app.store.forget_waiting(now).await.unwrap(), 1);
        assert_eq!(word(&app.look(&waiting).await.unwrap()), "ATTEMPT_ABANDONED");
    }

    async fn who_is_waited_for_is_not_taken_for_abandoned(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        let (waiting, _) = app.come_to_wait("alice").await;
        let code = app.mailed_code(1).await;
        app.clock.advance(Duration::from_mins(9));

        assert_eq!(word(&app.reload(&waiting).await.unwrap()), "CODE");
        assert_eq!(word(&app.verify(&waiting, &code).await.unwrap()), "SIGNED_IN");
    }

    async fn the_same_code_again_gets_the_same_answer_until_it_is_redeemed(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        let (waiting, _) = app.come_to_wait("alice").await;
        let code = app.mailed_code(1).await;
        let first = app.verify(&waiting, &code).await.unwrap();

        assert_eq!(app.verify(&waiting, &code).await.unwrap(), first);
        assert_eq!(app.reload(&waiting).await.unwrap(), first);
        let other = if code == "000000" { "000001" } else { "000000" };
        let refused = app.verify(&waiting, other).await.unwrap_err();
        assert_eq!(reason(&refused), "ATTEMPT_USED");
        app.redeem(&code_in(&first)).await.unwrap();
        let refused = app.verify(&waiting, &code).await.unwrap_err();
        assert_eq!(reason(&refused), "ATTEMPT_USED");
        assert_eq!(app.event_names().await, ["user.signed_up", "user.signed_in"]);
    }

    async fn who_gives_up_goes_back_to_the_application(app) {
        app.verify_by_code().await;
        let (waiting, _) = app.come_to_wait("alice").await;

        let ended = app.cancel(&waiting).await.unwrap();

        assert_eq!(word(&ended), "CANCELLED_BY_USER");
        assert_eq!(app.cancel(&waiting).await.unwrap(), ended);
        assert_eq!(app.rows("users").await, 0);
        assert_eq!(app.rows("waiting_sign_ins WHERE sealed_profile IS NOT NULL").await, 0);
        assert_eq!(app.event_names().await, ["sign_in.refused"]);
    }

    async fn a_connection_that_is_switched_off_meanwhile_lets_nobody_in(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        let (waiting, _) = app.come_to_wait("alice").await;
        let code = app.mailed_code(1).await;
        app.disable_the_connection().await;

        assert_eq!(word(&app.verify(&waiting, &code).await.unwrap()), "CONNECTION_DISABLED");
        assert_eq!(app.rows("users").await, 0);
    }

    async fn two_tabs_of_one_person_sign_them_up_once_and_in_once(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        let (first, _) = app.come_to_wait("alice").await;
        let of_first = app.mailed_code(1).await;
        let (second, _) = app.come_to_wait("alice").await;
        let of_second = app.mailed_code(2).await;

        assert_eq!(word(&app.verify(&first, &of_first).await.unwrap()), "SIGNED_IN");
        let step = app.verify(&second, &of_second).await.unwrap();
        assert_eq!(app.redeem(&code_in(&step)).await.unwrap().result(), SignInResult::SignedIn);

        for late in [
            app.verify(&second, &of_second).await,
            app.confirm(&second).await,
            app.look(&second).await,
        ] {
            assert_eq!(reason(&late.unwrap_err()), "ATTEMPT_USED");
        }
        assert_eq!(
            app.event_names().await,
            ["user.signed_up", "user.signed_in", "user.signed_in"]
        );
        let left = "waiting_sign_ins WHERE sealed_profile IS NOT NULL OR address IS NOT NULL";
        assert_eq!(app.rows(left).await, 0);
    }

    async fn what_is_asked_of_newcomers_is_asked_again_when_the_code_comes(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        let (waiting, _) = app.come_to_wait("alice").await;
        let code = app.mailed_code(1).await;
        app.let_sign_up(SignUpPolicy { mode: SignUpMode::Closed.into(), ..Default::default() }).await;

        assert_eq!(word(&app.verify(&waiting, &code).await.unwrap()), "SIGN_UP_CLOSED");
    }

    async fn who_was_let_in_by_another_list_of_workspaces_starts_again(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        let (waiting, _) = app.come_to_wait("alice").await;
        let code = app.mailed_code(1).await;
        let to = Connection { allowed_workspaces: vec!["acme".to_owned()], ..Connection::default() };
        app.change_connection("allowed_workspaces", to).await;

        assert_eq!(word(&app.verify(&waiting, &code).await.unwrap()), "CONNECTION_CHANGED");
        assert_eq!(app.rows("users").await, 0);
    }

    async fn no_code_is_sent_through_a_connection_that_was_switched_off(app) {
        app.require_email().await;
        let (waiting, _) = app.come_to_wait("carol").await;
        app.disable_the_connection().await;

        let ended = app.submit(&waiting, "carol@other.example").await.unwrap();

        assert_eq!(word(&ended), "CONNECTION_DISABLED");
        assert_eq!(app.rows("mail_outbox").await, 0);
    }

    async fn without_a_way_to_send_mail_nobody_is_asked(app) {
        app.verify_by_code().await;
        let replica = app.replica_without_mail().await;
        let begun = app.begin().await;
        let callback = app.consent(&begun, "alice").await;
        let request = app.complete_request(&begun, &callback);

        let completed = replica.login().complete_login(request).await.unwrap().into_inner();

        app.ended_without_anybody(&completed, ("MAIL_NOT_CONFIGURED", "server_error")).await;
    }
}
