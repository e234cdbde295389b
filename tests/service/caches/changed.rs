//! Changes that do not end a sign-in, but make another of it.

use std::time::Duration;

use latchkey_proto::v1::{
    ApiKeyKind, CheckDomainVerificationRequest, Connection, CreateOrganizationRequest, DomainState,
    Organization, RotateApiKeyRequest, StartDomainVerificationRequest, StartLoginRequest,
    UndeleteConnectionRequest, UpdateOrganizationRequest, UpstreamParam, upstream_param::Source,
};
use url::Url;

use super::{SECOND, soon, start_there, warm};
use crate::{
    both,
    harness::{
        TestApp,
        admin::{BITBUCKET, DEV, masked, new_key},
        person::{Begun, parameter},
        reason,
        replica::Replica,
    },
};

/// Needs no proof by a record.
const ACME: &str = "acme.localhost";

/// A parameter of the URL that a sign-in at the replica begins with.
async fn sent(replica: &Replica, request: &StartLoginRequest, parameter_name: &str) -> String {
    let started = replica.login().start_login(request.clone()).await.unwrap().into_inner();
    parameter(&Url::parse(&started.authorization_url).unwrap(), parameter_name)
}

/// Whether somebody new has a proven address, when they come through the replica.
async fn is_proven_there(app: &TestApp, replica: &Replica, account: &str) -> bool {
    let request = app.start_request();
    let started = replica.login().start_login(request).await.unwrap().into_inner();
    let begun = Begun::new(BITBUCKET.to_owned(), started);
    let callback = app.consent(&begun, account).await;
    let request = app.complete_request(&begun, &callback);
    replica.login().complete_login(request).await.unwrap();
    app.database.number("SELECT COUNT(*) FROM identities WHERE proven_email IS NOT NULL").await > 0
}

/// An organization with a proven domain.
async fn acme(app: &TestApp) -> Organization {
    let organization = Organization {
        display_name: "Acme".to_owned(),
        custom_domain: ACME.to_owned(),
        ..Organization::default()
    };
    let request = CreateOrganizationRequest {
        parent: DEV.to_owned(),
        organization: Some(organization),
        ..CreateOrganizationRequest::default()
    };
    let made = app.tenants().create_organization(request).await.unwrap().into_inner();
    let name = made.organization.unwrap().name;
    let start = StartDomainVerificationRequest { name: name.clone() };
    app.tenants().start_domain_verification(start).await.unwrap();
    let check = CheckDomainVerificationRequest { name };
    let checked = app.tenants().check_domain_verification(check).await.unwrap().into_inner();
    let organization = checked.organization.unwrap();
    assert_eq!(organization.domain_state(), DomainState::Verified);
    organization
}

both! {
    async fn a_parameter_that_is_passed_on_is_passed_on_everywhere(app) {
        let replica = warm(&app).await;
        let param = UpstreamParam { source: Some(Source::Value("login".to_owned())) };
        let upstream_params = [("prompt".to_owned(), param)].into();
        let changed = Connection { upstream_params, ..Connection::default() };
        app.change_connection("upstream_params", changed).await;
        let request = app.start_request();
        soon("the parameter", async || sent(&replica, &request, "prompt").await == "login").await;
    }

    async fn a_promoted_credential_is_begun_with_everywhere(app) {
        app.add_credential(BITBUCKET, "another-consumer", "a-secret").await;
        let replica = warm(&app).await;
        let standby = app.credentials(BITBUCKET).await.pop().unwrap().name;
        app.promote(&standby).await.unwrap();
        let request = app.start_request();
        let other = async || sent(&replica, &request, "client_id").await == "another-consumer";
        soon("the promotion", other).await;
    }

    async fn a_provider_that_is_trusted_no_longer_proves_nothing_anywhere(app) {
        app.trust_the_provider().await;
        let replica = warm(&app).await;
        let untrusted = Connection { trusted_provider: false, ..Connection::default() };
        app.change_connection("trusted_provider", untrusted).await;
        tokio::time::sleep(SECOND).await;
        assert!(!is_proven_there(&app, &replica, "alice").await);
    }

    async fn a_provider_that_is_trusted_proves_everywhere(app) {
        let replica = warm(&app).await;
        app.trust_the_provider().await;
        tokio::time::sleep(SECOND).await;
        assert!(is_proven_there(&app, &replica, "alice").await);
    }

    async fn an_undeleted_connection_is_back_everywhere(app) {
        app.delete(BITBUCKET, "").await.unwrap();
        let replica = app.replica(&app.key_file).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let request = app.start_request();
        for _ in 0..3 {
            let refused = start_there(&replica, &request).await.unwrap_err();
            assert_eq!(reason(&refused), "RESOURCE_NOT_FOUND");
        }
        let undelete = UndeleteConnectionRequest { name: BITBUCKET.to_owned(), ..Default::default() };
        app.connections().undelete_connection(undelete).await.unwrap();
        app.begin().await;
        soon("the connection", async || start_there(&replica, &request).await.is_ok()).await;
    }

    async fn a_rotated_key_without_an_overlap_works_nowhere(app) {
        let (key, secret) = app.create_key(new_key(ApiKeyKind::Gateway)).await.unwrap();
        let replica = app.replica(&app.key_file).await.with_gateway_key(&secret);
        let request = app.start_request();
        soon("a new key", async || start_there(&replica, &request).await.is_ok()).await;
        let overlap = Some(latchkey_proto::well_known::Duration { seconds: 0, nanos: 0 });
        let rotate = RotateApiKeyRequest { name: key.name, overlap, ..Default::default() };
        let next = app.tenants().rotate_api_key(rotate).await.unwrap().into_inner().key;
        let refused = async || {
            let answer = start_there(&replica, &request).await;
            answer.is_err_and(|refused| reason(&refused) == "CREDENTIALS_INVALID")
        };
        soon("its end", refused).await;
        let replica = replica.with_gateway_key(&next);
        start_there(&replica, &request).await.unwrap();
    }

    async fn a_proven_domain_is_served_everywhere_until_it_is_given_up(app) {
        let replica = warm(&app).await;
        let request = StartLoginRequest { host: ACME.to_owned(), ..app.start_request() };
        start_there(&replica, &request).await.unwrap_err();
        let organization = acme(&app).await;
        app.begin_with(request.clone()).await.unwrap();
        soon("the domain", async || start_there(&replica, &request).await.is_ok()).await;
        let without = UpdateOrganizationRequest {
            organization: Some(Organization { custom_domain: String::new(), ..organization }),
            update_mask: Some(masked(&["custom_domain"])),
            validate_only: false,
        };
        app.tenants().update_organization(without).await.unwrap();
        app.begin_with(request.clone()).await.unwrap_err();
        soon("its end", async || start_there(&replica, &request).await.is_err()).await;
    }
}
