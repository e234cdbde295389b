//! The tables: which fields of a resource people see in a list.

use super::Columns;

pub(crate) const ENVIRONMENTS: &Columns =
    &["name", "displayName", "kind", "defaultDomain", "createTime"];
pub(crate) const READINESS: &Columns =
    &["requirement", "state", "reason", "resource", "description"];
pub(crate) const APPLICATIONS: &Columns = &["name", "displayName", "redirectUris", "createTime"];
pub(crate) const ORGANIZATIONS: &Columns = &[
    "name",
    "displayName",
    "customDomain",
    "domainState",
    "domainVerification.problem",
    "domainVerification.nextCheckTime",
];
pub(crate) const API_KEYS: &Columns =
    &["name", "kind", "hint", "displayName", "createTime", "expireTime", "lastUseTime"];
pub(crate) const CONNECTIONS: &Columns =
    &["name", "displayName", "provider", "state", "createTime"];
pub(crate) const CONNECTION_CHECKS: &Columns =
    &["kind", "status", "reason", "host", "credential", "description"];
pub(crate) const CALLBACK_URLS: &Columns =
    &["host", "url", "credential", "organization", "warnings"];
pub(crate) const GRANTS: &Columns =
    &["application", "maySignUp", "maySignIn", "mayLink", "createTime"];
pub(crate) const CREDENTIALS: &Columns =
    &["name", "role", "clientId", "host", "secretFingerprint", "createTime", "lastUseTime"];
pub(crate) const AUDIT_ENTRIES: &Columns = &["time", "action", "resource", "fields", "actor"];
pub(crate) const USERS: &Columns =
    &["name", "displayName", "email", "emailVerified", "state", "createTime", "lastSignInTime"];
pub(crate) const IDENTITIES: &Columns =
    &["name", "kind", "issuer", "subject", "email", "createTime", "lastUseTime"];
pub(crate) const SIGN_INS: &Columns = &[
    "createTime",
    "referenceId",
    "result",
    "refused",
    "failed",
    "user",
    "connection",
    "application",
];
pub(crate) const EVENTS: &Columns = &["position", "time", "type", "subject"];

#[cfg(test)]
mod tests {
    use latchkey_proto::v1;
    use serde::de::DeserializeOwned;

    use super::*;

    /// The columns that are no fields of a message.
    fn strange<T: DeserializeOwned>(columns: &Columns) -> Vec<&'static str> {
        let is_strange = |field: &&str| {
            let parts = field.rsplit('.');
            let inside =
                parts.fold("null".to_owned(), |value, part| format!("{{\"{part}\": {value}}}"));
            let read = serde_json::from_str::<T>(&inside);
            read.is_err_and(|error| error.to_string().starts_with("unknown field"))
        };
        columns.iter().copied().filter(is_strange).collect()
    }

    #[test]
    fn every_column_is_a_field() {
        let none = Vec::<&str>::new();
        assert_eq!(strange::<v1::Environment>(ENVIRONMENTS), none);
        assert_eq!(strange::<v1::Application>(APPLICATIONS), none);
        assert_eq!(strange::<v1::Organization>(ORGANIZATIONS), none);
        assert_eq!(strange::<v1::ApiKey>(API_KEYS), none);
        assert_eq!(strange::<v1::Connection>(CONNECTIONS), none);
        assert_eq!(strange::<v1::ConnectionCheck>(CONNECTION_CHECKS), none);
        assert_eq!(strange::<v1::ReadinessItem>(READINESS), none);
        assert_eq!(strange::<v1::CallbackUrl>(CALLBACK_URLS), none);
        assert_eq!(strange::<v1::ApplicationGrant>(GRANTS), none);
        assert_eq!(strange::<v1::Credential>(CREDENTIALS), none);
        assert_eq!(strange::<v1::AuditEntry>(AUDIT_ENTRIES), none);
        assert_eq!(strange::<v1::User>(USERS), none);
        assert_eq!(strange::<v1::Identity>(IDENTITIES), none);
        assert_eq!(strange::<v1::SignIn>(SIGN_INS), none);
        assert_eq!(strange::<v1::FeedEvent>(EVENTS), none);
        assert_eq!(strange::<v1::User>(&["name", "colour"]), ["colour"]);
        let inside = "domainVerification.colour";
        assert_eq!(strange::<v1::Organization>(&["name", inside]), [inside]);
    }
}
