//! Getting to the mail server, and in.

use std::fs;

use latchkey_domain::mail::Cause;
use lettre::transport::smtp::{
    authentication::{Credentials, Mechanism},
    client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters},
    extension::ClientId,
};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    config::{Config, Tls},
    failure,
    mailer::Error,
};

/// Those that send the password as it is, under TLS; the others are not safer today.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// Where mail goes, and how one gets in there.
pub(crate) struct Server {
    host: String,
    port: u16,
    encryption: Encryption,
    /// What we call ourselves.
    name: ClientId,
    sign_in: Option<(String, SecretString)>,
}

#[derive(Clone)]
enum Encryption {
    None,
    Starttls(TlsParameters),
    Implicit(TlsParameters),
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("host", &self.host).finish_non_exhaustive()
    }
}

impl Server {
    pub(crate) fn new(config: &Config, name: &str) -> Result<Self, Error> {
        let encryption = match config.tls {
            Tls::None => Encryption::None,
            Tls::Starttls => Encryption::Starttls(tls(config)?),
            Tls::Implicit => Encryption::Implicit(tls(config)?),
        };
        let sign_in = config.username.clone().zip(config.password.clone());
        let name = ClientId::Domain(name.to_owned());
        Ok(Self { host: config.host.clone(), port: config.port(), encryption, name, sign_in })
    }

    /// A connection that mail can be handed over on.
    ///
    /// Whatever a server says here is about us and not about a mail: it may be otherwise once
    /// somebody has mended it.
    pub(crate) async fn connect(&self) -> Result<AsyncSmtpConnection, Cause> {
        let address = (self.host.as_str(), self.port);
        let implicit = match &self.encryption {
            Encryption::Implicit(tls) => Some(tls.clone()),
            _ => None,
        };
        // The caller limits the time of all of it.
        let connecting =
            AsyncSmtpConnection::connect_tokio1(address, None, &self.name, implicit, None);
        let mut connection = connecting.await.map_err(|error| failure::cause(&error))?;
        if let Encryption::Starttls(tls) = &self.encryption {
            // Also where the server, or somebody in between, offers none.
            let upgraded = connection.starttls(tls.clone(), &self.name).await;
            upgraded.map_err(|error| failure::cause_of_tls(&error))?;
        }
        if let Some((username, password)) = &self.sign_in {
            let credentials =
                Credentials::new(username.clone(), password.expose_secret().to_owned());
            let signed_in = connection.auth(&MECHANISMS, &credentials).await;
            signed_in.map_err(|error| failure::cause(&error))?;
        }
        Ok(connection)
    }
}

/// The roots of this machine, and those of the file.
fn tls(config: &Config) -> Result<TlsParameters, Error> {
    let mut tls =
        TlsParameters::builder(config.host.clone()).certificate_store(CertificateStore::Default);
    if let Some(file) = &config.ca_file {
        let pem = fs::read(file).map_err(Error::Roots)?;
        tls = tls.add_root_certificate(Certificate::from_pem(&pem).map_err(Error::Tls)?);
    }
    tls.build_rustls().map_err(Error::Tls)
}
