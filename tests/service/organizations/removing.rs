//! A custom domain is taken away, and it is said who loses their way in.

use latchkey_proto::v1::{DomainDependents, DomainState};

use crate::{
    both,
    harness::organizations::{ACME, ACME_HOST, new_organization},
};

both! {
    async fn taking_a_domain_away_says_who_signed_in_on_it_and_which_credentials_were_for_it(app) {
        app.acme().await;
        let credential = app.credentials(crate::harness::admin::BITBUCKET).await.pop().unwrap().name;
        for account in ["alice", "bob", "alice"] {
            app.sign_in_on(ACME_HOST, account).await;
        }
        app.sign_in("carol").await;
        let (organization, removed) = app.exchange_domain(ACME, "").await.unwrap();
        assert_eq!(organization.domain_state(), DomainState::Unprovisioned);
        assert_eq!(removed, Some(DomainDependents {
            domain: ACME_HOST.to_owned(),
            served: true,
            dependent_users: 2,
            credentials: vec![credential],
            dependent_users_incomplete: false,
        }));
        app.begin_on(ACME_HOST).await.unwrap_err();
        app.sign_in("alice").await;
    }

    async fn a_deletion_says_the_same_and_can_be_tried_before(app) {
        app.acme().await;
        app.sign_in_on(ACME_HOST, "alice").await;
        let request = latchkey_proto::v1::DeleteOrganizationRequest {
            name: ACME.to_owned(),
            etag: String::new(),
            validate_only: true,
        };
        let tried = app.own_tenant().delete_organization(request).await.unwrap().into_inner();
        assert_eq!(tried.removed_domain.as_ref().unwrap().dependent_users, 1);
        app.sign_in_on(ACME_HOST, "alice").await;
        assert_eq!(app.delete_organization(ACME).await.unwrap(), tried.removed_domain);
        app.organization(ACME).await.unwrap_err();
        app.begin_on(ACME_HOST).await.unwrap_err();
    }

    async fn a_domain_that_nobody_proved_is_nobodys_way_in(app) {
        app.add_organization(new_organization("acme", ACME_HOST)).await.unwrap();
        let (_, removed) = app.exchange_domain(ACME, "login.acme.test").await.unwrap();
        let removed = removed.unwrap();
        assert_eq!((removed.served, removed.dependent_users), (false, 0));
        let (_, same) = app.exchange_domain(ACME, "login.acme.test").await.unwrap();
        assert_eq!(same, None, "it has it still");
    }

    async fn another_domain_is_proven_anew(app) {
        app.acme().await;
        let (changed, _) = app.exchange_domain(ACME, "login.acme.test").await.unwrap();
        assert_eq!(changed.domain_state(), DomainState::Unverified);
        assert_eq!(changed.domain_verification, None);
        app.begin_on(ACME_HOST).await.unwrap_err();
        app.begin_on("login.acme.test").await.unwrap_err();
    }
}
