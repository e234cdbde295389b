//! What to register at the provider.

use latchkey_domain::{
    callback::{CallbackWarning, warnings},
    caller::Caller,
    connection::{Credential, serving},
    environment::Environment,
    host::Host,
    name::{ConnectionName, CredentialName, OrganizationName},
    page::{Listed, Page, PageSize},
};
use latchkey_store::TimeCursor;
use url::Url;

use crate::{Error, Latchkey, Result};

/// Where the provider sends people back to, for one host.
#[derive(Debug, Clone)]
pub struct CallbackUrl {
    /// The host.
    pub host: Host,
    /// Whose custom domain it is; `None` of the environment's default domain.
    pub organization: Option<OrganizationName>,
    /// What to register.
    pub url: Url,
    /// The credential that serves this host.
    pub credential: Option<CredentialName>,
    /// What to look out for.
    pub warnings: Vec<CallbackWarning>,
}

/// A host, and whose it is.
type Place = (Host, Option<OrganizationName>);

impl Latchkey {
    /// Lists the callback URLs of a connection, one for each host that people sign in on: the
    /// environment's default domain first.
    pub async fn callback_urls(
        &self,
        caller: &Caller,
        name: &ConnectionName,
        page: &Page<TimeCursor>,
    ) -> Result<Listed<CallbackUrl, TimeCursor>> {
        Self::see(caller, &name.environment)?;
        let environment = self.environment_of(&name.environment).await?;
        let connection = self.store.connection(name).await?.ok_or(Error::NotFound)?;
        let credentials = self.store.credentials(name).await?;
        let provider = self.admitted(&connection.provider, &environment).ok();
        let without = self.hosts_without_their_own(name, &environment, &credentials).await?;
        let places = self.places(&environment, page).await?;
        let items = places.items.into_iter().map(|(host, organization)| CallbackUrl {
            url: host.callback_url(&name.connection),
            credential: serving(&credentials, &host).map(|credential| credential.name(name)),
            warnings: provider.as_ref().map_or_else(Vec::new, |provider| {
                warnings(provider.callback_rule(), &credentials, &host, &without)
            }),
            host,
            organization,
        });
        Ok(Listed { items: items.collect(), next: places.next })
    }

    /// The hosts that people sign in on, a page of them. The default domain is on the first page, and
    /// a place before every organization stands for it.
    async fn places(
        &self,
        environment: &Environment,
        page: &Page<TimeCursor>,
    ) -> Result<Listed<Place, TimeCursor>> {
        let first = page.after.is_none().then(|| (environment.default_domain.clone(), None));
        let before_all = TimeCursor { created_at: i64::MIN, id: String::new() };
        let size = PageSize(page.size.0 - u32::from(first.is_some()));
        let rest = if size.0 == 0 {
            let one = Page { size: PageSize(1), after: None };
            let more = self.store.list_served_organizations(&environment.id, &one).await?;
            Listed { items: Vec::new(), next: (!more.items.is_empty()).then_some(before_all) }
        } else {
            let page = Page { size, after: page.after.clone() };
            self.store.list_served_organizations(&environment.id, &page).await?
        };
        let of_organizations = rest.items.into_iter().filter_map(|organization| {
            let name = organization.name();
            Some((organization.domain?.host, Some(name)))
        });
        Ok(Listed { items: first.into_iter().chain(of_organizations).collect(), next: rest.next })
    }

    /// Hosts that are served by the credential for all hosts, as many as tell whether it serves
    /// several.
    async fn hosts_without_their_own(
        &self,
        name: &ConnectionName,
        environment: &Environment,
        credentials: &[Credential],
    ) -> Result<Vec<Host>> {
        let default = &environment.default_domain;
        let own = serving(credentials, default).is_some_and(|found| found.host.is_some());
        let mut without = self.store.served_hosts_without(name).await?;
        without.extend((!own).then(|| default.clone()));
        Ok(without)
    }
}
