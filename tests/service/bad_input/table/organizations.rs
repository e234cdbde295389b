//! The requests about organizations.

use latchkey_proto::v1::{self, ApiKeyKind};
use prost::Message;
use serde_json::json;

use super::{
    super::field::{display_name, filter, host, id, name, page, request_id},
    Case, ENV,
};

pub(super) const ORGANIZATION: &str = "environments/dev/organizations/";

pub(super) fn organizations() -> Vec<Case> {
    let mut domain = host("organization.custom_domain");
    // A host that may be one, and addresses that may not.
    domain.good = vec!["login.acme.example".into(), "login.acme.example:8443".into()];
    domain.bad.extend(["192.0.2.1".into(), "example".into(), "login.example.com".into()]);
    vec![
        case!(true, Environment, "TenantAdmin" / "CreateOrganization", CreateOrganizationRequest,
            {"parent": "environments/dev", "organization": {"display_name": "Name"}},
            [name("parent", ENV), id("organization_id"), display_name("organization.display_name"),
                domain, request_id()]),
        case!(false, Environment, "TenantAdmin" / "UpdateOrganization", UpdateOrganizationRequest,
            {"organization": {"name": "environments/dev/organizations/absent", "display_name": "Name"},
                "update_mask": {"paths": ["display_name", "custom_domain"]}},
            [name("organization.name", ORGANIZATION), display_name("organization.display_name"),
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
