//! Changing what a connection asks of whoever comes through it.

use latchkey_domain::{
    audit::FieldChange,
    policy::{ConnectionPolicies, ProfileSync},
    workspace::AllowedWorkspaces,
};

use super::replace;

/// What to change of the policies of a connection; the rest stays.
#[derive(Debug, Clone, Default)]
pub struct ConnectionPolicyChanges {
    /// Whether an address that the provider's word does not prove is proven by a one-time code.
    pub verify_by_code: Option<bool>,
    /// Whose members may come through it.
    pub allowed_workspaces: Option<AllowedWorkspaces>,
    /// When a person's name and picture follow what the provider tells.
    pub profile_sync: Option<ProfileSync>,
}

impl ConnectionPolicyChanges {
    /// Applies the changes, and notes the fields that are different now.
    pub(super) fn apply(&self, policies: &mut ConnectionPolicies, changed: &mut Vec<FieldChange>) {
        let by_code = self.verify_by_code.as_ref();
        replace(&mut policies.verify_by_code, by_code, "verify_by_code", changed);
        let workspaces = self.allowed_workspaces.as_ref();
        replace(&mut policies.allowed_workspaces, workspaces, "allowed_workspaces", changed);
        let sync = self.profile_sync.as_ref();
        replace(&mut policies.profile_sync, sync, "profile_sync", changed);
    }
}

/// What the audit tells of the policies of a new connection.
pub(super) fn told(policies: &ConnectionPolicies) -> [Option<FieldChange>; 3] {
    [
        FieldChange::set("verify_by_code", &policies.verify_by_code),
        FieldChange::set("allowed_workspaces", &policies.allowed_workspaces),
        FieldChange::set("profile_sync", &policies.profile_sync),
    ]
}
