//! The workspaces whose member an account is.

use latchkey_domain::{provider::Error, workspace::AllowedWorkspaces};

use super::{Bitbucket, api};
use crate::reads::Reading;

/// The longest that Bitbucket sends: most people's workspaces are on one page.
const PAGE: (&str, &str) = ("pagelen", "100");

impl Bitbucket {
    /// Whether the account is a member of one of these: of any kind, as Bitbucket lists it.
    pub(super) async fn is_in(
        &self,
        reading: Reading<'_>,
        allowed: &AllowedWorkspaces,
    ) -> Result<bool, Error> {
        let mut first = self.settings.api(&["user", "workspaces"]);
        first.query_pairs_mut().append_pair(PAGE.0, PAGE.1);
        let look = |membership: api::Membership| {
            let (uuid, slug) = membership.names();
            allowed.hold(uuid, slug)
        };
        self.look_through(first, reading, look).await
    }
}
