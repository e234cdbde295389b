//! What is known of an environment before it goes live.

use std::time::Duration;

use crate::{
    access::ApiKey,
    name::{ApplicationName, ConnectionName, CredentialName, OrganizationName},
    provider::ProviderName,
};

/// What is known of an environment: of each thing one that is there, and not how many. A connection counts while
/// it is neither switched off nor deleted.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// An application.
    pub application: Option<ApplicationName>,
    /// One that people are taken back to over https alone.
    pub safe_application: Option<ApplicationName>,
    /// An organization whose custom domain's record the last look did not find.
    pub unproven_domain: Option<OrganizationName>,
    /// A connection.
    pub connection: Option<ConnectionName>,
    /// One that an application may use.
    pub granted: Option<ConnectionName>,
    /// One with a credential for the default domain.
    pub served: Option<ConnectionName>,
    /// One without, among the oldest.
    pub unserved: Option<ConnectionName>,
    /// The providers of all connections, each with a connection of it.
    pub providers: Vec<(ProviderName, ConnectionName)>,
    /// A credential that sign-ins begin with, and that the provider refused when it was last asked.
    pub refused: Option<CredentialName>,
    /// A credential that sign-ins on the default domain begin with, and that the provider never accepted.
    pub unproven: Option<CredentialName>,
    /// A connection whose provider's word proves an address.
    pub trusting: Option<ConnectionName>,
    /// The keys of applications.
    pub application_keys: Keys,
    /// The keys of gateways.
    pub gateway_keys: Keys,
    /// The keys of consumers.
    pub consumer_keys: Keys,
    /// The key that stops working next, within [`Facts::SOON`].
    pub expiring: Option<ApiKey>,
    /// Whether a relay sent one of the last events.
    pub relayed: bool,
}

/// The keys of a kind that work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Keys {
    /// There is none.
    #[default]
    None,
    /// Nobody has used one.
    Unused,
    /// One was used.
    Used,
}

impl Facts {
    /// Time enough to hand a new key over.
    pub const SOON: Duration = Duration::from_hours(14 * 24);
}
