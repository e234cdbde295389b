//! Getting to a mail server, and in.

use latchkey_domain::mail::{Cause, SendError};
use latchkey_mail::{Config, Mailer, Tls};
use latchkey_test_smtp::{Settings, TestSmtp};
use latchkey_test_tls::{Certificate, Root};

use crate::{config, mailer, send};

const SIGN_IN: Option<(&str, &str)> = Some(("latchkey", "hunter2"));

/// As the configuration, trusting a root besides.
fn trusting(root: &Root, config: Config) -> Mailer {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), root.pem()).unwrap();
    Mailer::new(&Config { ca_file: Some(file.path().to_owned()), ..config }).unwrap()
}

fn signing_in(config: Config, password: &str) -> Config {
    let username = Some("latchkey".to_owned());
    Config { username, password: Some(password.to_owned().into()), ..config }
}

#[tokio::test]
async fn mail_goes_under_either_kind_of_tls_and_with_a_password() {
    let root = Root::generate();
    let certificate = || Some(root.certificate_for("localhost"));
    for (tls, settings) in [
        (Tls::Starttls, Settings { starttls: certificate(), ..Settings::default() }),
        (Tls::Implicit, Settings { implicit_tls: certificate(), ..Settings::default() }),
    ] {
        let server = TestSmtp::with(Settings { sign_in: SIGN_IN, ..settings }).await;
        let config = signing_in(config(server.address(), tls), "hunter2");
        let mailer = trusting(&root, config);
        assert_eq!(mailer.look().await, Ok(()), "{tls:?}");
        assert_eq!(server.tries(), 0, "a look sends nothing");
        assert_eq!(send(&mailer, "rowan@mail.example").await, Ok(()), "{tls:?}");
        assert!(server.mails()[0].under_tls);
    }
}

#[tokio::test]
async fn a_server_that_offers_no_starttls_gets_nothing() {
    let server = TestSmtp::start().await;
    let mailer = Mailer::new(&config(server.address(), Tls::Starttls)).unwrap();
    let sent = send(&mailer, "rowan@mail.example").await;
    assert_eq!(sent, Err(SendError::Later(Cause::Tls)));
    assert_eq!(server.tries(), 0);
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_or_for_another_host_gets_nothing() {
    let root = Root::generate();
    let of_another = root.certificate_for("other.example");
    for certificate in [Certificate::self_signed("localhost"), of_another] {
        let settings = Settings { starttls: Some(certificate), ..Settings::default() };
        let server = TestSmtp::with(settings).await;
        let mailer = trusting(&root, config(server.address(), Tls::Starttls));
        let sent = send(&mailer, "rowan@mail.example").await;
        assert_eq!(sent, Err(SendError::Later(Cause::Tls)));
        assert_eq!(server.tries(), 0);
    }
}

#[tokio::test]
async fn a_wrong_password_leaves_hope_for_the_mail() {
    let server = TestSmtp::with(Settings { sign_in: SIGN_IN, ..Settings::default() }).await;
    let mailer = Mailer::new(&signing_in(config(server.address(), Tls::None), "wrong")).unwrap();
    let refused = Cause::Answer(535);
    assert_eq!(send(&mailer, "rowan@mail.example").await, Err(SendError::Later(refused)));
    assert_eq!(mailer.look().await, Err(refused));
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let server = TestSmtp::start().await;
    let mailer = mailer(server.address());
    for _ in 0..3 {
        send(&mailer, "rowan@mail.example").await.unwrap();
    }
    assert_eq!((server.mails().len(), server.connections()), (3, 1));
}

#[tokio::test]
async fn nobody_there_is_no_connection() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let sent = send(&mailer(address), "rowan@mail.example").await;
    assert_eq!(sent, Err(SendError::Later(Cause::Connection)));
}
