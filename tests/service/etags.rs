//! An etag guards a deletion as it guards a change, whoever else is at work.

use std::time::Duration;

use latchkey_proto::v1::{
    Application, Connection, CreateEnvironmentRequest, DeleteApplicationRequest,
    DeleteEnvironmentRequest, Environment, EnvironmentKind, UpdateApplicationRequest,
    UpdateEnvironmentRequest,
};
use tonic::{Code, Status};

use crate::{
    both,
    harness::{
        TestApp,
        admin::{NOTES, masked, new_connection, refusal},
    },
    tenants::{application, new_application},
};

/// A race that is lost now and then must not pass.
const ROUNDS: usize = 40;
/// By then whoever was started has met the lock that they are to wait for.
const MOMENT: Duration = Duration::from_millis(100);

pub(crate) async fn make_environment(app: &TestApp, id: &str) -> Environment {
    let request = CreateEnvironmentRequest {
        environment_id: id.to_owned(),
        environment: Some(Environment {
            display_name: "Before".to_owned(),
            kind: EnvironmentKind::NonProduction.into(),
            default_domain: format!("login.{id}.example"),
            ..Environment::default()
        }),
        request_id: String::new(),
    };
    app.tenants().create_environment(request).await.unwrap().into_inner().environment.unwrap()
}

async fn rename_application(app: &TestApp, made: &Application) -> Result<(), Status> {
    let request = UpdateApplicationRequest {
        application: Some(Application { display_name: "After".to_owned(), ..made.clone() }),
        update_mask: Some(masked(&["display_name"])),
    };
    app.tenants().update_application(request).await.map(|_| ())
}

async fn rename_environment(app: &TestApp, made: &Environment) -> Result<(), Status> {
    let request = UpdateEnvironmentRequest {
        environment: Some(Environment { display_name: "After".to_owned(), ..made.clone() }),
        update_mask: Some(masked(&["display_name"])),
    };
    app.tenants().update_environment(request).await.map(|_| ())
}

async fn delete_application(app: &TestApp, name: &str, etag: &str) -> Result<(), Status> {
    let request = DeleteApplicationRequest { name: name.to_owned(), etag: etag.to_owned() };
    app.tenants().delete_application(request).await.map(|_| ())
}

async fn delete_environment(app: &TestApp, name: &str, etag: &str) -> Result<(), Status> {
    let request = DeleteEnvironmentRequest { name: name.to_owned(), etag: etag.to_owned() };
    app.tenants().delete_environment(request).await.map(|_| ())
}

/// Of a change and a deletion under one etag, one happens, and the other is told why not.
#[track_caller]
fn one_of(changed: &Result<(), Status>, deleted: &Result<(), Status>) {
    let told = match (changed, deleted) {
        (Ok(()), Err(told)) => {
            assert_eq!(refusal(told), (Code::Aborted, "ETAG_MISMATCH".to_owned()));
            return;
        }
        (Err(told), Ok(())) => refusal(told),
        both => panic!("{both:?}"),
    };
    assert_eq!(told, (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned()));
}

both! {
    async fn a_deletion_that_waited_for_a_change_knows_of_it(app) {
        let etag = "\"1\"";
        let staging = make_environment(&app, "staging").await;
        let (id, name) = ("staging".parse().unwrap(), NOTES.parse().unwrap());
        let tx = app.store.begin().await.unwrap();
        let mut changed = tx.application(&name).await.unwrap().unwrap();
        changed.version += 1;
        assert!(tx.update_application(&changed).await.unwrap());
        let mut changed = tx.environment(&id).await.unwrap().unwrap();
        changed.version += 1;
        assert!(tx.update_environment(&changed).await.unwrap());

        let change = async {
            tokio::time::sleep(MOMENT).await;
            tx.commit().await.unwrap();
        };
        let (application, environment, ()) = tokio::join!(
            delete_application(&app, NOTES, etag),
            delete_environment(&app, &staging.name, etag),
            change,
        );
        let mismatch = (Code::Aborted, "ETAG_MISMATCH".to_owned());
        assert_eq!(refusal(&application.unwrap_err()), mismatch);
        assert_eq!(refusal(&environment.unwrap_err()), mismatch);
    }

    async fn an_application_that_was_changed_is_not_deleted_under_the_etag_from_before(app) {
        for round in 0..ROUNDS {
            let made = application(&app, new_application(&format!("app-{round}"))).await.unwrap();
            let (changed, deleted) = tokio::join!(
                rename_application(&app, &made),
                delete_application(&app, &made.name, &made.etag),
            );
            one_of(&changed, &deleted);
        }
    }

    async fn a_connection_that_was_changed_is_not_deleted_under_the_etag_from_before(app) {
        for round in 0..ROUNDS {
            let made = app.create(new_connection(&format!("conn-{round}"))).await.unwrap();
            let after = Connection { display_name: "After".to_owned(), ..made.clone() };
            let (changed, deleted) = tokio::join!(
                app.update(after, &["display_name"]),
                app.delete(&made.name, &made.etag),
            );
            one_of(&changed.map(|_| ()), &deleted);
        }
    }

    async fn of_an_undeletion_and_a_purge_under_one_etag_one_happens(app) {
        for round in 0..ROUNDS {
            let made = app.create(new_connection(&format!("conn-{round}"))).await.unwrap();
            let deleted = app.deletion(&made.name, &made.etag, false).await.unwrap();
            let etag = deleted.connection.unwrap().etag;
            let (back, purged) =
                tokio::join!(app.undelete(&made.name, &etag), app.purge(&made.name, &etag));
            let told = match (&back, &purged) {
                (Ok(_), Err(told)) | (Err(told), Ok(())) => refusal(told).1,
                both => panic!("{both:?}"),
            };
            let expected = if back.is_ok() { "RESOURCE_NOT_DELETED" } else { "RESOURCE_NOT_FOUND" };
            assert_eq!(told, expected);
            assert_eq!(app.connection(&made.name).await.is_ok(), back.is_ok());
        }
    }

    async fn an_environment_that_was_changed_is_not_deleted_under_the_etag_from_before(app) {
        for round in 0..ROUNDS {
            let made = make_environment(&app, &format!("env-{round}")).await;
            let (changed, deleted) = tokio::join!(
                rename_environment(&app, &made),
                delete_environment(&app, &made.name, &made.etag),
            );
            one_of(&changed, &deleted);
        }
    }
}
