//! `ListAuditEntries`: what it tells, to whom, in which order, and how it is narrowed down.

use std::time::Duration;

use latchkey_domain::time::{Clock, Timestamp};
use latchkey_proto::{
    v1::{
        ApiKeyKind, AuditActor, Connection, DeleteApplicationRequest, FieldChange,
        ListAuditEntriesRequest, tenant_admin_client::TenantAdminClient,
    },
    well_known,
};
use tonic::Code;

use super::of;
use crate::{
    both,
    harness::{
        TestApp,
        admin::{
            BITBUCKET, DEV, NOTES, new_connection, new_credential, new_key, refusal, wrong_fields,
        },
        organizations::{ACME, ACME_HOST, new_organization},
    },
};

fn field(field: &str, before: &str, after: &str) -> FieldChange {
    FieldChange { field: field.to_owned(), before: before.to_owned(), after: after.to_owned() }
}

fn at(moment: Timestamp) -> well_known::Timestamp {
    let (seconds, nanos) = moment.seconds_and_nanos();
    well_known::Timestamp { seconds, nanos }
}

/// What was done in the environment of the tests, newest first.
async fn actions(app: &TestApp, filter: &str) -> Vec<String> {
    let (entries, _) = app.audit(of(DEV, filter)).await.unwrap();
    entries.into_iter().map(|entry| entry.action).collect()
}

/// Gives the connection another name.
async fn rename(app: &TestApp, display_name: &str) {
    let display_name = display_name.to_owned();
    app.change_connection("display_name", Connection { display_name, ..Default::default() }).await;
}

both! {
    async fn a_changed_field_is_told_with_what_it_held_and_holds(app) {
        rename(&app, "Bitbucket Cloud").await;
        app.trust_the_provider().await;
        let told = app.last_entry().await;
        assert_eq!(told.fields, [field("trusted_provider", "false", "true")]);
        let (entries, _) = app.audit(of(DEV, "")).await.unwrap();
        let expected = [field("display_name", "\"Bitbucket\"", "\"Bitbucket Cloud\"")];
        assert_eq!(entries[1].fields, expected);
    }

    async fn who_begins_to_prove_a_domain_again_changes_no_record(app) {
        app.add_organization(new_organization("acme", ACME_HOST)).await.unwrap();
        let started = app.start_verification(ACME).await.unwrap();
        let value = format!("\"{}\"", started.domain_verification.unwrap().record_value);
        let state = |before| field("domain_state", before, "\"VERIFICATION_IN_PROGRESS\"");
        let record = field("domain_verification.record_value", "", &value);
        assert_eq!(app.last_entry().await.fields, [state("\"UNVERIFIED\""), record]);
        app.clock.advance(Duration::from_hours(72));
        app.check_verification(ACME).await.unwrap();
        app.start_verification(ACME).await.unwrap();
        assert_eq!(app.last_entry().await.fields, [state("\"FAILED\"")]);
    }

    async fn of_a_secret_only_its_name_is_told(app) {
        app.try_add_credential(new_credential(BITBUCKET, "a-secret")).await.unwrap();
        let told = app.last_entry().await;
        let expected = [
            field("client_id", "", "\"a-consumer-key\""),
            field("client_secret", "", ""),
            field("role", "", "\"STANDBY\""),
        ];
        assert_eq!(told.fields, expected);
    }

    async fn whose_role_changes_with_another_ones_is_told(app) {
        let (active, standby) = ("\"ACTIVE\"", "\"STANDBY\"");
        let old = app.active(BITBUCKET).await;
        let new = new_credential(BITBUCKET, "a-secret");
        let new = app.try_add_credential(new).await.unwrap().name;
        let role_of = |name: &str, before, after| {
            let id = name.rsplit('/').next().unwrap();
            field(&format!("credentials/{id}.role"), before, after)
        };
        app.promote(&new).await.unwrap();
        let expected = [field("role", standby, active), role_of(&old, active, standby)];
        assert_eq!(app.last_entry().await.fields, expected);
        app.delete_credential(&new).await.unwrap();
        let told = app.last_entry().await;
        assert_eq!((told.action.as_str(), &told.resource), ("credential.deleted", &new));
        assert_eq!(told.fields, [role_of(&old, standby, active)]);
    }

    async fn what_goes_with_an_application_is_told(app) {
        let name = NOTES.to_owned();
        let delete = DeleteApplicationRequest { name, etag: String::new() };
        app.tenants().delete_application(delete).await.unwrap();
        let told = app.last_entry().await;
        assert_eq!((told.action.as_str(), told.resource.as_str()), ("application.deleted", NOTES));
        let expected = [
            field("api_keys", "1", ""),
            field("application_grants", "1", ""),
            field("connections", &format!("[\"{BITBUCKET}\"]"), ""),
        ];
        assert_eq!(told.fields, expected);
    }

    async fn entries_come_newest_first_page_by_page(app) {
        for name in ["One", "Two", "Three", "Four"] {
            rename(&app, name).await;
        }
        let (all, end) = app.audit(of(DEV, "")).await.unwrap();
        assert_eq!(end, "");
        assert!(all.iter().map(|entry| &entry.name).is_sorted_by(|a, b| a > b), "{all:?}");
        let mut request = ListAuditEntriesRequest { page_size: 3, ..of(DEV, "") };
        let mut read = Vec::new();
        loop {
            let (page, next) = app.audit(request.clone()).await.unwrap();
            assert!(page.len() == 3 || next.is_empty());
            read.extend(page);
            if next.is_empty() {
                break;
            }
            request.page_token = next;
        }
        assert_eq!(read, all);
    }

    async fn a_page_token_is_good_for_the_same_question_only(app) {
        let request = ListAuditEntriesRequest { page_size: 1, ..of(DEV, "") };
        let (_, page_token) = app.audit(request.clone()).await.unwrap();
        let request = ListAuditEntriesRequest { page_token, ..request };
        app.audit(request.clone()).await.unwrap();
        let (parent, filter) = (String::new(), "actor = \"database\"".to_owned());
        let (start_time, end_time) = (Some(at(Timestamp(0))), Some(at(app.clock.now())));
        for other in [
            ListAuditEntriesRequest { parent, ..request.clone() },
            ListAuditEntriesRequest { filter, ..request.clone() },
            ListAuditEntriesRequest { start_time, ..request.clone() },
            ListAuditEntriesRequest { end_time, ..request.clone() },
        ] {
            let refused = app.audit(other).await.unwrap_err();
            assert_eq!(wrong_fields(&refused), ["page_token"]);
        }
    }

    async fn entries_are_found_by_resource_action_and_actor(app) {
        rename(&app, "Another").await;
        let other = app.create(new_connection("other")).await.unwrap();
        let by = app.last_entry().await.actor.unwrap();
        assert_eq!(by.key_kind(), ApiKeyKind::Environment);
        let by = by.name;
        let of_other = format!("resource = \"{}\"", other.name);
        assert_eq!(actions(&app, &of_other).await, ["connection.created"]);
        let updated = "action = \"connection.updated\"";
        assert_eq!(actions(&app, updated).await, ["connection.updated"]);
        let by_key = format!("actor = \"{by}\"");
        assert_eq!(actions(&app, &by_key).await, ["connection.created", "connection.updated"]);
        let all_of_it = format!("{by_key} AND {updated} AND resource = \"{BITBUCKET}\"");
        assert_eq!(actions(&app, &all_of_it).await, ["connection.updated"]);
        assert!(actions(&app, &format!("{of_other} AND {updated}")).await.is_empty());
        let seeded = actions(&app, "actor = \"database\"").await;
        assert!(seeded.contains(&"environment.created".to_owned()), "{seeded:?}");
        assert!(!seeded.contains(&"connection.updated".to_owned()), "{seeded:?}");
    }

    async fn entries_are_found_by_time(app) {
        let before = app.clock.now();
        app.clock.advance(Duration::from_mins(1));
        rename(&app, "Another").await;
        let request = |from, until| {
            let (start_time, end_time) = (Some(at(from)), Some(at(until)));
            ListAuditEntriesRequest { start_time, end_time, ..of(DEV, "") }
        };
        let later = app.clock.now().plus(Duration::from_mins(1));
        let (found, _) = app.audit(request(before, later)).await.unwrap();
        assert_eq!(found.len(), 1);
        let time = found[0].time;
        let exactly = ListAuditEntriesRequest { start_time: time, ..of(DEV, "") };
        assert_eq!(app.audit(exactly).await.unwrap().0, found);
        let start_time = Some(at(before));
        let until = ListAuditEntriesRequest { start_time, end_time: time, ..of(DEV, "") };
        assert_eq!(app.audit(until).await.unwrap().0, []);
    }

    async fn an_actor_that_cannot_have_acted_there_is_refused(app) {
        let (theirs, _) = app.create_key(new_key(ApiKeyKind::Environment)).await.unwrap();
        let theirs = theirs.name.replace("/dev/", "/other/");
        for actor in [theirs.as_str(), "nobody", "environments/dev", "apiKeys/x"] {
            let refused = app.audit(of(DEV, &format!("actor = \"{actor}\""))).await.unwrap_err();
            assert_eq!(wrong_fields(&refused), ["filter"], "{actor}");
        }
    }

    async fn a_tenant_sees_its_own_audit_and_no_other(app) {
        let other = app.other_tenant().await;
        rename(&app, "Another").await;
        let mut tenant = TenantAdminClient::new(app.keyed(&other.environment));
        let own = of("environments/other", "");
        let read = tenant.list_audit_entries(own).await.unwrap().into_inner().audit_entries;
        assert!(!read.is_empty());
        for entry in read {
            assert!(entry.name.starts_with("environments/other/"), "{entry:?}");
            assert!(entry.resource.starts_with("environments/other"), "{entry:?}");
        }
        for parent in [DEV, "", "environments/never"] {
            let refused = tenant.list_audit_entries(of(parent, "")).await.unwrap_err();
            let not_found = (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned());
            assert_eq!(refusal(&refused), not_found, "{parent}");
        }
    }

    async fn what_belongs_to_the_installation_is_read_by_operators(app) {
        let (key, _) = app.create_key(new_key(ApiKeyKind::Operator)).await.unwrap();
        let told = app.audit(of("", "")).await.unwrap().0.remove(0);
        assert_eq!((told.action.as_str(), &told.resource), ("api_key.created", &key.name));
        assert!(told.name.starts_with("auditEntries/aud_"), "{told:?}");
    }

    async fn what_the_service_purges_itself_is_told_too(app) {
        app.delete(BITBUCKET, "").await.unwrap();
        let due = app.clock.now().plus(Duration::from_hours(31 * 24));
        assert_eq!(app.store.purge_due(due).await.unwrap(), 1);
        let told = app.last_entry().await;
        let database = AuditActor { name: "database".to_owned(), key_kind: 0 };
        assert_eq!((told.actor, told.action.as_str()), (Some(database), "connection.purged"));
        assert_eq!((told.resource.as_str(), told.address.as_str()), (BITBUCKET, ""));
    }
}
