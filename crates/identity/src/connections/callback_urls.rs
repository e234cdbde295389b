//! What to register at the provider.

use latchkey_domain::{
    callback::{CallbackWarning, Served, warnings},
    caller::Caller,
    connection::{Credential, serving, serving_the_rest},
    environment::Environment,
    host::Host,
    id::CredentialId,
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
        let provider = self.admitted(&connection.provider, &environment).ok();
        let rule = provider.map(|provider| provider.callback_rule());
        let places = self.places(&environment, page).await?;
        let hosts: Vec<_> = places.items.iter().map(|(host, _)| host).collect();
        let credentials = self.store.credentials_for(name, &hosts).await?;
        let (shared, without) = if rule.is_some_and(|rule| rule.one_per_consumer) {
            self.who_else_is_served(name, &environment, (&credentials, &hosts)).await?
        } else {
            (Vec::new(), Vec::new())
        };
        let served = Served { credentials: &credentials, shared: &shared, without: &without };
        let items = places.items.into_iter().map(|(host, organization)| CallbackUrl {
            url: host.callback_url(&name.connection),
            credential: serving(&credentials, &host).map(|credential| credential.name(name)),
            warnings: rule.map_or_else(Vec::new, |rule| warnings(rule, served, &host)),
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

    /// Which of the credentials are of a consumer that serves another host by a credential for that
    /// one; and hosts that are served by the one for all hosts, as many as tell whether it serves several,
    /// if its consumer serves any of these.
    async fn who_else_is_served(
        &self,
        name: &ConnectionName,
        environment: &Environment,
        (credentials, hosts): (&[Credential], &[&Host]),
    ) -> Result<(Vec<CredentialId>, Vec<Host>)> {
        let here: Vec<_> = hosts.iter().filter_map(|host| serving(credentials, host)).collect();
        let ids: Vec<_> = here.iter().map(|credential| credential.id).collect();
        let shared = self.store.shared_credentials(&ids).await?;
        let rest = serving_the_rest(credentials).map(|rest| &rest.client_id);
        if here.iter().all(|credential| Some(&credential.client_id) != rest) {
            return Ok((shared, Vec::new()));
        }
        let mut without = self.store.served_hosts_without(name).await?;
        let default = &environment.default_domain;
        let of_default = self.store.credentials_for(name, &[default]).await?;
        let own = serving(&of_default, default).is_some_and(|found| found.host.is_some());
        without.extend((!own).then(|| default.clone()));
        Ok((shared, without))
    }
}
