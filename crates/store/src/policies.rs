//! Policies, as columns of the rows that have them.

use latchkey_domain::policy::{
    CodeLifetime, ConnectionPolicies, EnvironmentPolicies, ProfileSync, SignUpPolicy,
};

use crate::{
    Error, Result,
    entity::{connection, environment},
};

const fn sync_name(sync: ProfileSync) -> &'static str {
    match sync {
        ProfileSync::Always => "ALWAYS",
        ProfileSync::AtSignUp => "AT_SIGN_UP",
        ProfileSync::Never => "NEVER",
    }
}

fn sync_of(name: &str) -> Option<ProfileSync> {
    use ProfileSync::{Always, AtSignUp, Never};
    [Always, AtSignUp, Never].into_iter().find(|sync| sync_name(*sync) == name)
}

pub(crate) fn read_sign_up(table: &'static str, text: &str) -> Result<SignUpPolicy> {
    serde_json::from_str(text).map_err(|_| Error::corrupt(table, "sign_up_policy"))
}

pub(crate) fn write_sign_up(policy: &SignUpPolicy) -> String {
    serde_json::to_string(policy).expect("a policy is JSON")
}

pub(crate) fn of_environment(row: &environment::Model) -> Result<EnvironmentPolicies> {
    let minutes = u16::try_from(row.email_code_minutes).ok();
    let lifetime = minutes.and_then(|minutes| CodeLifetime::from_minutes(minutes).ok());
    Ok(EnvironmentPolicies {
        sign_up: read_sign_up("environments", &row.sign_up_policy)?,
        email_required: row.email_required,
        email_code_lifetime: lifetime
            .ok_or(Error::corrupt("environments", "email_code_minutes"))?,
    })
}

pub(crate) fn of_connection(row: &connection::Model) -> Result<ConnectionPolicies> {
    let corrupt = |what| Error::corrupt("connections", what);
    Ok(ConnectionPolicies {
        verify_by_code: row.verify_by_code,
        allowed_workspaces: serde_json::from_str(&row.allowed_workspaces)
            .map_err(|_| corrupt("allowed_workspaces"))?,
        profile_sync: sync_of(&row.profile_sync).ok_or(corrupt("profile_sync"))?,
    })
}

/// The columns of a connection's policies: its workspaces, and its profile sync.
pub(crate) fn write_connection(policies: &ConnectionPolicies) -> (String, &'static str) {
    let workspaces =
        serde_json::to_string(&policies.allowed_workspaces).expect("a list of texts is JSON");
    (workspaces, sync_name(policies.profile_sync))
}
