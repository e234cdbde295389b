//! Guessing, resending, and codes that are too old.

use std::time::Duration;

use crate::{
    both,
    harness::{
        TestApp,
        proving::{Waiting, asked, word},
        reason,
    },
};

/// Some code that is not this one.
pub(super) fn other_than(code: &str, nth: u32) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:06}", (number + 1 + nth) % 1_000_000)
}

async fn guess(app: &TestApp, waiting: &Waiting, code: &str) -> String {
    word(&app.verify(waiting, code).await.unwrap())
}

both! {
    async fn a_code_works_for_five_tries(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        let (waiting, _) = app.come_to_wait("alice").await;
        let code = app.mailed_code(1).await;

        for nth in 0..5 {
            assert_eq!(guess(&app, &waiting, &other_than(&code, nth)).await, "CODE WRONG");
        }
        assert_eq!(guess(&app, &waiting, &code).await, "CODE TOO_MANY_TRIES");
        assert_eq!(app.rows("users").await, 0);
        // Another one is another five.
        app.clock.advance(Duration::from_secs(30));
        assert_eq!(word(&app.resend(&waiting).await.unwrap()), "CODE");
        let code = app.mailed_code(2).await;
        assert_eq!(guess(&app, &waiting, &code).await, "SIGNED_IN");
    }

    async fn the_fifth_try_may_be_the_right_one(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        let (waiting, _) = app.come_to_wait("alice").await;
        let code = app.mailed_code(1).await;
        for nth in 0..4 {
            guess(&app, &waiting, &other_than(&code, nth)).await;
        }
        assert_eq!(guess(&app, &waiting, &code).await, "SIGNED_IN");
    }

    async fn another_code_can_be_asked_for_after_half_a_minute(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        let (waiting, step) = app.come_to_wait("alice").await;
        let (first, before) = (app.mailed_code(1).await, asked(step));

        let early = app.resend(&waiting).await.unwrap();
        assert_eq!(word(&early), "CODE TOO_SOON");
        assert_eq!(asked(early).resend_time, before.resend_time);
        app.clock.advance(Duration::from_secs(30));
        let later = asked(app.resend(&waiting).await.unwrap());
        assert!(later.resend_time.unwrap().seconds >= before.resend_time.unwrap().seconds + 30);
        let second = app.mailed_code(2).await;

        // The first works no longer, unless the two are the same by chance.
        if first != second {
            assert_eq!(guess(&app, &waiting, &first).await, "CODE WRONG");
        }
        assert_eq!(guess(&app, &waiting, &second).await, "SIGNED_IN");
    }

    async fn a_code_works_for_as_long_as_the_environment_says(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        let (waiting, _) = app.come_to_wait("alice").await;
        let code = app.mailed_code(1).await;
        app.clock.advance(Duration::from_mins(10));
        assert_eq!(guess(&app, &waiting, &code).await, "CODE EXPIRED");

        let lifetime = latchkey_proto::well_known::Duration { seconds: 20 * 60, nanos: 0 };
        let to = latchkey_proto::v1::Environment {
            email_code_lifetime: Some(lifetime),
            ..Default::default()
        };
        app.change_policies(to, &["email_code_lifetime"]).await;
        app.resend(&waiting).await.unwrap();
        let code = app.mailed_code(2).await;
        app.clock.advance(Duration::from_mins(19));
        assert_eq!(guess(&app, &waiting, &code).await, "SIGNED_IN");
    }

    async fn a_code_works_no_longer_than_its_sign_in_waits(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        let (waiting, _) = app.come_to_wait("alice").await;
        app.mailed_code(1).await;
        app.clock.advance(Duration::from_mins(25));

        // Ten minutes would be five too many.
        app.resend(&waiting).await.unwrap();

        let code = app.mailed_code(2).await;
        assert_eq!(app.rows("waiting_sign_ins WHERE code_expires_at = expires_at").await, 1);
        let mail = app.smtp.wait_for(2).await.pop().unwrap();
        assert!(!format!("{mail:?}").contains("10 minutes"), "{mail:?}");
        app.clock.advance(Duration::from_mins(5));
        assert_eq!(guess(&app, &waiting, &code).await, "ATTEMPT_ABANDONED");
    }

    async fn what_is_no_code_is_refused_and_not_counted(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        let (waiting, _) = app.come_to_wait("alice").await;
        let code = app.mailed_code(1).await;
        for bad in ["", "12345", "1234567", "abcdef"] {
            let refused = app.verify(&waiting, bad).await.unwrap_err();
            assert_eq!(reason(&refused), "FIELD_INVALID", "{bad}");
        }
        assert_eq!(app.rows("waiting_sign_ins WHERE code_tries = 0").await, 1);
        // As people paste it.
        let pasted = format!(" {} {}\n", &code[..3], &code[3..]);
        assert_eq!(guess(&app, &waiting, &pasted).await, "SIGNED_IN");
    }

    async fn a_code_is_of_one_sign_in_alone(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        let (alice, _) = app.come_to_wait("alice").await;
        let of_alice = app.mailed_code(1).await;
        let (bob, _) = app.come_to_wait("bob").await;
        let of_bob = app.mailed_code(2).await;
        if of_alice != of_bob {
            assert_eq!(guess(&app, &bob, &of_alice).await, "CODE WRONG");
            assert_eq!(guess(&app, &alice, &of_bob).await, "CODE WRONG");
        }
        assert_eq!(guess(&app, &bob, &of_bob).await, "SIGNED_IN");
        assert_eq!(guess(&app, &alice, &of_alice).await, "SIGNED_IN");
    }

    async fn no_code_is_tried_before_there_is_an_address(app) {
        app.require_email().await;
        let (waiting, _) = app.come_to_wait("carol").await;
        for early in [app.verify(&waiting, "123456").await, app.resend(&waiting).await] {
            assert_eq!(reason(&early.unwrap_err()), "EMAIL_MISSING");
        }
        let early = app.confirm(&waiting).await.unwrap_err();
        assert_eq!(reason(&early), "EMAIL_NOT_PROVEN");
    }
}
