//! An account's addresses.

use latchkey_domain::{
    profile::ListedEmail,
    provider::{Error, Grant},
};

use super::{Bitbucket, api};

impl Bitbucket {
    /// Lists the addresses up to the one that is primary and confirmed.
    pub(super) async fn list_emails(&self, grant: &Grant) -> Result<Vec<ListedEmail>, Error> {
        let mut listed = Vec::new();
        let first = self.settings.api(&["user", "emails"]);
        let look = |email: api::Email| {
            listed.extend(email.listed());
            email.is_usable()
        };
        self.look_through(first, (grant, "email"), look).await?;
        Ok(listed)
    }
}
