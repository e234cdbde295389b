//! Which ways in an application offers.

use std::sync::Arc;

use latchkey_domain::{
    access::Principal,
    application::Application,
    caller::Caller,
    host::Host,
    name::{ApplicationName, ConnectionName},
    provider::ProviderName,
    text::DisplayName,
};
use latchkey_store::WayIn;

use crate::{Error, Latchkey, Result};

/// What a sign-in page shows.
#[derive(Debug, Clone)]
pub struct LoginOptions {
    /// What people sign in to.
    pub application: Arc<Application>,
    /// How.
    pub options: Vec<LoginOption>,
}

/// A way in.
#[derive(Debug, Clone)]
pub struct LoginOption {
    /// The connection.
    pub connection: ConnectionName,
    /// What the button says.
    pub display_name: DisplayName,
    /// Who vouches for those who come this way.
    pub provider: ProviderName,
}

impl Latchkey {
    /// Lists the ways in that work, and proves a redirect URI if there is one.
    #[tracing::instrument(skip_all, err(level = "debug"))]
    pub async fn login_options(
        &self,
        caller: &Caller,
        application: &ApplicationName,
        redirect_uri: Option<&str>,
        host: Option<&Host>,
    ) -> Result<LoginOptions> {
        Self::see(caller, &application.environment)?;
        if matches!(&caller.principal, Principal::Application(_, own) if *own != application.application)
        {
            return Err(Error::NotFound);
        }
        let found = self.cache.application(application).await?.ok_or(Error::NotFound)?;
        if redirect_uri.is_some_and(|uri| found.redirect_uri(uri).is_none()) {
            return Err(Error::RedirectUriNotRegistered);
        }
        let options = self.working_options(application, host).await?;
        Ok(LoginOptions { application: found, options })
    }

    async fn working_options(
        &self,
        application: &ApplicationName,
        host: Option<&Host>,
    ) -> Result<Vec<LoginOption>> {
        let environment = self.cache.environment(&application.environment).await?;
        let environment = environment.ok_or(Error::NotFound)?;
        if let Some(host) = host {
            self.whose_host(host, &environment).await?;
        }
        let host = host.unwrap_or(&environment.default_domain);
        let ways_in = self.cache.ways_in(application, host).await?;
        let works = |way_in: &&WayIn| {
            let credentials = way_in.plain_credentials();
            let problem = self.admitted(&way_in.connection.provider, &environment).err();
            way_in.connection.state(&credentials, host, problem).is_offered()
        };
        let option = |WayIn { connection, .. }: &WayIn| LoginOption {
            connection: connection.name(),
            display_name: connection.display_name.clone(),
            provider: connection.provider.clone(),
        };
        Ok(ways_in.iter().filter(works).map(option).collect())
    }
}
