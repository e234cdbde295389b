//! The part of the day that is about organizations.

use latchkey_proto::v1::{self, Organization};

use super::{day::Day, line::Line};
use crate::harness::organizations::{ACME, ACME_HOST, new_organization};

impl Day {
    pub(super) async fn organizations(&mut self) {
        let create = new_organization("acme", "");
        let made =
            |_: &v1::CreateOrganizationResponse| Line::about(ACME).sets("display_name", "\"Acme\"");
        self.call("TenantAdmin/CreateOrganization", &create, made).await;
        let update = v1::UpdateOrganizationRequest {
            organization: Some(Organization {
                name: ACME.to_owned(),
                custom_domain: ACME_HOST.to_owned(),
                sign_up_policy: Some(v1::SignUpPolicy {
                    mode: v1::SignUpMode::EmailDomains.into(),
                    email_domains: vec!["ACME.example".to_owned()],
                }),
                ..Organization::default()
            }),
            ..Default::default()
        };
        let host = format!("\"{ACME_HOST}\"");
        let policy = "{\"mode\":\"EMAIL_DOMAINS\",\"email_domains\":[\"acme.example\"]}";
        let changed = |_: &v1::UpdateOrganizationResponse| {
            Line::about(ACME).sets("sign_up_policy", policy).sets("custom_domain", &host)
        };
        self.call("TenantAdmin/UpdateOrganization", &update, changed).await;
        self.proof_of_acme().await;
        let delete = v1::DeleteOrganizationRequest { name: ACME.to_owned(), ..Default::default() };
        let deleted = |_: &v1::DeleteOrganizationResponse| Line::about(ACME);
        self.call("TenantAdmin/DeleteOrganization", &delete, deleted).await;
    }

    async fn proof_of_acme(&mut self) {
        let start = v1::StartDomainVerificationRequest { name: ACME.to_owned() };
        let started = |started: &v1::StartDomainVerificationResponse| {
            let organization = started.organization.clone().unwrap();
            let value = organization.domain_verification.unwrap().record_value;
            Line::about(ACME)
                .replaces("domain_state", "\"UNVERIFIED\"", "\"VERIFICATION_IN_PROGRESS\"")
                .sets("domain_verification.record_value", &format!("\"{value}\""))
        };
        self.call("TenantAdmin/StartDomainVerification", &start, started).await;
        self.app.set_record(ACME).await;
        let check = v1::CheckDomainVerificationRequest { name: ACME.to_owned() };
        let checked = |_: &v1::CheckDomainVerificationResponse| {
            let (before, after) = ("\"VERIFICATION_IN_PROGRESS\"", "\"VERIFIED\"");
            Line::about(ACME).replaces("domain_state", before, after)
        };
        self.call("TenantAdmin/CheckDomainVerification", &check, checked).await;
    }
}
