//! What people sign in to.

use crate::{
    Invalid,
    id::{ApplicationId, EnvironmentId},
    logo::Logo,
    name::ApplicationName,
    redirect_uri::RedirectUri,
    text::DisplayName,
    time::Timestamp,
};

/// Something that people sign in to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Whose it is.
    pub environment: EnvironmentId,
    /// Its id.
    pub id: ApplicationId,
    /// What people read on the sign-in page.
    pub display_name: DisplayName,
    /// Where its people may be sent back to.
    pub redirect_uris: Vec<RedirectUri>,
    /// What people see where they sign in to it, if it has one.
    pub logo: Option<Logo>,
    /// Counts its changes.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Application {
    /// A page of URIs is more than any application has; a limit keeps its row small.
    pub const MAX_REDIRECT_URIS: usize = 32;

    /// Its resource name.
    pub fn name(&self) -> ApplicationName {
        ApplicationName { environment: self.environment.clone(), application: self.id.clone() }
    }

    /// Finds a registered URI by comparing every character.
    pub fn redirect_uri(&self, text: &str) -> Option<&RedirectUri> {
        self.redirect_uris.iter().find(|uri| uri.as_str() == text)
    }
}

/// Lets a set of redirect URIs through: at least one, not too many, none twice.
pub fn redirect_uris_fit(uris: &[RedirectUri]) -> Result<(), Invalid> {
    if uris.is_empty() || uris.len() > Application::MAX_REDIRECT_URIS {
        return Err(Invalid::new("must hold 1 to 32 URIs"));
    }
    let mut seen = std::collections::HashSet::new();
    if !uris.iter().all(|uri| seen.insert(uri)) {
        return Err(Invalid::new("must not hold a URI twice"));
    }
    Ok(())
}
