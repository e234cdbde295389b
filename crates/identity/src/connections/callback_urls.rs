//! What to register at the provider.

use latchkey_domain::{
    caller::Caller,
    connection::serving,
    host::Host,
    name::{ConnectionName, CredentialName},
};
use url::Url;

use crate::{Error, Latchkey, Result};

/// Where the provider sends people back to, for one host.
#[derive(Debug, Clone)]
pub struct CallbackUrl {
    /// The host.
    pub host: Host,
    /// What to register.
    pub url: Url,
    /// The credential that serves this host.
    pub credential: Option<CredentialName>,
}

impl Latchkey {
    /// Lists the callback URLs of a connection, one for each host.
    pub async fn callback_urls(
        &self,
        caller: &Caller,
        name: &ConnectionName,
    ) -> Result<Vec<CallbackUrl>> {
        Self::see(caller, &name.environment)?;
        let environment = self.environment_of(&name.environment).await?;
        self.store.connection(name).await?.ok_or(Error::NotFound)?;
        let credentials = self.store.credentials(name).await?;
        let host = environment.default_domain;
        let credential = serving(&credentials, &host).map(|credential| credential.name(name));
        let url = host.callback_url(&name.connection);
        Ok(vec![CallbackUrl { host, url, credential }])
    }
}
