//! Which ways in an application offers.

use latchkey_domain::{
    access::Principal,
    connection::ConnectionState,
    name::{ApplicationName, ConnectionName},
    page::{Page, PageSize},
    provider::ProviderName,
    text::DisplayName,
};
use latchkey_store::ConnectionFilter;

use crate::{Error, Latchkey, Result};

/// What a sign-in page shows.
#[derive(Debug, Clone)]
pub struct LoginOptions {
    /// What people sign in to.
    pub application: DisplayName,
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

/// More buttons than a page can show; the rest is reached by naming the connection.
const MOST_OPTIONS: PageSize = PageSize(PageSize::MAX);

impl Latchkey {
    /// Lists the ways in that work, and proves a redirect URI if there is one.
    #[tracing::instrument(skip_all, err(level = "debug"))]
    pub async fn login_options(
        &self,
        caller: &Principal,
        application: &ApplicationName,
        redirect_uri: Option<&str>,
    ) -> Result<LoginOptions> {
        Self::see(caller, &application.environment)?;
        if matches!(caller, Principal::Application(_, own) if *own != application.application) {
            return Err(Error::NotFound);
        }
        let found = self.cache.application(application).await?.ok_or(Error::NotFound)?;
        if redirect_uri.is_some_and(|uri| found.redirect_uri(uri).is_none()) {
            return Err(Error::RedirectUriNotRegistered);
        }
        let options = self.working_options(application).await?;
        Ok(LoginOptions { application: found.display_name.clone(), options })
    }

    async fn working_options(&self, application: &ApplicationName) -> Result<Vec<LoginOption>> {
        let environment = self.cache.environment(&application.environment).await?;
        let environment = environment.ok_or(Error::NotFound)?;
        let page = Page { size: MOST_OPTIONS, after: None };
        let filter = ConnectionFilter::OfApplication(application);
        let granted = self.store.list_connections(filter, &page).await?.items;
        let mut options = Vec::with_capacity(granted.len());
        for connection in granted {
            let Some(way_in) = self.cache.way_in(&connection.name()).await? else { continue };
            let state = connection.state(&way_in.plain_credentials(), &environment.default_domain);
            if state == ConnectionState::Ready && self.is_open(&way_in, &environment) {
                options.push(LoginOption {
                    connection: connection.name(),
                    display_name: connection.display_name,
                    provider: connection.provider,
                });
            }
        }
        Ok(options)
    }
}
