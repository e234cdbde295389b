//! The requests about organizations.

use latchkey_proto::v1::{self, ApiKeyKind};
use prost::Message;
use serde_json::json;

use super::{
    super::field::{display_name, filter, host, id, name, page, request_id},
    Case, ENV,
    policies::email_domains,
};

pub(super) const ORGANIZATION: &str = "environments/dev/organizations/";

const DOMAINS: &str = "organization.sign_up_policy.email_domains";

pub(super) fn organizations() -> Vec<Case> {
    let mut domain = host("organization.custom_domain");
    // A host that may be one, and addresses that may not.
    domain.good = vec!["login.acme.example".into(), "login.acme.example:8443".into()];
    domain.bad.extend(["192.0.2.1".into(), "example".into(), "login.example.com".into()]);
    vec![
        case!(true, Environment, "TenantAdmin" / "CreateOrganization", CreateOrganizationRequest,
            {"parent": "environments/dev", "organization": {"display_name": "Name", "sign_up_policy":
                {"mode": "SIGN_UP_MODE_EMAIL_DOMAINS", "email_domains": ["acme.example"]}}},
            [name("parent", ENV), id("organization_id"), display_name("organization.display_name"),
                email_domains(DOMAINS), domain, request_id()]),
        case!(false, Environment, "TenantAdmin" / "UpdateOrganization", UpdateOrganizationRequest,
            {"organization": {"name": "environments/dev/organizations/absent", "display_name": "Name",
                "sign_up_policy": {"mode": "SIGN_UP_MODE_EMAIL_DOMAINS", "email_domains": ["acme.example"]}},
                "update_mask": {"paths": ["*"]}},
            [name("organization.name", ORGANIZATION), display_name("organization.display_name"),
                email_domains(DOMAINS),
                host("organization.custom_domain")]),
        case!(false, Environment, "TenantAdmin" / "GetOrganization", GetOrganizationRequest,
            {"name": "environments/dev/organizations/absent"}, [name("name", ORGANIZATION)]),
        case!(false, Environment, "TenantAdmin" / "DeleteOrganization", DeleteOrganizationRequest,
            {"name": "environments/dev/organizations/absent"}, [name("name", ORGANIZATION)]),
        case!(true, Environment, "TenantAdmin" / "ListOrganizations", ListOrganizationsRequest,
            {"parent": "environments/dev"},
            [name("parent", ENV), page(), filter("custom_domain", "login.acme.example")]),
        case!(false, Environment, "TenantAdmin" / "StartDomainVerification",
            StartDomainVerificationRequest,
            {"name": "environments/dev/organizations/absent"}, [name("name", ORGANIZATION)]),
        case!(false, Environment, "TenantAdmin" / "CheckDomainVerification",
            CheckDomainVerificationRequest,
            {"name": "environments/dev/organizations/absent"}, [name("name", ORGANIZATION)]),
    ]
}
