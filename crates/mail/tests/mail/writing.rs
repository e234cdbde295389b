//! What a mail looks like to whoever gets it.

use latchkey_domain::mail::Mailer as _;
use latchkey_test_smtp::TestSmtp;

use crate::{NOW, mailer, message};

#[tokio::test]
async fn a_mail_comes_with_both_bodies_and_the_headers_of_what_nobody_wrote() {
    let server = TestSmtp::start().await;
    let sent = message("rowan@mail.example", "Müller & Söhne 🥨");
    mailer(server.address()).send(&sent).await.unwrap();

    let [mail] = server.mails().try_into().unwrap();
    assert_eq!(
        (mail.from.as_str(), mail.to.as_str()),
        ("login@acme.example", "rowan@mail.example")
    );
    assert_eq!(mail.from_name().as_deref(), Some("Acme Zürich"));
    assert_eq!(mail.subject(), "Your code for Müller & Söhne 🥨");
    assert_eq!(mail.text(), sent.text);
    assert_eq!(mail.html(), sent.html);
    assert_eq!(mail.code(), "482913");
    assert_eq!(mail.message_id(), format!("{}@acme.example", sent.id));
    assert_eq!(mail.date(), NOW.0 / 1_000_000);
    assert_eq!(mail.raw_header("Auto-Submitted").as_deref(), Some("auto-generated"));
    let kind = mail.raw_header("Content-Type").unwrap();
    assert!(kind.starts_with("multipart/alternative;"), "{kind}");
    assert!(mail.raw.is_ascii(), "every server takes it");
    assert!(mail.raw.split(|byte| *byte == b'\n').all(|line| line.len() < 1_000));
}

#[tokio::test]
async fn a_name_cannot_add_a_header_or_a_recipient() {
    let server = TestSmtp::start().await;
    let mut sent = message("rowan@mail.example", "Shop");
    // What the domain's types let through nowhere.
    sent.subject = "Hello\r\nBcc: all@mail.example\r\n\r\nThe body".to_owned();
    mailer(server.address()).send(&sent).await.unwrap();

    let [mail] = server.mails().try_into().unwrap();
    assert_eq!(mail.raw_header("Bcc"), None);
    assert_eq!(mail.to, "rowan@mail.example");
    assert_eq!(mail.text(), sent.text);
}

#[tokio::test]
async fn a_line_that_is_a_dot_does_not_end_a_mail() {
    let server = TestSmtp::start().await;
    let mut sent = message("rowan@mail.example", "Shop");
    sent.text = "one\n.\nMAIL FROM:<x@y.example>\n..two\n".to_owned();
    mailer(server.address()).send(&sent).await.unwrap();

    assert_eq!(server.mails().len(), 1);
    assert_eq!(server.mails()[0].text(), sent.text);
}

#[tokio::test]
async fn an_address_that_is_not_ascii_is_written_as_it_is() {
    let server = TestSmtp::start().await;
    let sent = message("rowán@mail.example", "Shop");
    mailer(server.address()).send(&sent).await.unwrap();
    assert_eq!(server.mails()[0].to, "rowán@mail.example");
}
