//! What a person would be asked for is told of a test login, which asks nobody and mails nothing.

use bitbucket_stand_in::{Account, Email};
use latchkey_proto::v1::{SignInResult, TestLoginState, TestLoginStepKind as Kind};

use crate::{
    both,
    harness::{
        TestApp,
        trying::{assumed, steps},
    },
};

/// An account that has Alice's address, and nothing else of hers.
fn twin() -> Account {
    Account::new("twin", "77777777-7777-4777-8777-777777777777", "Twin")
        .with_email(Email::primary("alice@mail.example"))
}

async fn nothing_was_sent(app: &TestApp) {
    assert_eq!((app.rows("mail_outbox").await, app.rows("waiting_sign_ins").await), (0, 0));
}

both! {
    async fn an_address_that_a_person_would_have_to_prove_is_told(app) {
        app.verify_by_code().await;

        let (over, _) = app.try_out("alice").await;

        assert_eq!((over.state(), over.result()), (TestLoginState::Passed, SignInResult::SignedUp));
        assert_eq!(assumed(&over), [Kind::EmailVerificationRequired]);
        let last = steps(&over).into_iter().rev().take(2).map(|(kind, _)| kind);
        assert!(last.eq(["EMAIL_VERIFICATION_REQUIRED", "DECISION"]), "{over:?}");
        nothing_was_sent(&app).await;
    }

    async fn an_address_that_a_person_would_be_asked_for_is_told(app) {
        app.require_email().await;

        let (over, _) = app.try_out("dave").await;

        assert_eq!((over.state(), over.result()), (TestLoginState::Passed, SignInResult::SignedUp));
        assert_eq!(assumed(&over), [Kind::EmailRequired, Kind::EmailVerificationRequired]);
        nothing_was_sent(&app).await;
    }

    async fn a_link_that_a_person_would_have_to_confirm_is_told(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        app.sign_in_by_code("alice", 1).await;
        app.bitbucket.add_account(twin());
        let ways = app.rows("identities").await;

        let (over, _) = app.try_out("twin").await;

        assert_eq!((over.state(), over.result()), (TestLoginState::Passed, SignInResult::Linked));
        let expected = [Kind::EmailVerificationRequired, Kind::LinkConfirmationRequired];
        assert_eq!(assumed(&over), expected);
        assert_eq!((app.rows("identities").await, app.rows("users").await), (ways, 1));
        assert_eq!((app.rows("mail_outbox").await, app.smtp.mails().len()), (0, 1), "Alice's");
    }

    async fn whoever_would_be_asked_for_nothing_has_no_such_step(app) {
        let (over, _) = app.try_out("alice").await;
        assert_eq!(assumed(&over), []);
    }
}
