//! A deleted connection: seen by who asks, back when it is wanted, and purged in the end.

use std::time::Duration;

use latchkey_domain::time::Clock;
use latchkey_proto::v1::{
    Connection, ConnectionState, DeleteConnectionRequest, DeleteEnvironmentRequest,
    GrantApplicationRequest, ListConnectionsRequest, UndeleteConnectionRequest,
    connection_admin_client::ConnectionAdminClient,
};
use tonic::{Code, Status};

use crate::{
    both,
    etags::make_environment,
    harness::{
        TestApp,
        admin::{BITBUCKET, DEV, NOTES, new_connection, refusal},
    },
};

const DAY: Duration = Duration::from_hours(24);

fn not_found() -> (Code, String) {
    (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned())
}

async fn list(app: &TestApp, filter: &str, show_deleted: bool) -> Vec<Connection> {
    let request = ListConnectionsRequest {
        parent: DEV.to_owned(),
        filter: filter.to_owned(),
        show_deleted,
        ..Default::default()
    };
    app.connections().list_connections(request).await.unwrap().into_inner().connections
}

/// The names of the last events about the connection.
async fn last_events(app: &TestApp, count: usize) -> Vec<String> {
    let mut names: Vec<_> =
        app.connection_events(BITBUCKET).await.into_iter().map(|(name, _)| name).collect();
    names.split_off(names.len() - count)
}

fn code(answer: Result<impl Sized, Status>) -> (Code, String) {
    refusal(&answer.err().unwrap())
}

both! {
    async fn a_deletion_says_who_depends_on_it_and_when_it_is_final(app) {
        app.create(new_connection("unused")).await.unwrap();
        for account in ["alice", "bob", "alice"] {
            app.sign_in(account).await;
        }
        let before = app.connection(BITBUCKET).await.unwrap();
        let deleted = app.deletion(BITBUCKET, &before.etag, false).await.unwrap();
        let unused = app.deletion(&format!("{DEV}/connections/unused"), "", false).await.unwrap();

        assert_eq!((deleted.dependent_identities, unused.dependent_identities), (2, 0));
        assert!(!deleted.dependent_identities_incomplete);
        let connection = deleted.connection.unwrap();
        assert_eq!(connection.state(), ConnectionState::Deleted);
        assert_eq!(connection.delete_time, connection.update_time);
        let seconds = |at: Option<latchkey_proto::well_known::Timestamp>| at.unwrap().seconds;
        let kept = seconds(connection.purge_time) - seconds(connection.delete_time);
        assert_eq!(kept, 30 * 24 * 60 * 60);
        assert_eq!(app.connection(BITBUCKET).await.unwrap(), connection);
    }

    async fn a_count_that_fails_keeps_nobody_from_deleting(app) {
        app.sign_in("alice").await;
        app.database.execute("ALTER TABLE identities RENAME COLUMN connections TO away").await;
        let deleted = app.deletion(BITBUCKET, "", false).await.unwrap();

        assert_eq!(deleted.connection.unwrap().state(), ConnectionState::Deleted);
        assert_eq!(deleted.dependent_identities, 0);
        assert!(deleted.dependent_identities_incomplete);
    }

    async fn asking_what_a_deletion_would_do_does_nothing(app) {
        app.sign_in("alice").await;
        let before = app.connection(BITBUCKET).await.unwrap();
        let rows = app.all_rows().await;
        let stale = app.deletion(BITBUCKET, "\"99\"", true).await;
        assert_eq!(code(stale), (Code::Aborted, "ETAG_MISMATCH".to_owned()));
        let told = app.deletion(BITBUCKET, &before.etag, true).await.unwrap();

        assert_eq!(told.dependent_identities, 1);
        assert_eq!(told.connection.unwrap().state(), ConnectionState::Deleted);
        assert_eq!(app.connection(BITBUCKET).await.unwrap(), before);
        assert_eq!(app.all_rows().await, rows);
        app.sign_in("alice").await;
    }

    async fn a_deleted_connection_is_listed_for_who_asks_for_it(app) {
        app.create(new_connection("second")).await.unwrap();
        app.delete(BITBUCKET, "").await.unwrap();
        let names = |listed: Vec<Connection>| -> Vec<_> {
            listed.into_iter().map(|found| (found.name, found.delete_time.is_some())).collect()
        };
        let (gone, second) =
            ((BITBUCKET.to_owned(), true), (format!("{DEV}/connections/second"), false));
        let of_notes = format!(r#"application = "{NOTES}""#);

        assert_eq!(names(list(&app, "", false).await), std::slice::from_ref(&second));
        assert_eq!(names(list(&app, "", true).await), [gone.clone(), second]);
        assert_eq!(names(list(&app, &of_notes, false).await), []);
        assert_eq!(names(list(&app, &of_notes, true).await), [gone]);
    }

    async fn a_deletion_is_undone_as_if_it_had_not_been(app) {
        app.sign_in("alice").await;
        let before = app.connection(BITBUCKET).await.unwrap();
        let credentials = app.credentials(BITBUCKET).await;
        let deleted = app.deletion(BITBUCKET, "", false).await.unwrap().connection.unwrap();
        assert_eq!(code(app.begin_with(app.start_request()).await), not_found());
        app.clock.advance(29 * DAY);
        let back = app.undelete(BITBUCKET, &deleted.etag).await.unwrap();

        assert_ne!(back.etag, deleted.etag);
        let as_before = Connection {
            etag: before.etag.clone(),
            update_time: before.update_time,
            ..back.clone()
        };
        assert_eq!(as_before, before);
        assert_eq!(app.connection(BITBUCKET).await.unwrap(), back);
        let now = app.credentials(BITBUCKET).await;
        assert_eq!(now.len(), credentials.len());
        assert_eq!(now[0].secret_fingerprint, credentials[0].secret_fingerprint);
        assert_eq!(last_events(&app, 2).await, ["connection.deleted", "connection.undeleted"]);
        app.sign_in("alice").await;
        assert_eq!(app.rows("users").await, 1);
    }

    async fn what_is_not_deleted_is_neither_undeleted_nor_purged(app) {
        let rows = app.all_rows().await;
        let exists = (Code::AlreadyExists, "RESOURCE_EXISTS".to_owned());
        assert_eq!(code(app.undelete(BITBUCKET, "").await), exists);
        let not_deleted = (Code::FailedPrecondition, "RESOURCE_NOT_DELETED".to_owned());
        assert_eq!(code(app.purge(BITBUCKET, "").await), not_deleted);
        let absent = format!("{DEV}/connections/absent");
        assert_eq!(code(app.undelete(&absent, "").await), not_found());
        assert_eq!(code(app.purge(&absent, "").await), not_found());
        assert_eq!(app.all_rows().await, rows);
    }

    async fn a_purged_connection_is_gone_for_ever(app) {
        app.sign_in("alice").await;
        app.create(new_connection("second")).await.unwrap();
        let etag = app.deletion(BITBUCKET, "", false).await.unwrap().connection.unwrap().etag;
        let mismatch = (Code::Aborted, "ETAG_MISMATCH".to_owned());
        assert_eq!(code(app.purge(BITBUCKET, "\"1\"").await), mismatch);
        assert_eq!(code(app.undelete(BITBUCKET, "\"1\"").await), mismatch);
        app.purge(BITBUCKET, &etag).await.unwrap();

        assert_eq!(app.rows("credentials").await, 0);
        assert_eq!(app.rows("application_grants").await, 0);
        for answer in [
            app.connection(BITBUCKET).await.map(|_| ()),
            app.undelete(BITBUCKET, "").await.map(|_| ()),
            app.purge(BITBUCKET, "").await,
            app.delete(BITBUCKET, "").await,
        ] {
            assert_eq!(code(answer), not_found());
        }
        assert_eq!(list(&app, "", true).await.len(), 1);
        let taken = (Code::AlreadyExists, "RESOURCE_EXISTS".to_owned());
        assert_eq!(code(app.create(new_connection("bitbucket")).await), taken);
        assert_eq!(last_events(&app, 2).await, ["connection.deleted", "connection.purged"]);
        assert_eq!(app.rows("users").await, 1);
    }

    async fn after_thirty_days_a_deletion_is_final(app) {
        app.delete(BITBUCKET, "").await.unwrap();
        assert_eq!(app.store.purge_due(app.clock.now()).await.unwrap(), 0);
        app.clock.advance(30 * DAY);

        assert_eq!(code(app.connection(BITBUCKET).await), not_found());
        assert_eq!(code(app.undelete(BITBUCKET, "").await), not_found());
        assert_eq!(code(app.purge(BITBUCKET, "").await), not_found());
        assert_eq!(list(&app, "", true).await, []);
        assert_eq!(app.rows("credentials").await, 1);
        assert_eq!(app.store.purge_due(app.clock.now()).await.unwrap(), 1);
        assert_eq!(app.rows("credentials").await, 0);
        assert_eq!(last_events(&app, 1).await, ["connection.purged"]);
        let taken = (Code::AlreadyExists, "RESOURCE_EXISTS".to_owned());
        assert_eq!(code(app.create(new_connection("bitbucket")).await), taken);
    }

    async fn an_environment_is_not_deleted_from_under_what_comes_back(app) {
        for round in 0..20 {
            let environment = make_environment(&app, &format!("env-{round}")).await.name;
            let mut request = new_connection("bitbucket");
            request.parent = environment.clone();
            let mut operator = ConnectionAdminClient::new(app.keyed(&app.keys.operator));
            let made = operator.create_connection(request).await.unwrap().into_inner();
            let name = made.connection.unwrap().name;
            let delete = DeleteConnectionRequest {
                name: name.clone(),
                ..Default::default()
            };
            operator.delete_connection(delete).await.unwrap();
            let undelete =
                UndeleteConnectionRequest { name, etag: String::new() };
            let request = DeleteEnvironmentRequest { name: environment, etag: String::new() };
            let mut tenants = app.tenants();
            let (back, gone) = tokio::join!(
                operator.undelete_connection(undelete),
                tenants.delete_environment(request),
            );
            match (back, gone) {
                (Ok(_), Err(told)) => assert_eq!(refusal(&told).1, "RESOURCE_IN_USE"),
                (Err(told), Ok(_)) => assert_eq!(refusal(&told), not_found()),
                both => panic!("{both:?}"),
            }
        }
    }

    async fn a_connection_that_is_back_can_be_granted_and_deleted_again(app) {
        app.delete(BITBUCKET, "").await.unwrap();
        app.undelete(BITBUCKET, "").await.unwrap();
        let grant = GrantApplicationRequest {
            connection: BITBUCKET.to_owned(),
            application: NOTES.to_owned(),
            ..GrantApplicationRequest::default()
        };
        app.connections().grant_application(grant).await.unwrap();
        app.delete(BITBUCKET, "").await.unwrap();
        let expected = ["connection.deleted", "connection.undeleted", "connection.deleted"];
        assert_eq!(last_events(&app, 3).await, expected);
        app.purge(BITBUCKET, "").await.unwrap();
    }
}
