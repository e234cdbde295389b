//! Hands mail over to one server, which takes everything.

use async_trait::async_trait;
use latchkey_domain::{
    email::EmailAddress,
    mail::{self, Cause, Message, SEND_LIMIT, SendError},
};
use lettre::{address::Envelope, message::Mailbox};
use tokio::time::timeout;

use crate::{
    config::Config,
    connect::Server,
    failure,
    idle::Idle,
    write::{self, address},
};

/// Why there is no mailer with such settings.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address that mail is from is none.
    #[error("mail.from_address is not an e-mail address")]
    From,
    /// The roots cannot be read.
    #[error("the file of mail.ca_file cannot be read")]
    Roots(#[source] std::io::Error),
    /// TLS is not set up.
    #[error("TLS to the mail server cannot be set up")]
    Tls(#[source] lettre::transport::smtp::Error),
}

/// A mail server, and the connections to it that wait for the next mail.
#[derive(Debug)]
pub struct Mailer {
    server: Server,
    from: Mailbox,
    idle: Idle,
}

impl Mailer {
    /// Connects to nobody yet. Roots are read, which takes a moment.
    pub fn new(config: &Config) -> Result<Self, Error> {
        let from = EmailAddress::parse(&config.from_address).map_err(|_| Error::From)?;
        let name = (!config.from_name.is_empty()).then(|| config.from_name.clone());
        let from = Mailbox::new(name, address(&from).ok_or(Error::From)?);
        let server = Server::new(config, from.email.domain())?;
        Ok(Self { server, from, idle: Idle::default() })
    }

    /// Whether the server answers, and lets us in. Nothing is sent.
    pub async fn look(&self) -> Result<(), Cause> {
        let looked = timeout(SEND_LIMIT, async {
            let mut connection = self.server.connect().await?;
            // It has answered: how it says good-bye does not matter.
            let _ = connection.quit().await;
            Ok(())
        });
        looked.await.unwrap_or(Err(Cause::TimedOut))
    }

    /// A connection is kept only once it has done its work: one that is dropped half-way through a
    /// mail takes nothing else for a part of it.
    async fn hand_over(&self, envelope: &Envelope, mail: &[u8]) -> Result<(), SendError> {
        let mut connection = match self.idle.take().await {
            Some(connection) => connection,
            None => self.server.connect().await.map_err(SendError::Later)?,
        };
        connection.send(envelope, mail).await.map_err(|error| failure::of_mail(&error))?;
        self.idle.keep(connection);
        Ok(())
    }
}

#[async_trait]
impl mail::Mailer for Mailer {
    async fn send(&self, message: &Message) -> Result<(), SendError> {
        let mail = write::mail(&self.from, message).ok_or(SendError::Never(Cause::Unsupported))?;
        let (envelope, bytes) = (mail.envelope(), mail.formatted());
        let sent = timeout(SEND_LIMIT, self.hand_over(envelope, &bytes)).await;
        sent.unwrap_or(Err(SendError::Later(Cause::TimedOut)))
    }
}
