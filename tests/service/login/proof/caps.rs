//! What an address gets and takes in an hour and in a day, over all sign-ins.

use std::time::Duration;

use super::codes::other_than;
use crate::{both, harness::proving::word};

both! {
    async fn an_address_gets_five_codes_an_hour_and_then_none_with_the_same_answer(app) {
        app.require_email().await;
        app.deliver_mail();
        let mut sent = 0;
        for attempt in 0..6 {
            let (waiting, _) = app.come_to_wait("carol").await;
            let step = app.submit(&waiting, "carol@other.example").await.unwrap();
            assert_eq!(word(&step), "CODE", "{attempt}");
            if attempt < 5 {
                sent += 1;
                app.mailed_code(sent).await;
            } else {
                // Nothing tells it apart from the others: not the page, and not a try.
                assert_eq!(word(&app.look(&waiting).await.unwrap()), "CODE");
                assert_eq!(word(&app.verify(&waiting, "123456").await.unwrap()), "CODE WRONG");
            }
        }
        assert_eq!((app.rows("mail_outbox").await, app.smtp.mails().len()), (0, 5));
        // Another address is not concerned, for another account.
        let (waiting, _) = app.come_to_wait("dave").await;
        app.submit(&waiting, "dave@third.example").await.unwrap();
        app.mailed_code(6).await;
        // After an hour there are some again.
        app.clock.advance(Duration::from_hours(1));
        let (waiting, _) = app.come_to_wait("carol").await;
        app.submit(&waiting, "carol@other.example").await.unwrap();
        let code = app.mailed_code(7).await;
        assert_eq!(word(&app.verify(&waiting, &code).await.unwrap()), "SIGNED_IN");
    }

    async fn ten_wrong_tries_in_a_day_end_it_for_the_address(app) {
        app.require_email().await;
        app.deliver_mail();
        for attempt in 1..=2 {
            let (waiting, _) = app.come_to_wait("carol").await;
            app.submit(&waiting, "carol@other.example").await.unwrap();
            let code = app.mailed_code(attempt).await;
            for nth in 0..5 {
                let tried = app.verify(&waiting, &other_than(&code, nth)).await.unwrap();
                assert_eq!(word(&tried), "CODE WRONG");
            }
        }
        // From now on no code is sent, and a right one is a wrong one.
        let (waiting, _) = app.come_to_wait("carol").await;
        assert_eq!(word(&app.submit(&waiting, "carol@other.example").await.unwrap()), "CODE");
        assert_eq!((app.rows("mail_outbox").await, app.smtp.mails().len()), (0, 2));
        app.clock.advance(Duration::from_hours(24));
        let (waiting, _) = app.come_to_wait("carol").await;
        app.submit(&waiting, "carol@other.example").await.unwrap();
        let code = app.mailed_code(3).await;
        assert_eq!(word(&app.verify(&waiting, &code).await.unwrap()), "SIGNED_IN");
    }

    async fn a_right_code_is_not_accepted_once_its_address_had_ten_wrong_ones(app) {
        app.require_email().await;
        app.deliver_mail();
        let mut begun = Vec::new();
        for attempt in 1..=3 {
            let (waiting, _) = app.come_to_wait("carol").await;
            app.submit(&waiting, "carol@other.example").await.unwrap();
            begun.push((waiting, app.mailed_code(attempt).await));
        }
        let (victim, right) = begun.pop().unwrap();
        for (waiting, code) in &begun {
            for nth in 0..5 {
                app.verify(waiting, &other_than(code, nth)).await.unwrap();
            }
        }

        assert_eq!(word(&app.verify(&victim, &right).await.unwrap()), "CODE WRONG");
        assert_eq!(app.rows("users").await, 0);
    }

    async fn an_account_that_names_another_address_each_time_gets_five_codes_an_hour_too(app) {
        app.require_email().await;
        app.deliver_mail();
        for attempt in 0..7 {
            let (waiting, _) = app.come_to_wait("carol").await;
            let step = app.submit(&waiting, &format!("victim{attempt}@other.example")).await;
            assert_eq!(word(&step.unwrap()), "CODE", "{attempt}");
        }
        app.mailed_code(5).await;
        assert_eq!((app.rows("mail_outbox").await, app.smtp.mails().len()), (0, 5));
    }

    async fn what_is_counted_is_forgotten_after_a_day(app) {
        app.require_email().await;
        let (waiting, _) = app.come_to_wait("carol").await;
        app.submit(&waiting, "carol@other.example").await.unwrap();
        // For the address, and for the account.
        assert_eq!(app.rows("email_allowances").await, 2);
        app.clock.advance(Duration::from_hours(24));
        assert_eq!(app.store.forget_email_allowances(app.now()).await.unwrap(), 2);
    }
}
