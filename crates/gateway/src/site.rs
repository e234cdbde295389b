//! What the gateway knows of itself.

use url::Url;

use crate::{Config, assets::Assets, cookies::Jar, names, service::Service};

/// What every handler may ask for.
#[derive(Debug)]
pub(crate) struct Site {
    /// `scheme://host[:port]`, as a browser writes it in `Origin`.
    pub(crate) origin: String,
    /// The host that browsers are on, with its port where it has one.
    pub(crate) host: String,
    /// How cookies are named and marked.
    pub(crate) jar: Jar,
    /// `environments/{environment}`.
    pub(crate) environment: String,
    /// The service behind.
    pub(crate) service: Service,
    /// Stylesheet and logos.
    pub(crate) assets: Assets,
}

impl Site {
    pub(crate) fn new(config: &Config, service: Service) -> Self {
        Self {
            origin: config.base_url.origin().ascii_serialization(),
            host: host(&config.base_url),
            jar: Jar { https: config.base_url.scheme() == "https" },
            environment: config.environment.clone(),
            service,
            assets: Assets::new(),
        }
    }

    /// The full name of what `value`, an id or a full name, means here.
    pub(crate) fn name(&self, collection: &str, value: &str) -> Option<String> {
        let id = names::id_in(&self.environment, collection, value)?;
        Some(format!("{}/{collection}/{id}", self.environment))
    }
}

fn host(base: &Url) -> String {
    let host = base.host_str().unwrap_or_default();
    base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
