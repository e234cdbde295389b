//! The part of the day that is about organizations.

use latchkey_proto::v1::{self, Organization};

use super::day::Day;
use crate::harness::organizations::{ACME, ACME_HOST, new_organization};

impl Day {
    pub(super) async fn organizations(&mut self) {
        let create = new_organization("acme", "");
        let acme = || ACME.to_owned();
        let made = |_: &v1::CreateOrganizationResponse| ACME.to_owned();
        self.call("TenantAdmin/CreateOrganization", &create, made).await;
        let update = v1::UpdateOrganizationRequest {
            organization: Some(Organization {
                name: acme(),
                custom_domain: ACME_HOST.to_owned(),
                ..Organization::default()
            }),
            ..Default::default()
        };
        let changed = |_: &v1::UpdateOrganizationResponse| ACME.to_owned();
        self.call("TenantAdmin/UpdateOrganization", &update, changed).await;
        let start = v1::StartDomainVerificationRequest { name: acme() };
        let started = |_: &v1::StartDomainVerificationResponse| ACME.to_owned();
        self.call("TenantAdmin/StartDomainVerification", &start, started).await;
        self.app.set_record(ACME).await;
        let check = v1::CheckDomainVerificationRequest { name: acme() };
        let checked = |_: &v1::CheckDomainVerificationResponse| ACME.to_owned();
        self.call("TenantAdmin/CheckDomainVerification", &check, checked).await;
        let delete = v1::DeleteOrganizationRequest { name: acme(), ..Default::default() };
        let deleted = |_: &v1::DeleteOrganizationResponse| ACME.to_owned();
        self.call("TenantAdmin/DeleteOrganization", &delete, deleted).await;
    }
}
