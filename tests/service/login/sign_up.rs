//! Who may sign up.

use bitbucket_stand_in::{Account, Email};
use latchkey_proto::v1::{
    LoginIntent, Organization, SignInResult, SignUpMode, SignUpPolicy, UpdateOrganizationRequest,
};

use crate::{
    both,
    harness::{
        TestApp,
        admin::masked,
        ends::outcome,
        organizations::{ACME, ACME_HOST, new_organization},
        proving::{code_in, word},
    },
};

fn policy(mode: SignUpMode, domains: &[&str]) -> SignUpPolicy {
    let email_domains = domains.iter().map(|&domain| domain.to_owned()).collect();
    SignUpPolicy { mode: mode.into(), email_domains }
}

async fn come_with(app: &TestApp, intent: LoginIntent, account: &str) -> String {
    let mut request = app.start_request();
    request.set_intent(intent);
    let begun = app.begin_with(request).await.unwrap();
    let callback = app.consent(&begun, account).await;
    outcome(&app.complete(&begun, &callback).await.unwrap())
}

async fn come_to_acme(app: &TestApp, account: &str) -> String {
    let mut request = app.start_request();
    request.organization = ACME.to_owned();
    let begun = app.begin_with(request).await.unwrap();
    let callback = app.consent(&begun, account).await;
    outcome(&app.complete(&begun, &callback).await.unwrap())
}

async fn let_sign_up_to_acme(app: &TestApp, policy: SignUpPolicy) {
    let organization = Organization {
        name: ACME.to_owned(),
        sign_up_policy: Some(policy),
        ..Organization::default()
    };
    let request = UpdateOrganizationRequest {
        organization: Some(organization),
        update_mask: Some(masked(&["sign_up_policy"])),
        validate_only: false,
    };
    app.own_tenant().update_organization(request).await.unwrap();
}

both! {
    async fn where_signing_up_is_closed_nobody_new_comes_in_and_known_people_do(app) {
        app.sign_in("alice").await;
        app.let_sign_up(policy(SignUpMode::Closed, &[])).await;

        assert_eq!(app.sign_in("alice").await.result(), SignInResult::SignedIn);
        for intent in [LoginIntent::SignInOrUp, LoginIntent::SignUp] {
            assert_eq!(come_with(&app, intent, "bob").await, "SIGN_UP_CLOSED");
        }
        assert_eq!(come_with(&app, LoginIntent::SignIn, "bob").await, "ACCOUNT_NOT_FOUND");
        assert_eq!(app.rows("users").await, 1);
        assert!(app.event_names().await.ends_with(&["sign_in.refused".to_owned()]));
    }

    async fn a_proven_address_links_even_where_signing_up_is_closed(app) {
        app.trust_the_provider().await;
        let first = app.sign_in("alice").await.user.unwrap();
        app.let_sign_up(policy(SignUpMode::Closed, &[])).await;
        app.bitbucket.add_account(
            Account::new("twin", "77777777-7777-4777-8777-777777777777", "Twin")
                .with_email(Email::primary("alice@mail.example")),
        );

        let second = app.sign_in("twin").await;

        assert_eq!(second.result(), SignInResult::Linked);
        assert_eq!(second.user.unwrap().name, first.name);
    }

    async fn the_domains_that_are_taken_look_at_proven_addresses_only(app) {
        app.let_sign_up(policy(SignUpMode::EmailDomains, &["mail.example"])).await;
        app.deliver_mail();
        // Bitbucket says that it is of this domain, and is not trusted to.
        let (waiting, step) = app.come_to_wait("alice").await;
        assert_eq!(word(&step), "CODE");
        assert_eq!(app.rows("users").await, 0);
        let code = app.mailed_code(1).await;
        let step = app.verify(&waiting, &code).await.unwrap();
        let redeemed = app.redeem(&code_in(&step)).await.unwrap();
        assert_eq!(redeemed.result(), SignInResult::SignedUp);
    }

    async fn an_address_of_another_domain_is_refused_once_it_is_proven(app) {
        app.let_sign_up(policy(SignUpMode::EmailDomains, &["acme.example"])).await;
        app.deliver_mail();
        let step = app.sign_in_by_code("alice", 1).await;
        assert_eq!(word(&step), "EMAIL_DOMAIN_NOT_ALLOWED");
        assert_eq!(app.rows("users").await, 0);
        app.trust_the_provider().await;
        let refused = come_with(&app, LoginIntent::SignInOrUp, "alice").await;
        assert_eq!(refused, "EMAIL_DOMAIN_NOT_ALLOWED");
    }

    async fn who_names_an_organization_is_asked_for_more_by_it_and_not_for_less(app) {
        app.add_organization(new_organization("acme", "")).await.unwrap();
        let_sign_up_to_acme(&app, policy(SignUpMode::Closed, &[])).await;
        assert_eq!(come_to_acme(&app, "alice").await, "SIGN_UP_CLOSED");

        let_sign_up_to_acme(&app, policy(SignUpMode::Open, &[])).await;
        app.let_sign_up(policy(SignUpMode::Closed, &[])).await;
        assert_eq!(come_to_acme(&app, "alice").await, "SIGN_UP_CLOSED", "anybody can name it");
    }
    async fn on_its_own_domain_an_organization_alone_says_who_signs_up(app) {
        app.acme().await;
        let_sign_up_to_acme(&app, policy(SignUpMode::Open, &[])).await;
        app.let_sign_up(policy(SignUpMode::Closed, &[])).await;
        assert_eq!(come_to_acme(&app, "alice").await, "SIGN_UP_CLOSED", "not on its domain");
        let there = app.sign_in_on(ACME_HOST, "alice").await;
        assert_eq!(there.result(), SignInResult::SignedUp);

        let_sign_up_to_acme(&app, policy(SignUpMode::Closed, &[])).await;
        app.let_sign_up(policy(SignUpMode::Open, &[])).await;
        let begun = app.begin_on(ACME_HOST).await.unwrap();
        let callback = app.consent(&begun, "bob").await;
        let refused = app.complete(&begun, &callback).await.unwrap();
        assert_eq!(outcome(&refused), "SIGN_UP_CLOSED");
        assert_eq!(come_to_acme(&app, "bob").await, "SIGN_UP_CLOSED", "both say who may");
        assert_eq!(app.sign_in("bob").await.result(), SignInResult::SignedUp);
    }
}
