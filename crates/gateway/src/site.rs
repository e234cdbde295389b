//! What the gateway knows of itself.

use crate::{Config, assets::Assets, names, service::Service};

/// What every handler may ask for.
#[derive(Debug)]
pub(crate) struct Site {
    /// `environments/{environment}`.
    pub(crate) environment: String,
    /// The service behind.
    pub(crate) service: Service,
    /// Stylesheet and logos.
    pub(crate) assets: Assets,
}

impl Site {
    pub(crate) fn new(config: &Config, service: Service) -> Self {
        Self { environment: config.environment.clone(), service, assets: Assets::new() }
    }

    /// The full name of what `value`, an id or a full name, means here.
    pub(crate) fn name(&self, collection: &str, value: &str) -> Option<String> {
        names::full(&self.environment, collection, value)
    }
}
