//! Every method of administration that changes something leaves one line, and only if it does.

use std::collections::BTreeSet;

use bitbucket_stand_in::StandIn;
use latchkey_proto::v1::{self, Connection};

use super::{day::Day, of};
use crate::{
    both,
    harness::{
        admin::{BITBUCKET, DEV, NOTES, masked, new_connection},
        raw::methods,
    },
};

/// What each method that changes something, or uses a secret, is called in the audit.
pub(super) const WRITES: &[(&str, &str)] = &[
    ("ConnectionAdmin/CreateConnection", "connection.created"),
    ("ConnectionAdmin/UpdateConnection", "connection.updated"),
    ("ConnectionAdmin/DeleteConnection", "connection.deleted"),
    ("ConnectionAdmin/UndeleteConnection", "connection.undeleted"),
    ("ConnectionAdmin/PurgeConnection", "connection.purged"),
    ("ConnectionAdmin/GrantApplication", "connection.application_granted"),
    ("ConnectionAdmin/RevokeApplication", "connection.application_revoked"),
    ("ConnectionAdmin/CreateCredential", "credential.created"),
    ("ConnectionAdmin/PromoteCredential", "credential.promoted"),
    ("ConnectionAdmin/DeleteCredential", "credential.deleted"),
    ("ConnectionAdmin/CheckConnection", "connection.checked"),
    ("ConnectionAdmin/StartTestLogin", "connection.test_login_started"),
    ("TenantAdmin/CreateEnvironment", "environment.created"),
    ("TenantAdmin/UpdateEnvironment", "environment.updated"),
    ("TenantAdmin/DeleteEnvironment", "environment.deleted"),
    ("TenantAdmin/CreateApplication", "application.created"),
    ("TenantAdmin/UpdateApplication", "application.updated"),
    ("TenantAdmin/SetApplicationLogo", "application.updated"),
    ("TenantAdmin/DeleteApplication", "application.deleted"),
    ("TenantAdmin/CreateOrganization", "organization.created"),
    ("TenantAdmin/UpdateOrganization", "organization.updated"),
    ("TenantAdmin/DeleteOrganization", "organization.deleted"),
    ("TenantAdmin/StartDomainVerification", "organization.domain_verification_started"),
    ("TenantAdmin/CheckDomainVerification", "organization.domain_verified"),
    ("TenantAdmin/CreateApiKey", "api_key.created"),
    ("TenantAdmin/RotateApiKey", "api_key.rotated"),
    ("TenantAdmin/DeleteApiKey", "api_key.deleted"),
    ("UserDirectory/SuspendUser", "user.suspended"),
    ("UserDirectory/UnsuspendUser", "user.unsuspended"),
    ("UserDirectory/UnlinkIdentity", "identity.unlinked"),
    ("UserDirectory/DeleteUser", "user.deleted"),
];

/// The methods that change nothing.
const READS: &[&str] = &[
    "ConnectionAdmin/GetConnection",
    "ConnectionAdmin/ListConnections",
    "ConnectionAdmin/ListCallbackUrls",
    "ConnectionAdmin/ListApplicationGrants",
    "ConnectionAdmin/ListCredentials",
    "ConnectionAdmin/GetTestLogin",
    "TenantAdmin/GetEnvironment",
    "TenantAdmin/ListEnvironments",
    "TenantAdmin/GetApplication",
    "TenantAdmin/ListApplications",
    "TenantAdmin/GetOrganization",
    "TenantAdmin/ListOrganizations",
    "TenantAdmin/ListApiKeys",
    "TenantAdmin/ListAuditEntries",
    "TenantAdmin/GetReadiness",
    "UserDirectory/GetUser",
    "UserDirectory/ListUsers",
    "UserDirectory/ListIdentities",
    "UserDirectory/ListSignIns",
];

#[test]
fn every_method_of_administration_is_a_change_or_a_read() {
    let named = methods().into_iter().filter_map(|method| {
        let name = method.path.strip_prefix("/latchkey.v1.").unwrap().to_owned();
        let administers = ["ConnectionAdmin/", "TenantAdmin/", "UserDirectory/"];
        administers.iter().any(|service| name.starts_with(service)).then_some(name)
    });
    let listed = WRITES.iter().map(|(method, _)| *method).chain(READS.iter().copied());
    assert_eq!(
        named.collect::<BTreeSet<_>>(),
        listed.map(ToOwned::to_owned).collect::<BTreeSet<_>>()
    );
}

both! {
    async fn every_change_leaves_one_line_that_tells_all_but_secrets(app) {
        let mut day = Day::begin(app).await;
        day.environments().await;
        day.applications().await;
        day.organizations().await;
        let connection = day.connections().await;
        day.credentials(&connection).await;
        day.the_end_of(&connection).await;
        day.keys().await;
        day.users().await;

        let expected: BTreeSet<_> = WRITES.iter().map(|(method, _)| *method).collect();
        assert_eq!(day.called, expected, "a change that nobody tried");
        let (told, _) = day.app.audit(of(DEV, "")).await.unwrap();
        let told = format!("{told:?}{:?}", day.entries);
        for secret in day.secrets.iter().map(String::as_str).chain([StandIn::CONSUMER_SECRET]) {
            assert!(!secret.is_empty() && !told.contains(secret), "a secret was told");
        }
        assert!(told.contains("client_secret"), "that there is one is told");
    }

    async fn what_changes_nothing_leaves_no_line(app) {
        let connection = app.connection(BITBUCKET).await.unwrap();
        let lines = app.rows("audit_entries").await;
        let mut request = new_connection("tried");
        request.validate_only = true;
        app.create(request).await.unwrap();
        let update = |display_name: &str, validate_only| v1::UpdateConnectionRequest {
            connection: Some(Connection {
                display_name: display_name.to_owned(),
                ..connection.clone()
            }),
            update_mask: Some(masked(&["display_name"])),
            validate_only,
        };
        app.connections().update_connection(update("Another", true)).await.unwrap();
        app.connections().update_connection(update("Bitbucket", false)).await.unwrap();
        app.deletion(BITBUCKET, "", true).await.unwrap();
        app.delete(BITBUCKET, "\"99\"").await.unwrap_err();
        app.undelete(BITBUCKET, "").await.unwrap_err();
        app.purge(BITBUCKET, "").await.unwrap_err();
        app.promote(&app.active(BITBUCKET).await).await.unwrap();
        let (connection, application) = (BITBUCKET.to_owned(), NOTES.to_owned());
        let grant = v1::GrantApplicationRequest { connection, application, ..Default::default() };
        app.connections().grant_application(grant).await.unwrap();
        assert_eq!(app.rows("audit_entries").await, lines);
    }

    async fn a_repeated_request_leaves_no_second_line(app) {
        let mut request = new_connection("");
        request.request_id = "6f1d3c62-64f8-4d9f-9f4e-0a0a1b2c3d4e".to_owned();
        app.create(request.clone()).await.unwrap();
        let lines = app.rows("audit_entries").await;
        app.create(request).await.unwrap();
        assert_eq!(app.rows("audit_entries").await, lines);
    }
}
