//! The table of who may call what: denied unless it stands here.

use latchkey_domain::access::ApiKeyKind::{
    self, Application, Consumer, Environment, Gateway, Operator,
};

const OPERATORS: &[ApiKeyKind] = &[Operator];
const ADMINISTRATORS: &[ApiKeyKind] = &[Operator, Environment];
const GATEWAYS: &[ApiKeyKind] = &[Gateway];
const READERS: &[ApiKeyKind] = &[Operator, Environment, Consumer];

/// Every RPC, and the kinds of keys that can make it. A test holds it against the contract.
///
/// An operator reaches everything that administers, and nothing of `SocialLogin`: people sign in with a
/// browser, which is at a gateway, and an application redeems what is its own. An operator has neither.
pub(crate) const ALLOWED: &[(&str, &[ApiKeyKind])] = &[
    ("/latchkey.v1.ConnectionAdmin/CreateConnection", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/GetConnection", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/ListConnections", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/UpdateConnection", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/DeleteConnection", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/UndeleteConnection", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/PurgeConnection", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/ListCallbackUrls", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/GrantApplication", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/RevokeApplication", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/ListApplicationGrants", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/CreateCredential", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/ListCredentials", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/PromoteCredential", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/DeleteCredential", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/CheckConnection", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/StartTestLogin", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/GetTestLogin", ADMINISTRATORS),
    ("/latchkey.v1.SocialLogin/ListLoginOptions", &[Gateway, Application]),
    ("/latchkey.v1.SocialLogin/CreateLinkTicket", &[Application]),
    ("/latchkey.v1.SocialLogin/GetApplicationLogo", GATEWAYS),
    ("/latchkey.v1.SocialLogin/StartLogin", GATEWAYS),
    ("/latchkey.v1.SocialLogin/CompleteLogin", GATEWAYS),
    ("/latchkey.v1.SocialLogin/SubmitEmail", GATEWAYS),
    ("/latchkey.v1.SocialLogin/VerifyEmail", GATEWAYS),
    ("/latchkey.v1.SocialLogin/ResendEmailCode", GATEWAYS),
    ("/latchkey.v1.SocialLogin/ConfirmLink", GATEWAYS),
    ("/latchkey.v1.SocialLogin/CancelLogin", GATEWAYS),
    ("/latchkey.v1.SocialLogin/GetLoginStep", GATEWAYS),
    ("/latchkey.v1.SocialLogin/RedeemLogin", &[Application]),
    ("/latchkey.v1.SocialLogin/RedeemTestTicket", GATEWAYS),
    ("/latchkey.v1.SocialLogin/ListSigningKeys", GATEWAYS),
    ("/latchkey.v1.TenantAdmin/CreateEnvironment", OPERATORS),
    ("/latchkey.v1.TenantAdmin/GetEnvironment", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/ListEnvironments", OPERATORS),
    ("/latchkey.v1.TenantAdmin/UpdateEnvironment", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/DeleteEnvironment", OPERATORS),
    ("/latchkey.v1.TenantAdmin/CreateApplication", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/GetApplication", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/ListApplications", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/UpdateApplication", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/SetApplicationLogo", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/DeleteApplication", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/CreateOrganization", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/GetOrganization", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/ListOrganizations", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/UpdateOrganization", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/DeleteOrganization", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/StartDomainVerification", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/CheckDomainVerification", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/CreateApiKey", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/ListApiKeys", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/RotateApiKey", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/DeleteApiKey", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/ListAuditEntries", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/GetReadiness", ADMINISTRATORS),
    ("/latchkey.v1.UserDirectory/GetUser", ADMINISTRATORS),
    ("/latchkey.v1.UserDirectory/ListUsers", ADMINISTRATORS),
    ("/latchkey.v1.UserDirectory/SuspendUser", ADMINISTRATORS),
    ("/latchkey.v1.UserDirectory/UnsuspendUser", ADMINISTRATORS),
    ("/latchkey.v1.UserDirectory/DeleteUser", ADMINISTRATORS),
    ("/latchkey.v1.UserDirectory/ListIdentities", ADMINISTRATORS),
    ("/latchkey.v1.UserDirectory/UnlinkIdentity", ADMINISTRATORS),
    ("/latchkey.v1.UserDirectory/ListSignIns", ADMINISTRATORS),
    ("/latchkey.v1.EventFeed/ListEvents", READERS),
    ("/latchkey.v1.EventFeed/WatchEvents", READERS),
];

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;

    /// The part of `google.protobuf.FileDescriptorSet` that names methods.
    mod descriptor {
        #[derive(Clone, PartialEq, prost::Message)]
        pub(super) struct Set {
            #[prost(message, repeated, tag = "1")]
            pub(super) files: Vec<File>,
        }

        #[derive(Clone, PartialEq, prost::Message)]
        pub(super) struct File {
            #[prost(string, tag = "2")]
            pub(super) package: String,
            #[prost(message, repeated, tag = "6")]
            pub(super) services: Vec<Service>,
        }

        #[derive(Clone, PartialEq, prost::Message)]
        pub(super) struct Service {
            #[prost(string, tag = "1")]
            pub(super) name: String,
            #[prost(message, repeated, tag = "2")]
            pub(super) methods: Vec<Method>,
        }

        #[derive(Clone, PartialEq, prost::Message)]
        pub(super) struct Method {
            #[prost(string, tag = "1")]
            pub(super) name: String,
        }
    }

    fn contract() -> Vec<String> {
        let set = descriptor::Set::decode(latchkey_proto::FILE_DESCRIPTOR_SET).unwrap();
        let methods = set.files.iter().flat_map(|file| {
            file.services.iter().flat_map(move |service| {
                let path = format!("/{}.{}/", file.package, service.name);
                service.methods.iter().map(move |method| format!("{path}{}", method.name))
            })
        });
        methods.collect()
    }

    #[test]
    fn every_method_of_the_contract_says_who_may_call_it() {
        let mut listed: Vec<_> = ALLOWED.iter().map(|(method, _)| (*method).to_owned()).collect();
        let mut contract = contract();
        listed.sort();
        contract.sort();
        assert_eq!(listed, contract);
    }

    #[test]
    fn an_application_never_administers() {
        let admin = |method: &str| method.contains("Admin/") || method.contains("UserDirectory/");
        for (method, kinds) in ALLOWED {
            let reaches = kinds.iter().any(|kind| matches!(kind, Application | Gateway | Consumer));
            assert!(!(admin(method) && reaches), "{method}");
        }
    }
}
