//! Mail that does not go out at once.

use std::time::Duration;

use latchkey_test_smtp::Fault;

use crate::{
    both,
    harness::mailing::{CODE, LIFETIME, PUT_OFF_IS_OVER, Sending},
};

both! {
    async fn a_mail_that_is_not_taken_is_tried_again_after_a_while(app) {
        let faults = [Fault::Recipient(450), Fault::Mail(451), Fault::CutBefore];
        for fault in faults {
            app.smtp.fail_next(fault);
        }
        app.queue_code("rowan@mail.example").await;
        let sending = Sending::start(&app.latchkey);
        for tries in 1..=faults.len() {
            app.until_tried(tries).await;
            // Long enough to see that it waits, and to be put off.
            tokio::time::sleep(Duration::from_millis(300)).await;
            assert_eq!((app.smtp.tries(), app.waiting_mails().await), (tries, 1));
            app.clock.advance(PUT_OFF_IS_OVER);
        }
        let [mail] = app.smtp.wait_for(1).await.try_into().unwrap();
        assert_eq!(mail.code(), CODE);
        app.until_no_mail_waits().await;
        sending.stop().await;
    }

    async fn a_mail_that_is_refused_for_good_is_given_up_and_forgotten(app) {
        for fault in [Fault::Recipient(550), Fault::Mail(554)] {
            app.smtp.fail_next(fault);
            app.queue_code("rowan@mail.example").await;
        }
        let sending = Sending::start(&app.latchkey);
        app.until_no_mail_waits().await;
        app.clock.advance(PUT_OFF_IS_OVER);
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        sending.stop().await;
        assert_eq!((app.smtp.tries(), app.smtp.mails().len()), (2, 0));
    }

    async fn a_code_that_has_had_its_time_is_not_sent_any_more(app) {
        app.queue_code("rowan@mail.example").await;
        app.clock.advance(LIFETIME);
        let sending = Sending::start(&app.latchkey);
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(app.smtp.tries(), 0);
        sending.stop().await;

        // Whoever may have been at it has had their time too.
        app.clock.advance(Duration::from_mins(1));
        let sending = Sending::start(&app.latchkey);
        app.until_no_mail_waits().await;
        sending.stop().await;
        assert_eq!(app.smtp.tries(), 0);
    }

    async fn a_mail_that_cannot_be_sent_in_time_is_forgotten_by_who_tried(app) {
        app.smtp.fail_next(Fault::Recipient(450));
        app.queue_code("rowan@mail.example").await;
        app.clock.advance(LIFETIME.saturating_sub(Duration::from_millis(1_500)));
        let sending = Sending::start(&app.latchkey);
        app.until_no_mail_waits().await;
        sending.stop().await;
        assert_eq!((app.smtp.tries(), app.smtp.mails().len()), (1, 0));
    }

    async fn a_mail_that_hangs_holds_up_no_other_and_not_the_end_of_the_process(app) {
        app.smtp.fail_next(Fault::Hang);
        app.queue_code("slow@mail.example").await;
        let sending = Sending::start(&app.latchkey);
        app.until_tried(1).await;
        for n in 1..=12 {
            app.queue_code("rowan@mail.example").await;
            app.smtp.wait_for(n).await;
        }
        let told = tokio::time::Instant::now();
        sending.stop().await;
        let took = told.elapsed();
        assert!(took < Duration::from_secs(7), "{took:?}");
        assert_eq!(app.waiting_mails().await, 1, "it is not lost");
    }
}
