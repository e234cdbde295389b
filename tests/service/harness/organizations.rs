//! Organizations, their domains, and the people who sign in on them.

use bitbucket_stand_in::Consumer;
use latchkey_domain::{host::Host, organization::PAUSE};
use latchkey_proto::v1::{
    self, CreateOrganizationRequest, Credential, DomainDependents, Organization,
    RedeemLoginResponse,
};
use tonic::Status;

use super::{
    TestApp,
    admin::{BITBUCKET, DEV, masked},
    person::{Begun, login_code},
};

/// The organization that tests make.
pub(crate) const ACME: &str = "environments/dev/organizations/acme";
/// Its custom domain.
pub(crate) const ACME_HOST: &str = "login.acme.example";
/// The name of the record that proves it.
pub(crate) const ACME_RECORD: &str = "_latchkey.login.acme.example";

/// An organization that can be created.
pub(crate) fn new_organization(id: &str, custom_domain: &str) -> CreateOrganizationRequest {
    CreateOrganizationRequest {
        parent: DEV.to_owned(),
        organization_id: id.to_owned(),
        organization: Some(Organization {
            display_name: "Acme".to_owned(),
            custom_domain: custom_domain.to_owned(),
            ..Organization::default()
        }),
        request_id: String::new(),
    }
}

impl TestApp {
    /// Creates an organization.
    pub(crate) async fn add_organization(
        &self,
        request: CreateOrganizationRequest,
    ) -> Result<Organization, Status> {
        let made = self.own_tenant().create_organization(request).await?;
        Ok(made.into_inner().organization.unwrap())
    }

    /// Gets an organization.
    pub(crate) async fn organization(&self, name: &str) -> Result<Organization, Status> {
        let request = v1::GetOrganizationRequest { name: name.to_owned() };
        Ok(self.own_tenant().get_organization(request).await?.into_inner().organization.unwrap())
    }

    /// Gives an organization another custom domain, or none; says what that took away.
    pub(crate) async fn exchange_domain(
        &self,
        name: &str,
        custom_domain: &str,
    ) -> Result<(Organization, Option<DomainDependents>), Status> {
        let organization = Organization {
            name: name.to_owned(),
            custom_domain: custom_domain.to_owned(),
            ..Organization::default()
        };
        let request = v1::UpdateOrganizationRequest {
            organization: Some(organization),
            update_mask: Some(masked(&["custom_domain"])),
            validate_only: false,
        };
        let changed = self.own_tenant().update_organization(request).await?.into_inner();
        Ok((changed.organization.unwrap(), changed.removed_domain))
    }

    /// Deletes an organization; says what that took away.
    pub(crate) async fn delete_organization(
        &self,
        name: &str,
    ) -> Result<Option<DomainDependents>, Status> {
        let request = v1::DeleteOrganizationRequest { name: name.to_owned(), ..Default::default() };
        Ok(self.own_tenant().delete_organization(request).await?.into_inner().removed_domain)
    }

    /// Asks for the record of an organization's custom domain.
    pub(crate) async fn start_verification(&self, name: &str) -> Result<Organization, Status> {
        let request = v1::StartDomainVerificationRequest { name: name.to_owned() };
        let started = self.own_tenant().start_domain_verification(request).await?;
        Ok(started.into_inner().organization.unwrap())
    }

    /// Has the record looked for, some time after the last look.
    pub(crate) async fn check_verification(&self, name: &str) -> Result<Organization, Status> {
        self.clock.advance(PAUSE);
        let request = v1::CheckDomainVerificationRequest { name: name.to_owned() };
        let checked = self.own_tenant().check_domain_verification(request).await?;
        Ok(checked.into_inner().organization.unwrap())
    }

    /// Sets the record that proves an organization's custom domain, once its verification began.
    pub(crate) async fn set_record(&self, name: &str) {
        let found = self.organization(name).await.unwrap().domain_verification.unwrap();
        self.dns.set_texts(&found.record_name, &[found.record_value]);
    }

    /// An organization whose custom domain is verified.
    pub(crate) async fn verified(&self, id: &str, custom_domain: &str) -> Organization {
        let made = self.add_organization(new_organization(id, custom_domain)).await.unwrap();
        self.start_verification(&made.name).await.unwrap();
        self.set_record(&made.name).await;
        self.check_verification(&made.name).await.unwrap()
    }

    /// A consumer at Bitbucket for one host, and its credential here.
    pub(crate) async fn add_consumer_for(&self, host: &str) -> Credential {
        let (key, secret) = (format!("key-of-{host}"), format!("secret-of-{host}"));
        let callback = Host::parse(host).unwrap().callback_url(&"bitbucket".parse().unwrap());
        self.bitbucket.add_consumer(Consumer::new(&key, &secret, callback.as_str()));
        let credential = Credential {
            client_id: key,
            client_secret: secret,
            host: host.to_owned(),
            ..Credential::default()
        };
        let request = v1::CreateCredentialRequest {
            parent: BITBUCKET.to_owned(),
            credential: Some(credential),
            ..Default::default()
        };
        self.try_add_credential(request).await.unwrap()
    }

    /// Acme, whose people can sign in on its own domain.
    pub(crate) async fn acme(&self) -> Organization {
        let acme = self.verified("acme", ACME_HOST).await;
        self.add_consumer_for(ACME_HOST).await;
        acme
    }

    /// Begins a sign-in on a host.
    pub(crate) async fn begin_on(&self, host: &str) -> Result<Begun, Status> {
        let request = v1::StartLoginRequest { host: host.to_owned(), ..self.start_request() };
        self.begin_with(request).await
    }

    /// A whole sign-in on a host.
    pub(crate) async fn sign_in_on(&self, host: &str, account: &str) -> RedeemLoginResponse {
        let begun = self.begin_on(host).await.unwrap();
        let callback = self.consent(&begun, account).await;
        let completed = self.complete(&begun, &callback).await.unwrap();
        self.redeem(&login_code(&completed)).await.unwrap()
    }
}
