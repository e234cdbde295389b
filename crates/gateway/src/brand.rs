//! What people sign in to, as the pages show it: its name, and its logo where it has one.

use latchkey_proto::v1::{ApplicationLogo, LoginApplication};

use crate::{logos, names};

/// An application on a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Brand {
    /// Its name; empty where the page says it elsewhere.
    pub(crate) name: String,
    /// The path of its logo; empty if it has none.
    pub(crate) logo: String,
}

impl Brand {
    /// That of an application, if the service named one.
    pub(crate) fn of(application: Option<&LoginApplication>) -> Self {
        application.map_or_else(Self::default, |application| Self {
            name: application.display_name.clone(),
            ..Self::logo_alone(&application.name, application.logo.as_ref())
        })
    }

    /// The logo alone of the application with this resource name.
    pub(crate) fn logo_alone(application: &str, logo: Option<&ApplicationLogo>) -> Self {
        let id = names::last_part(application);
        let logo = logo.and_then(|logo| logos::path(id, &logo.sha256)).unwrap_or_default();
        Self { name: String::new(), logo }
    }
}
