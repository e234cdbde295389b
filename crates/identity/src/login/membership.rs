//! Whether somebody is in a workspace whose members may come in, and what becomes of who is not.

use latchkey_domain::{
    connection::Connection,
    provider::{Grant, Provider},
    sign_in::{Refusal, Unsuccessful},
    test_login::StepKind,
};
use latchkey_store::WayIn;

use super::{
    answer::Reached,
    attempt::Opened,
    profile::{Answered, Ended, failure},
    steps::Steps,
};
use crate::Latchkey;

/// Whether somebody may come in, or what ends their sign-in: that they may not, or that it could not be
/// read.
pub(super) type Membership = Result<(), Unsuccessful>;

/// Asks the provider, where not everybody may come in.
pub(super) async fn membership(
    provider: &dyn Provider,
    grant: &Grant,
    connection: &Connection,
    steps: &Steps,
) -> Membership {
    let allowed = &connection.policies.allowed_workspaces;
    if allowed.is_everybody() {
        return Ok(());
    }
    steps.begin(StepKind::Workspaces);
    let end = match provider.is_member(grant, allowed).await {
        Ok(true) => None,
        Ok(false) => Some(Unsuccessful::Refused(Refusal::WorkspaceNotAllowed)),
        Err(error) => Some(failure(&error)),
    };
    steps.end(StepKind::Workspaces, end);
    end.map_or(Ok(()), Err)
}

impl Latchkey {
    /// Ends the sign-in of somebody who may not come in. Of somebody known, the refusal is one of their
    /// events.
    pub(super) async fn keep_out(
        &self,
        opened: &Opened,
        way_in: &WayIn,
        answered: &Answered,
        end: Unsuccessful,
    ) -> Ended<Reached> {
        let (Unsuccessful::Refused(reason), Some(known)) = (end, &answered.known) else {
            return Ok(Err(end));
        };
        let provider = self.provider_of(way_in)?;
        let telling = self.telling(opened, way_in, (provider.issuer(), &answered.account));
        // Deleted since they were read, they are nobody known.
        let ended = self.turn_away(&telling, known.user.id, reason).await?;
        Ok(ended.map(Reached::Ended).ok_or(end))
    }
}
