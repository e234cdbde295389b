//! What environments, organizations and connections ask of whoever signs in.

use latchkey_domain::{
    Invalid,
    policy::{CodeLifetime, ConnectionPolicies, EmailDomain, ProfileSync, SignUpPolicy},
    workspace::{AllowedWorkspaces, WorkspaceId},
};
use latchkey_identity::ConnectionPolicyChanges;
use latchkey_proto::{v1, well_known};

use super::Fields;

/// Reads a policy that is there.
pub(super) fn sign_up(
    fields: &mut Fields,
    field: &str,
    policy: &v1::SignUpPolicy,
) -> Option<SignUpPolicy> {
    let domains_field = format!("{field}.email_domains");
    let domains = (policy.email_domains.iter()).map(|text| EmailDomain::parse(text)).collect();
    let domains: Option<Vec<_>> = fields.check(&domains_field, domains);
    let none_needed = |policy| match policy {
        _ if domains.as_ref()?.is_empty() => Some(Ok(policy)),
        _ => Some(Err(Invalid::new("must be empty, unless the mode is EMAIL_DOMAINS"))),
    };
    let read = match policy.mode() {
        v1::SignUpMode::Open => none_needed(SignUpPolicy::Open),
        v1::SignUpMode::Closed => none_needed(SignUpPolicy::Closed),
        v1::SignUpMode::EmailDomains => domains.map(SignUpPolicy::of_domains),
        v1::SignUpMode::Unspecified => {
            fields.refuse(format!("{field}.mode"), Invalid::new("must be one of the modes"));
            None
        }
    };
    read.and_then(|read| fields.check(domains_field, read))
}

pub(super) fn encode_sign_up(policy: &SignUpPolicy) -> v1::SignUpPolicy {
    let (mode, domains) = match policy {
        SignUpPolicy::Open => (v1::SignUpMode::Open, [].as_slice()),
        SignUpPolicy::Closed => (v1::SignUpMode::Closed, [].as_slice()),
        SignUpPolicy::EmailDomains(domains) => (v1::SignUpMode::EmailDomains, domains.as_slice()),
    };
    let email_domains = domains.iter().map(ToString::to_string).collect();
    v1::SignUpPolicy { mode: mode.into(), email_domains }
}

/// Reads a lifetime; an absent one is the default.
pub(super) fn lifetime(given: Option<&well_known::Duration>) -> Result<CodeLifetime, Invalid> {
    let Some(given) = given else { return Ok(CodeLifetime::default()) };
    let is_whole = given.nanos == 0 && given.seconds % 60 == 0;
    let minutes = u16::try_from(given.seconds / 60).ok().filter(|_| is_whole);
    minutes.map_or(
        Err(Invalid::new("must be 1 to 120 minutes, whole ones")),
        CodeLifetime::from_minutes,
    )
}

pub(super) fn encode_lifetime(lifetime: CodeLifetime) -> well_known::Duration {
    well_known::Duration { seconds: i64::from(lifetime.minutes()) * 60, nanos: 0 }
}

/// Reads all policies of a connection; what is not said of them is as it is by default.
pub(super) fn of_connection(
    fields: &mut Fields,
    body: &v1::Connection,
) -> Option<ConnectionPolicies> {
    let changes = connection_changes(fields, body, |_| true);
    Some(ConnectionPolicies {
        verify_by_code: changes.verify_by_code?,
        allowed_workspaces: changes.allowed_workspaces?,
        profile_sync: changes.profile_sync?,
    })
}

/// Reads those policies of a connection that are to be changed.
pub(super) fn connection_changes(
    fields: &mut Fields,
    body: &v1::Connection,
    has: impl Fn(&'static str) -> bool,
) -> ConnectionPolicyChanges {
    let mut changes = ConnectionPolicyChanges::default();
    if has("allowed_workspaces") {
        let allowed = workspaces(&body.allowed_workspaces);
        changes.allowed_workspaces = fields.check("connection.allowed_workspaces", allowed);
    }
    if has("profile_sync") {
        let sync = profile_sync(body.profile_sync);
        changes.profile_sync = fields.check("connection.profile_sync", sync);
    }
    changes.verify_by_code = has("verify_by_code").then_some(body.verify_by_code);
    changes
}

fn workspaces(texts: &[String]) -> Result<AllowedWorkspaces, Invalid> {
    let ids = texts.iter().map(|text| WorkspaceId::parse(text)).collect::<Result<_, _>>()?;
    AllowedWorkspaces::parse(ids)
}

/// Reads when to synchronize; unspecified is the default.
fn profile_sync(number: i32) -> Result<ProfileSync, Invalid> {
    match v1::ProfileSync::try_from(number) {
        Ok(v1::ProfileSync::Unspecified) => Ok(ProfileSync::default()),
        Ok(v1::ProfileSync::Always) => Ok(ProfileSync::Always),
        Ok(v1::ProfileSync::AtSignUp) => Ok(ProfileSync::AtSignUp),
        Ok(v1::ProfileSync::Never) => Ok(ProfileSync::Never),
        Err(_) => Err(Invalid::new("must be one of the values")),
    }
}

pub(super) const fn encode_profile_sync(sync: ProfileSync) -> v1::ProfileSync {
    match sync {
        ProfileSync::Always => v1::ProfileSync::Always,
        ProfileSync::AtSignUp => v1::ProfileSync::AtSignUp,
        ProfileSync::Never => v1::ProfileSync::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_is_one_to_a_hundred_and_twenty_whole_minutes() {
        let minutes = |seconds, nanos| {
            let given = well_known::Duration { seconds, nanos };
            lifetime(Some(&given)).map(CodeLifetime::minutes).ok()
        };
        assert_eq!(minutes(60, 0), Some(1));
        assert_eq!(minutes(7200, 0), Some(120));
        let refused =
            [(0, 0), (7260, 0), (61, 0), (60, 1), (-60, 0), (i64::MAX, 0), (65_536 * 60, 0)];
        for (seconds, nanos) in refused {
            assert_eq!(minutes(seconds, nanos), None, "{seconds} {nanos}");
        }
        assert_eq!(lifetime(None), Ok(CodeLifetime::default()));
        assert_eq!(lifetime(Some(&encode_lifetime(CodeLifetime::default()))), lifetime(None));
    }
}
