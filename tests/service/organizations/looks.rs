//! Records are looked for without being asked: those that are waited for, and those that were there.

use std::time::Duration;

use latchkey_proto::{
    events::event_data::Data,
    v1::{DomainProblem, DomainState},
};
use latchkey_test_dns::Failure;
use tokio_util::sync::CancellationToken;
use tonic::Code;

use super::state;
use crate::{
    both,
    harness::{
        TestApp,
        admin::refusal,
        looking::data,
        organizations::{ACME, ACME_HOST, ACME_RECORD, new_organization},
        telemetry::RECORDED,
    },
};

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

/// How many records the service looks for by itself, this much later.
async fn looks_after(app: &TestApp, later: Duration) -> usize {
    app.clock.advance(later);
    app.latchkey.look_for_due_domains().await.unwrap()
}

/// Deletes the organization once its record is asked for, and lets the name server answer then.
async fn deleted_meanwhile(app: &TestApp) {
    let asked = app.dns.asked(ACME_RECORD);
    while app.dns.asked(ACME_RECORD) == asked {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    app.delete_organization(ACME).await.unwrap();
    app.dns.mend(ACME_RECORD);
}

both! {
    async fn nothing_comes_of_a_look_at_what_is_deleted_meanwhile(app) {
        let log = RECORDED.log().len();
        app.add_organization(new_organization("acme", ACME_HOST)).await.unwrap();
        app.start_verification(ACME).await.unwrap();
        app.set_record(ACME).await;
        app.dns.fail(ACME_RECORD, Failure::Silent);
        let (looks, ()) = tokio::join!(looks_after(&app, 5 * MINUTE), deleted_meanwhile(&app));
        assert_eq!(looks, 0);
        let last = app.connection_events(ACME).await.pop();
        assert_eq!(last, Some(("organization.deleted".to_owned(), 3)));
        let told = RECORDED.log().split_off(log);
        assert!(!told.contains("\"WARN\"") && !told.contains("\"ERROR\""), "{told}");
        assert!(told.contains("\"DEBUG\""), "the log is not heard: {told}");

        app.add_organization(new_organization("acme", ACME_HOST)).await.unwrap();
        app.start_verification(ACME).await.unwrap();
        app.dns.fail(ACME_RECORD, Failure::Silent);
        let (asked, ()) = tokio::join!(app.check_verification(ACME), deleted_meanwhile(&app));
        let gone = (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned());
        assert_eq!(refusal(&asked.unwrap_err()), gone);
    }

    async fn a_record_that_is_waited_for_is_found_without_being_asked(app) {
        app.add_organization(new_organization("acme", ACME_HOST)).await.unwrap();
        app.start_verification(ACME).await.unwrap();
        assert_eq!(looks_after(&app, MINUTE).await, 0, "it is too early");
        assert_eq!(looks_after(&app, 5 * MINUTE).await, 1);
        assert_eq!(state(&app.organization(ACME).await.unwrap()).1, DomainProblem::RecordMissing);
        app.set_record(ACME).await;
        assert_eq!(looks_after(&app, 5 * MINUTE).await, 1);
        assert_eq!(state(&app.organization(ACME).await.unwrap()).0, DomainState::Verified);
        assert_eq!(looks_after(&app, 5 * MINUTE).await, 0, "it is there for today");
    }

    async fn a_record_is_waited_for_three_days_and_then_has_to_be_asked_for(app) {
        app.add_organization(new_organization("acme", ACME_HOST)).await.unwrap();
        let started = app.start_verification(ACME).await.unwrap();
        assert_eq!(looks_after(&app, 3 * DAY).await, 1);
        let failed = app.organization(ACME).await.unwrap();
        assert_eq!(state(&failed), (DomainState::Failed, DomainProblem::RecordMissing));
        assert_eq!(looks_after(&app, 3 * DAY).await, 0);

        let again = app.start_verification(ACME).await.unwrap();
        let value = |of: latchkey_proto::v1::Organization| of.domain_verification.unwrap().record_value;
        assert_eq!(value(again), value(started), "the record that was set is still right");
        app.set_record(ACME).await;
        assert_eq!(looks_after(&app, 5 * MINUTE).await, 1);
        assert_eq!(state(&app.organization(ACME).await.unwrap()).0, DomainState::Verified);
    }

    async fn a_verified_domain_is_lost_on_the_third_day_without_its_record(app) {
        app.acme().await;
        app.sign_in_on(ACME_HOST, "alice").await;
        app.dns.remove(ACME_RECORD);
        for _day in 0..2 {
            assert_eq!(looks_after(&app, DAY).await, 1);
            let missing = app.organization(ACME).await.unwrap();
            assert_eq!(state(&missing), (DomainState::Verified, DomainProblem::RecordMissing));
            app.begin_on(ACME_HOST).await.unwrap();
        }
        assert_eq!(looks_after(&app, DAY).await, 1);
        let failed = app.organization(ACME).await.unwrap();
        assert_eq!(state(&failed), (DomainState::Failed, DomainProblem::RecordMissing));
        app.begin_on(ACME_HOST).await.unwrap_err();
        let told = app.all_events().await.into_iter().rfind(|event| event.subject == ACME);
        let Data::OrganizationDomainFailed(told) = data(told.unwrap()) else { panic!() };
        assert_eq!((&*told.custom_domain, &*told.problem), (ACME_HOST, "RECORD_MISSING"));
    }

    async fn name_servers_that_do_not_answer_take_no_domain_away(app) {
        app.acme().await;
        app.dns.fail(ACME_RECORD, Failure::ServFail);
        for _day in 0..4 {
            assert_eq!(looks_after(&app, DAY).await, 1);
        }
        let still = app.organization(ACME).await.unwrap();
        assert_eq!(state(&still), (DomainState::Verified, DomainProblem::DnsUnavailable));
        app.begin_on(ACME_HOST).await.unwrap();
    }

    async fn one_that_cannot_be_read_holds_up_no_other(app) {
        app.add_organization(new_organization("broken", "login.broken.example")).await.unwrap();
        app.start_verification("environments/dev/organizations/broken").await.unwrap();
        app.add_organization(new_organization("acme", ACME_HOST)).await.unwrap();
        app.start_verification(ACME).await.unwrap();
        app.set_record(ACME).await;
        app.database.execute("UPDATE organizations SET state = 'OF_A_NEWER_VERSION' WHERE id = 'broken'").await;
        assert_eq!(looks_after(&app, 5 * MINUTE).await, 1);
        assert_eq!(state(&app.organization(ACME).await.unwrap()).0, DomainState::Verified);
    }

    async fn whoever_stops_does_not_wait_for_name_servers(app) {
        app.acme().await;
        app.dns.fail(ACME_RECORD, Failure::Silent);
        app.clock.advance(DAY);
        let stop = CancellationToken::new();
        let looking = tokio::spawn(app.latchkey.clone().look_for_domains(stop.clone()));
        let asked = app.dns.asked(ACME_RECORD);
        while app.dns.asked(ACME_RECORD) == asked {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        stop.cancel();
        tokio::time::timeout(Duration::from_secs(1), looking).await.unwrap().unwrap();
    }

    async fn of_two_processes_one_looks(app) {
        app.acme().await;
        let other = app.replica(&app.key_file).await;
        app.clock.advance(DAY);
        let asked = app.dns.asked(ACME_RECORD);
        let (one, two) = tokio::join!(
            app.latchkey.look_for_due_domains(),
            other.latchkey.look_for_due_domains()
        );
        assert_eq!(one.unwrap() + two.unwrap(), 1);
        assert_eq!(app.dns.asked(ACME_RECORD), asked + 1);
    }
}
