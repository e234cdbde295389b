//! What the gateway knows of itself.

use crate::{Config, assets::Assets, jwks, logos::Logos, names, service::Service};

/// What every handler may ask for.
#[derive(Debug)]
pub(crate) struct Site {
    /// `environments/{environment}`.
    pub(crate) environment: String,
    /// The service behind.
    pub(crate) service: Service,
    /// Stylesheet and logos.
    pub(crate) assets: Assets,
    /// The keys that tokens are verified with, as the service said last.
    pub(crate) keys: jwks::Keys,
    /// The logos of applications.
    pub(crate) logos: Logos,
}

impl Site {
    pub(crate) fn new(config: &Config, service: Service) -> Self {
        let (environment, assets) = (config.environment.clone(), Assets::new());
        Self { environment, service, assets, keys: jwks::Keys::default(), logos: Logos::default() }
    }

    /// The full name of what `value`, an id or a full name, means here.
    pub(crate) fn name(&self, collection: &str, value: &str) -> Option<String> {
        names::full(&self.environment, collection, value)
    }
}
