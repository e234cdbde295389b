//! Mail over real SMTP, on loopback.
#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

mod failures;
mod reaching;
mod writing;

use std::{fmt::Write, net::SocketAddr, time::Duration};

use latchkey_domain::{
    email::EmailAddress,
    id::MailId,
    mail::{EmailCode, Language, Letter, Mailer as _, Message, SendError},
    text::DisplayName,
    time::Timestamp,
};
use latchkey_mail::{Config, Mailer, Tls};

const NOW: Timestamp = Timestamp(1_790_000_000_000_000);

/// What reaches this server, from Acme.
fn config(address: SocketAddr, tls: Tls) -> Config {
    Config {
        // A name that a certificate can be for.
        host: "localhost".to_owned(),
        port: Some(address.port()),
        tls,
        from_address: "login@acme.example".to_owned(),
        from_name: "Acme Zürich".to_owned(),
        ..Config::default()
    }
}

fn mailer(address: SocketAddr) -> Mailer {
    Mailer::new(&config(address, Tls::None)).unwrap()
}

/// A mail with the code 482913.
fn message(to: &str, application: &str) -> Message {
    let letter = Letter::EmailCode(EmailCode {
        to: EmailAddress::parse(to).unwrap(),
        code: "482913".into(),
        application: DisplayName::parse(application).unwrap(),
        lifetime: Duration::from_mins(10),
        language: Language::English,
    });
    letter.compose(MailId::new(NOW), NOW)
}

async fn send(mailer: &Mailer, to: &str) -> Result<(), SendError> {
    mailer.send(&message(to, "Shop")).await
}

/// All that an error says, its causes included.
fn told(error: &dyn std::error::Error) -> String {
    let mut told = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        write!(told, " {error} {error:?}").unwrap();
        cause = error.source();
    }
    told
}
