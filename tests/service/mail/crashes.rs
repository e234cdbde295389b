//! Processes and connections that end between sending a mail and noting it: the mail may come twice,
//! and then says that it is the same.

use latchkey_test_smtp::Fault;

use crate::{
    both,
    harness::{
        TestApp,
        mailing::{CODE, LEASE_IS_OVER, PUT_OFF_IS_OVER, Sending},
    },
};

/// Both that came are one mail.
fn assert_same_twice(app: &TestApp) {
    let [first, second] = app.smtp.mails().try_into().unwrap();
    assert_eq!(first.message_id(), second.message_id());
    assert_eq!((first.date(), first.text()), (second.date(), second.text()));
    assert_eq!((first.code(), second.code()), (CODE.to_owned(), CODE.to_owned()));
}

both! {
    async fn a_connection_that_is_cut_after_the_mail_was_taken_brings_the_same_mail_again(app) {
        app.smtp.fail_next(Fault::CutAfter);
        app.queue_code("rowan@mail.example").await;
        let sending = Sending::start(&app.latchkey);
        app.smtp.wait_for(1).await;
        app.clock.advance(PUT_OFF_IS_OVER);
        app.smtp.wait_for(2).await;
        app.until_no_mail_waits().await;
        sending.stop().await;
        assert_same_twice(&app);
    }

    async fn a_process_that_dies_before_it_notes_a_mail_leaves_it_to_another(app) {
        app.smtp.fail_next(Fault::HangAfter);
        app.queue_code("rowan@mail.example").await;
        let dying = Sending::start(&app.latchkey);
        app.smtp.wait_for(1).await;
        dying.kill().await;

        let other = app.replica(&app.key_file).await;
        let sending = Sending::start(&other.latchkey);
        tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
        assert_eq!(app.smtp.tries(), 1, "it may still be under way");
        app.clock.advance(LEASE_IS_OVER);
        app.smtp.wait_for(2).await;
        app.until_no_mail_waits().await;
        sending.stop().await;
        assert_same_twice(&app);
    }
}
