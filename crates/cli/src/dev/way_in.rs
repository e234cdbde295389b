//! A connection, its consumer, and the application that may use it.

use anyhow::Result;
use latchkey_domain::{
    grant::RightsChange,
    id::ConnectionId,
    name::ConnectionName,
    page::{Page, PageSize},
    policy::ConnectionPolicies,
    provider::ProviderName,
    text::DisplayName,
    upstream::UpstreamParams,
};
use latchkey_identity::{Error, NewConnection, NewCredential, WantedGrant};
use secrecy::SecretString;

use super::seed::{OPERATOR, Seed, missing};

/// A way in that is to be there.
pub(super) struct WayIn<'a> {
    /// The connection.
    pub(super) id: &'static str,
    pub(super) display_name: &'static str,
    pub(super) provider: &'static str,
    pub(super) client_id: &'a str,
    pub(super) client_secret: SecretString,
    /// Whether the provider's word proves an address.
    pub(super) trusted: bool,
    /// Put this consumer in the place of any other.
    pub(super) replace: bool,
}

impl Seed<'_> {
    /// Makes the connection if it is missing, with its consumer, for the demo application.
    pub(super) async fn way_in(&self, way_in: &WayIn<'_>) -> Result<()> {
        let id: ConnectionId = way_in.id.parse()?;
        let new = NewConnection {
            environment: self.environment.clone(),
            id: Some(id.clone()),
            display_name: DisplayName::parse(way_in.display_name)?,
            provider: ProviderName::parse(way_in.provider)?,
            trusted_provider: way_in.trusted,
            upstream_params: UpstreamParams::default(),
            policies: ConnectionPolicies::default(),
            disabled: false,
            request: None,
            validate_only: false,
        };
        let name = ConnectionName { environment: self.environment.clone(), connection: id };
        match self.latchkey.create_connection(&OPERATOR, new).await {
            Ok(_) | Err(Error::Exists) => {}
            Err(error) => return Err(error.into()),
        }
        // Somebody who deleted it knows why.
        if missing(self.latchkey.connection(&OPERATOR, &name).await)? {
            return Ok(());
        }
        self.credential(&name, way_in).await?;
        // Somebody who took a right knows why.
        let (application, rights) = (self.application_name(), RightsChange::default());
        let grant = WantedGrant { connection: name, application, rights, etag: None };
        self.latchkey.grant_application(&OPERATOR, &grant).await?;
        Ok(())
    }

    async fn credential(&self, connection: &ConnectionName, way_in: &WayIn<'_>) -> Result<()> {
        let page = Page { size: PageSize(PageSize::MAX), after: None };
        let there = self.latchkey.list_credentials(&OPERATOR, connection, &page).await?.items;
        if !way_in.replace && there.iter().any(|it| it.client_id == way_in.client_id) {
            return Ok(());
        }
        let new = NewCredential {
            connection: connection.clone(),
            client_id: way_in.client_id.to_owned(),
            client_secret: way_in.client_secret.clone(),
            host: None,
            request: None,
            validate_only: false,
        };
        self.latchkey.create_credential(&OPERATOR, &new).await?;
        for old in there.iter().filter(|_| way_in.replace) {
            self.latchkey.delete_credential(&OPERATOR, &old.name(connection), None).await?;
        }
        Ok(())
    }
}
