//! A custom domain is proven by a record that only its owner can set.

use latchkey_proto::v1::{
    CheckDomainVerificationRequest, DomainProblem, DomainState, Environment, EnvironmentKind,
    Organization, UpdateEnvironmentRequest,
};
use latchkey_test_dns::Failure;
use tonic::Code;

use super::state;
use crate::{
    both,
    harness::{
        admin::{DEV, masked, refusal},
        organizations::{ACME, ACME_HOST, ACME_RECORD, new_organization},
    },
};

both! {
    async fn the_record_is_said_found_and_proves_the_domain(app) {
        app.add_organization(new_organization("acme", ACME_HOST)).await.unwrap();
        let started = app.start_verification(ACME).await.unwrap();
        let record = started.domain_verification.clone().unwrap();
        assert_eq!(record.record_name, ACME_RECORD);
        assert!(record.record_value.starts_with("latchkey-verification="), "{record:?}");
        assert!(record.start_time.is_some() && record.next_check_time.is_some());
        assert_eq!(state(&started), (DomainState::VerificationInProgress, DomainProblem::Unspecified));
        assert_eq!(app.start_verification(ACME).await.unwrap(), started, "it goes on as it is");

        let missing = app.check_verification(ACME).await.unwrap();
        let (in_progress, problem) = state(&missing);
        assert_eq!(in_progress, DomainState::VerificationInProgress);
        assert_eq!(problem, DomainProblem::RecordMissing);
        let found = missing.domain_verification.unwrap();
        assert!(found.description.contains("TXT record"), "{}", found.description);
        assert!(found.check_time.is_some() && found.verify_time.is_none());

        app.dns.set_texts(ACME_RECORD, &["v=spf1 -all", "latchkey-verification=of-another"]);
        let different = app.check_verification(ACME).await.unwrap();
        assert_eq!(state(&different).1, DomainProblem::RecordDifferent);
        app.dns.fail(ACME_RECORD, Failure::ServFail);
        let unavailable = app.check_verification(ACME).await.unwrap();
        assert_eq!(state(&unavailable).1, DomainProblem::DnsUnavailable);
        app.dns.mend(ACME_RECORD);

        app.dns.set_texts(ACME_RECORD, &["v=spf1 -all", &*record.record_value]);
        let verified = app.check_verification(ACME).await.unwrap();
        assert_eq!(state(&verified), (DomainState::Verified, DomainProblem::Unspecified));
        assert!(verified.domain_verification.unwrap().verify_time.is_some());
        assert_ne!(verified.etag, started.etag, "somebody who knew it before is told");
    }

    async fn a_look_that_changes_nothing_leaves_the_etag_and_the_audit_alone(app) {
        let acme = app.verified("acme", ACME_HOST).await;
        let (lines, events) = (app.rows("audit_entries").await, app.all_events().await.len());
        let again = app.check_verification(ACME).await.unwrap();
        assert_eq!(again.etag, acme.etag);
        let checked = |of: Organization| of.domain_verification.unwrap().check_time;
        assert_ne!(checked(again), checked(acme), "it is told when it was");
        assert_eq!((app.rows("audit_entries").await, app.all_events().await.len()), (lines, events));
    }

    async fn who_asks_again_at_once_is_told_of_the_last_look(app) {
        let acme = app.verified("acme", ACME_HOST).await;
        let asked = app.dns.asked(ACME_RECORD);
        let request = CheckDomainVerificationRequest { name: ACME.to_owned() };
        let again = app.own_tenant().check_domain_verification(request).await.unwrap();
        assert_eq!(again.into_inner().organization.unwrap(), acme);
        assert_eq!(app.dns.asked(ACME_RECORD), asked);
        app.check_verification(ACME).await.unwrap();
        assert_eq!(app.dns.asked(ACME_RECORD), asked + 1);
    }

    async fn there_is_nothing_to_check_before_it_is_started(app) {
        app.add_organization(new_organization("acme", "")).await.unwrap();
        let missing = (Code::FailedPrecondition, "DOMAIN_MISSING".to_owned());
        assert_eq!(refusal(&app.start_verification(ACME).await.unwrap_err()), missing);
        assert_eq!(refusal(&app.check_verification(ACME).await.unwrap_err()), missing);
        app.exchange_domain(ACME, ACME_HOST).await.unwrap();
        let not_started = (Code::FailedPrecondition, "VERIFICATION_NOT_STARTED".to_owned());
        assert_eq!(refusal(&app.check_verification(ACME).await.unwrap_err()), not_started);
        assert_eq!(app.dns.asked_in_all(), 0, "nobody was asked");
    }

    async fn a_domain_is_one_organizations_whoever_says_that_they_have_it(app) {
        app.verified("acme", ACME_HOST).await;
        app.add_organization(new_organization("second", ACME_HOST)).await.unwrap();
        let second = format!("{DEV}/organizations/second");
        app.start_verification(&second).await.unwrap();
        app.set_record(&second).await;
        let refused = app.check_verification(&second).await.unwrap();
        assert_eq!(
            state(&refused),
            (DomainState::VerificationInProgress, DomainProblem::DomainTaken)
        );
        app.exchange_domain(ACME, "").await.unwrap();
        let free = app.check_verification(&second).await.unwrap();
        assert_eq!(state(&free), (DomainState::Verified, DomainProblem::Unspecified));
    }

    async fn another_tenants_domain_is_nobody_elses(app) {
        app.other_tenant().await;
        // The other tenant's default domain, which its people sign in on.
        app.add_organization(new_organization("acme", "login.other.example")).await.unwrap();
        app.start_verification(ACME).await.unwrap();
        app.set_record(ACME).await;
        let refused = app.check_verification(ACME).await.unwrap();
        assert_eq!(state(&refused).1, DomainProblem::DomainTaken);

        app.exchange_domain(ACME, ACME_HOST).await.unwrap();
        app.start_verification(ACME).await.unwrap();
        app.set_record(ACME).await;
        app.check_verification(ACME).await.unwrap();
        let environment = Environment {
            name: "environments/other".to_owned(),
            default_domain: ACME_HOST.to_owned(),
            kind: EnvironmentKind::NonProduction.into(),
            ..Environment::default()
        };
        let request = UpdateEnvironmentRequest {
            environment: Some(environment),
            update_mask: Some(masked(&["default_domain"])),
        };
        let taken = app.tenants().update_environment(request).await.unwrap_err();
        assert_eq!(refusal(&taken), (Code::AlreadyExists, "DOMAIN_TAKEN".to_owned()));
    }

    async fn two_that_prove_a_domain_at_once_do_not_both_get_it(app) {
        let names = ["one", "two"].map(|id| format!("{DEV}/organizations/{id}"));
        let mut values = Vec::new();
        for id in ["one", "two"] {
            let made = app.add_organization(new_organization(id, ACME_HOST)).await.unwrap();
            let started = app.start_verification(&made.name).await.unwrap();
            values.push(started.domain_verification.unwrap().record_value);
        }
        app.dns.set_texts(ACME_RECORD, &values);
        let (one, two) =
            tokio::join!(app.check_verification(&names[0]), app.check_verification(&names[1]));
        let mut states = [state(&one.unwrap()), state(&two.unwrap())];
        states.sort();
        assert_eq!(states, [
            (DomainState::VerificationInProgress, DomainProblem::DomainTaken),
            (DomainState::Verified, DomainProblem::Unspecified),
        ]);
    }

    async fn a_name_of_this_machine_needs_no_record(app) {
        app.add_organization(new_organization("acme", "acme.localhost:8080")).await.unwrap();
        app.start_verification(ACME).await.unwrap();
        let verified = app.check_verification(ACME).await.unwrap();
        assert_eq!(state(&verified), (DomainState::Verified, DomainProblem::Unspecified));
    }
}
