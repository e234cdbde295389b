//! Mail that goes out as it should.

use std::{collections::BTreeSet, time::Duration};

use crate::{
    both,
    harness::mailing::{CODE, Sending, code_to},
};

both! {
    async fn a_code_goes_out_as_soon_as_its_transaction_commits_and_never_without_it(app) {
        let sending = Sending::start(&app.latchkey);
        drop(app.queueing(code_to("nobody@mail.example")).await);
        let tx = app.queueing(code_to("rowan@mail.example")).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(app.smtp.tries(), 0, "nothing is committed");
        tx.commit().await.unwrap();

        let [mail] = app.smtp.wait_for(1).await.try_into().unwrap();
        assert_eq!(mail.to, "rowan@mail.example");
        assert_eq!(mail.code(), CODE);
        assert_eq!(mail.subject(), "Ihr Code für Müller & Söhne");
        assert!(mail.html().contains("Müller &amp; Söhne"), "{}", mail.html());
        app.until_no_mail_waits().await;
        sending.stop().await;
        assert_eq!(app.smtp.tries(), 1);
    }

    async fn a_code_that_another_process_queued_goes_out_too(app) {
        let other = app.replica(&app.key_file).await;
        let sending = Sending::start(&other.latchkey);
        // It has looked once, and nobody wakes it.
        tokio::time::sleep(Duration::from_millis(100)).await;
        app.queue_code("rowan@mail.example").await;
        app.smtp.wait_for(1).await;
        sending.stop().await;
    }

    async fn two_processes_send_each_mail_once(app) {
        const MAILS: usize = 40;
        let other = app.replica(&app.key_file).await;
        let sending = [Sending::start(&app.latchkey), Sending::start(&other.latchkey)];
        let to = |n| format!("person-{n}@mail.example");
        for n in 0..MAILS {
            app.queue_code(&to(n)).await;
        }
        app.until_no_mail_waits().await;
        for sending in sending {
            sending.stop().await;
        }
        let mails = app.smtp.mails();
        let reached: BTreeSet<_> = mails.iter().map(|mail| mail.to.clone()).collect();
        assert_eq!(reached, (0..MAILS).map(to).collect());
        assert_eq!(mails.len(), MAILS, "each once");
        assert!(app.smtp.connections() <= 16, "{} connections", app.smtp.connections());
    }

}
