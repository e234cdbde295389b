//! Organizations are created, read, listed, changed and deleted.

use latchkey_proto::{
    events::event_data::Data,
    v1::{
        DeleteEnvironmentRequest, DomainState, ListOrganizationsRequest, Organization,
        UpdateOrganizationRequest,
    },
};
use tonic::Code;

use crate::{
    both,
    harness::{
        TestApp,
        admin::{DEV, masked, refusal, wrong_fields},
        looking::data,
        organizations::{ACME, ACME_HOST, new_organization},
    },
};

async fn list(app: &TestApp, filter: &str, size: i32) -> Vec<String> {
    let (mut names, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = ListOrganizationsRequest {
            parent: DEV.to_owned(),
            page_size: size,
            page_token,
            filter: filter.to_owned(),
        };
        let page = app.own_tenant().list_organizations(request).await.unwrap().into_inner();
        assert!(page.organizations.len() <= usize::try_from(size).unwrap());
        names.extend(page.organizations.into_iter().map(|found| found.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return names;
        }
    }
}

fn renaming(etag: &str, validate_only: bool) -> UpdateOrganizationRequest {
    let organization = Organization {
        name: ACME.to_owned(),
        display_name: "Acme Works".to_owned(),
        etag: etag.to_owned(),
        ..Organization::default()
    };
    UpdateOrganizationRequest {
        organization: Some(organization),
        update_mask: Some(masked(&["display_name"])),
        validate_only,
    }
}

both! {
    async fn an_organization_is_read_as_it_was_made(app) {
        let mut request = new_organization("acme", ACME_HOST);
        request.request_id = "6f1d3c62-64f8-4d9f-9f4e-0a0a1b2c3d4e".to_owned();
        let made = app.add_organization(request.clone()).await.unwrap();
        assert_eq!((&*made.name, &*made.display_name, &*made.custom_domain), (ACME, "Acme", ACME_HOST));
        assert_eq!(made.domain_state(), DomainState::Unverified);
        assert_eq!(made.domain_verification, None);
        assert_eq!(app.organization(ACME).await.unwrap(), made);
        assert_eq!(app.add_organization(request).await.unwrap(), made, "a repeat is the first one");

        let taken = app.add_organization(new_organization("acme", "")).await.unwrap_err();
        assert_eq!(refusal(&taken), (Code::AlreadyExists, "RESOURCE_EXISTS".to_owned()));
        let plain = app.add_organization(new_organization("", "")).await.unwrap();
        assert!(plain.name.starts_with(&format!("{DEV}/organizations/org_")), "{}", plain.name);
        assert_eq!(plain.domain_state(), DomainState::Unprovisioned);
    }

    async fn organizations_are_listed_in_pages_and_found_by_their_domain(app) {
        let mut all = Vec::new();
        for number in 0..5 {
            let (id, host) = (format!("org-{number}"), format!("login.{number}.example"));
            all.push(app.add_organization(new_organization(&id, &host)).await.unwrap().name);
        }
        assert_eq!(list(&app, "", 2).await, all);
        let filter = "custom_domain = \"login.3.example\"";
        assert_eq!(list(&app, filter, 2).await, all[3..4]);
    }

    async fn a_change_needs_the_current_etag_and_is_only_tried_if_that_is_asked(app) {
        let made = app.add_organization(new_organization("acme", ACME_HOST)).await.unwrap();
        let stale = app.own_tenant().update_organization(renaming("\"7\"", false)).await;
        assert_eq!(refusal(&stale.unwrap_err()), (Code::Aborted, "ETAG_MISMATCH".to_owned()));
        let tried = app.own_tenant().update_organization(renaming("", true)).await.unwrap();
        assert_eq!(tried.into_inner().organization.unwrap().display_name, "Acme Works");
        assert_eq!(app.organization(ACME).await.unwrap(), made);

        let changed = app.own_tenant().update_organization(renaming(&made.etag, false)).await;
        let changed = changed.unwrap().into_inner().organization.unwrap();
        assert_ne!(changed.etag, made.etag);
        assert_eq!((&*changed.display_name, &*changed.custom_domain), ("Acme Works", ACME_HOST));
    }

    async fn a_host_that_cannot_be_a_custom_domain_is_refused(app) {
        for bad in ["login.example.com", "192.0.2.1", "example", "LOGIN.acme.example", "a b"] {
            let refused = app.add_organization(new_organization("", bad)).await.unwrap_err();
            assert_eq!(wrong_fields(&refused), ["organization.custom_domain"], "{bad}");
        }
    }

    async fn every_change_is_told_and_numbered_without_gaps(app) {
        app.verified("acme", ACME_HOST).await;
        app.exchange_domain(ACME, "login.acme.test").await.unwrap();
        app.delete_organization(ACME).await.unwrap();
        app.add_organization(new_organization("acme", "")).await.unwrap();

        let expected = [
            ("organization.created", 1),
            ("organization.updated", 2),
            ("organization.domain_verified", 3),
            ("organization.updated", 4),
            ("organization.deleted", 5),
            ("organization.created", 6),
        ];
        let expected = expected.map(|(name, number)| (name.to_owned(), number));
        assert_eq!(app.connection_events(ACME).await, expected);
        let events = app.all_events().await.into_iter().filter(|event| event.subject == ACME);
        let told: Vec<_> = events.map(data).collect();
        let Data::OrganizationCreated(created) = &told[0] else { panic!("{told:?}") };
        assert_eq!((&*created.display_name, &*created.custom_domain), ("Acme", ACME_HOST));
        let Data::OrganizationDomainVerified(verified) = &told[2] else { panic!("{told:?}") };
        assert_eq!((&*verified.organization, &*verified.custom_domain), (ACME, ACME_HOST));
        let Data::OrganizationUpdated(updated) = &told[3] else { panic!("{told:?}") };
        assert_eq!(updated.changed_fields, ["custom_domain"]);
    }

    async fn an_environment_that_holds_an_organization_is_not_deleted(app) {
        let other = app.other_tenant().await;
        let mut request = new_organization("acme", "");
        request.parent = "environments/other".to_owned();
        let client = app.keyed(&other.environment);
        let mut client =
            latchkey_proto::v1::tenant_admin_client::TenantAdminClient::new(client);
        client.create_organization(request).await.unwrap();
        let name = "environments/other/applications/notes".to_owned();
        let delete = latchkey_proto::v1::DeleteApplicationRequest { name, etag: String::new() };
        client.delete_application(delete).await.unwrap();
        let delete = || DeleteEnvironmentRequest {
            name: "environments/other".to_owned(),
            etag: String::new(),
        };
        let held = app.tenants().delete_environment(delete()).await.unwrap_err();
        assert_eq!(refusal(&held), (Code::FailedPrecondition, "RESOURCE_IN_USE".to_owned()));
        let name = "environments/other/organizations/acme".to_owned();
        let request =
            latchkey_proto::v1::DeleteOrganizationRequest { name, ..Default::default() };
        client.delete_organization(request).await.unwrap();
        app.tenants().delete_environment(delete()).await.unwrap();
    }
}
