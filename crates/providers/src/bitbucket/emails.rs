//! An account's addresses.

use latchkey_domain::{profile::ListedEmail, provider::Error};

use super::{Bitbucket, api};
use crate::reads::Reading;

impl Bitbucket {
    /// Lists the addresses up to the one that is primary and confirmed.
    pub(super) async fn list_emails(
        &self,
        reading: Reading<'_>,
    ) -> Result<Vec<ListedEmail>, Error> {
        let mut listed = Vec::new();
        let first = self.settings.api(&["user", "emails"]);
        let look = |email: api::Email| {
            listed.extend(email.listed());
            email.is_usable()
        };
        self.look_through(first, reading, look).await?;
        Ok(listed)
    }
}
