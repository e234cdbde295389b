//! What is asked of whoever signs in is configured, by the tenant's own key.

use latchkey_proto::{
    v1::{
        Environment, GetEnvironmentRequest, Organization, SignUpMode, SignUpPolicy,
        UpdateEnvironmentRequest, UpdateOrganizationRequest,
    },
    well_known::Duration,
};
use tonic::Status;

use crate::{
    both,
    harness::{
        TestApp,
        admin::{DEV, masked, wrong_fields},
        organizations::{ACME, new_organization},
    },
};

fn policy(mode: SignUpMode, domains: &[&str]) -> SignUpPolicy {
    let email_domains = domains.iter().map(|&domain| domain.to_owned()).collect();
    SignUpPolicy { mode: mode.into(), email_domains }
}

async fn dev(app: &TestApp) -> Environment {
    let request = GetEnvironmentRequest { name: DEV.to_owned() };
    app.own_tenant().get_environment(request).await.unwrap().into_inner().environment.unwrap()
}

async fn change(app: &TestApp, to: Environment, paths: &[&str]) -> Result<Environment, Status> {
    let request = UpdateEnvironmentRequest {
        environment: Some(Environment { name: DEV.to_owned(), ..to }),
        update_mask: Some(masked(paths)),
    };
    Ok(app.own_tenant().update_environment(request).await?.into_inner().environment.unwrap())
}

async fn change_acme(app: &TestApp, sign_up_policy: Option<SignUpPolicy>) -> Organization {
    let organization = Organization { name: ACME.to_owned(), sign_up_policy, ..Default::default() };
    let request = UpdateOrganizationRequest {
        organization: Some(organization),
        update_mask: Some(masked(&["sign_up_policy"])),
        validate_only: false,
    };
    let changed = app.own_tenant().update_organization(request).await.unwrap();
    changed.into_inner().organization.unwrap()
}

both! {
    async fn an_environment_lets_everybody_sign_up_until_it_says_otherwise(app) {
        let before = dev(&app).await;
        assert_eq!(before.sign_up_policy, Some(policy(SignUpMode::Open, &[])));
        assert!(!before.email_required);
        assert_eq!(before.email_code_lifetime, Some(Duration { seconds: 600, nanos: 0 }));

        let domains = Some(policy(SignUpMode::EmailDomains, &["Acme.example", "müller.example"]));
        let to = Environment {
            sign_up_policy: domains,
            email_required: true,
            email_code_lifetime: Some(Duration { seconds: 7200, nanos: 0 }),
            ..Environment::default()
        };
        let changed = change(&app, to.clone(), &["sign_up_policy", "email_code_lifetime"]).await.unwrap();
        let normal = ["acme.example", "xn--mller-kva.example"];
        assert_eq!(changed.sign_up_policy, Some(policy(SignUpMode::EmailDomains, &normal)));
        assert!(!changed.email_required, "it is not in the mask");
        assert_eq!(changed.email_code_lifetime, to.email_code_lifetime);
        assert_ne!(changed.etag, before.etag);
        assert_eq!(dev(&app).await, changed);
        assert!(change(&app, to, &["email_required"]).await.unwrap().email_required);
    }

    async fn a_policy_that_is_taken_away_is_the_one_by_default(app) {
        let before = dev(&app).await;
        let closed = Environment {
            sign_up_policy: Some(policy(SignUpMode::Closed, &[])),
            email_code_lifetime: Some(Duration { seconds: 60, nanos: 0 }),
            ..Environment::default()
        };
        let paths = ["sign_up_policy", "email_code_lifetime"];
        change(&app, closed, &paths).await.unwrap();
        let back = change(&app, Environment::default(), &paths).await.unwrap();
        assert_eq!(back.sign_up_policy, before.sign_up_policy);
        assert_eq!(back.email_code_lifetime, before.email_code_lifetime);
    }

    async fn domains_belong_to_the_mode_that_reads_them(app) {
        for (mode, domains) in [
            (SignUpMode::Open, ["acme.example"].as_slice()),
            (SignUpMode::Closed, &["acme.example"]),
            (SignUpMode::EmailDomains, &[]),
        ] {
            let to = Environment { sign_up_policy: Some(policy(mode, domains)), ..Environment::default() };
            let refused = change(&app, to, &["sign_up_policy"]).await.unwrap_err();
            let field = "environment.sign_up_policy.email_domains";
            assert_eq!(wrong_fields(&refused), [field], "{mode:?}");
        }
    }

    async fn an_organization_may_say_who_signs_up_for_it(app) {
        let mut request = new_organization("acme", "");
        assert_eq!(app.add_organization(request.clone()).await.unwrap().sign_up_policy, None);
        let closed = Some(policy(SignUpMode::Closed, &[]));
        assert_eq!(change_acme(&app, closed.clone()).await.sign_up_policy, closed);
        assert_eq!(app.organization(ACME).await.unwrap().sign_up_policy, closed);
        assert_eq!(change_acme(&app, None).await.sign_up_policy, None);

        request = new_organization("other", "");
        request.organization.as_mut().unwrap().sign_up_policy = closed.clone();
        assert_eq!(app.add_organization(request).await.unwrap().sign_up_policy, closed);
    }
}
