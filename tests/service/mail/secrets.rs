//! Neither a code nor an address is told to anybody but the mail server.

use std::sync::LazyLock;

use latchkey_test_database::TestDatabase;
use latchkey_test_smtp::Fault;

use crate::harness::{
    TestApp,
    leaks::Canaries,
    mailing::{PUT_OFF_IS_OVER, Sending, code_to},
    telemetry::{RECORDED, sample},
    with_app,
};

/// No code is as long, so that it is nowhere by chance.
const CODE: &str = "canary-code-482913";
const ADDRESS: &str = "canary-of-the-mail@mail.example";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_is_told_to_nobody_on_postgres() {
    let database = TestDatabase::postgres().await;
    database.run(|database| with_app(database, mail_is_told_to_nobody)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_is_told_to_nobody_on_sqlite() {
    let database = TestDatabase::sqlite().await;
    database.run(|database| with_app(database, mail_is_told_to_nobody)).await;
}

async fn queue(app: &TestApp) {
    let mut code = code_to(ADDRESS);
    code.code = CODE.into();
    app.queueing(code).await.commit().await.unwrap();
}

async fn mail_is_told_to_nobody(app: TestApp) {
    LazyLock::force(&RECORDED);
    let mut secret = Canaries::default();
    secret.add("a code", CODE);
    secret.add("an address", ADDRESS);
    // Servers repeat the address in what they answer.
    for fault in [Fault::Recipient(550), Fault::Recipient(450), Fault::Mail(451), Fault::CutAfter] {
        app.smtp.fail_next(fault);
    }
    queue(&app).await;
    queue(&app).await;
    assert_eq!(secret.count_in_database(&app.database).await, 0, "while it waits");

    let sending = Sending::start(&app.latchkey);
    for tries in 2..=5 {
        app.until_tried(tries).await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        app.clock.advance(PUT_OFF_IS_OVER);
    }
    app.until_no_mail_waits().await;
    sending.stop().await;

    assert!(app.smtp.mails()[0].text().contains(CODE), "it did go out");
    assert_eq!(secret.count_in_database(&app.database).await, 0, "nor afterwards");
    let log = RECORDED.log();
    assert!(log.contains("a mail is given up") && log.contains("is tried again"), "{log}");
    secret.assert_absent("the log", &log);
    let mut spans = RECORDED.spans().await;
    // The look into the database names what it looks for.
    spans.retain(|span| !format!("{span:?}").contains("query_to_xml"));
    let spans = format!("{spans:#?}");
    assert!(spans.contains("send mail"));
    secret.assert_absent("the spans", &spans);
    let metrics = RECORDED.metrics(&app.http).await;
    secret.assert_absent("the metrics", &metrics);
    for (outcome, count) in [("queued", "2"), ("sent", "1"), ("put_off", "3"), ("given_up", "1")] {
        let label = format!("outcome=\"{outcome}\"");
        assert_eq!(sample(&metrics, "latchkey_mails_total", &[&label]), count, "{outcome}");
    }
}
