//! Changing what an environment asks of whoever signs in.

use latchkey_domain::{
    audit::FieldChange,
    policy::{CodeLifetime, EnvironmentPolicies, SignUpPolicy},
};

use crate::connections::replace;

/// What to change of the policies of an environment; the rest stays.
#[derive(Debug, Clone, Default)]
pub struct EnvironmentPolicyChanges {
    /// Who may sign up.
    pub sign_up_policy: Option<SignUpPolicy>,
    /// Whether nobody new comes in without an address that is proven.
    pub email_required: Option<bool>,
    /// How long a one-time code works.
    pub email_code_lifetime: Option<CodeLifetime>,
}

impl EnvironmentPolicyChanges {
    /// Applies the changes, and notes the fields that are different now.
    pub(super) fn apply(&self, policies: &mut EnvironmentPolicies, changed: &mut Vec<FieldChange>) {
        let sign_up = self.sign_up_policy.as_ref();
        replace(&mut policies.sign_up, sign_up, "sign_up_policy", changed);
        let required = self.email_required.as_ref();
        replace(&mut policies.email_required, required, "email_required", changed);
        let before = policies.email_code_lifetime;
        if let Some(after) = self.email_code_lifetime.filter(|after| *after != before) {
            let (before, now) = (seconds(before), seconds(after));
            changed.push(FieldChange::replaced("email_code_lifetime", &before, &now));
            policies.email_code_lifetime = after;
        }
    }
}

/// What the audit tells of the policies of a new environment.
pub(super) fn told(policies: &EnvironmentPolicies) -> [Option<FieldChange>; 3] {
    [
        FieldChange::set("sign_up_policy", &policies.sign_up),
        FieldChange::set("email_required", &policies.email_required),
        FieldChange::set("email_code_lifetime", &seconds(policies.email_code_lifetime)),
    ]
}

/// A duration as the API has it in JSON.
fn seconds(lifetime: CodeLifetime) -> String {
    format!("{}s", lifetime.duration().as_secs())
}
