//! Environments and applications.

use std::time::Duration;

use bitbucket_stand_in::Endpoint;
use futures_util::future::join_all;
use latchkey_proto::v1::{
    Application, CreateApplicationRequest, CreateEnvironmentRequest, DeleteApplicationRequest,
    DeleteEnvironmentRequest, Environment, EnvironmentKind, GetApplicationRequest,
    GetEnvironmentRequest, ListApplicationsRequest, ListEnvironmentsRequest,
    UpdateApplicationRequest, UpdateEnvironmentRequest,
};
use tonic::{Code, Status};

use crate::{
    both,
    harness::{
        TestApp,
        admin::{BITBUCKET, DEV, NOTES, masked, refusal, wrong_fields},
    },
};

const ID: &str = "6f1d3c62-64f8-4d9f-9f4e-0a0a1b2c3d4e";

fn new_environment(id: &str) -> CreateEnvironmentRequest {
    CreateEnvironmentRequest {
        environment_id: id.to_owned(),
        environment: Some(Environment {
            display_name: "Staging".to_owned(),
            kind: EnvironmentKind::NonProduction.into(),
            default_domain: format!("login.{id}.example"),
            ..Environment::default()
        }),
        request_id: String::new(),
    }
}

pub(crate) fn new_application(id: &str) -> CreateApplicationRequest {
    CreateApplicationRequest {
        parent: DEV.to_owned(),
        application_id: id.to_owned(),
        application: Some(Application {
            display_name: "Boards".to_owned(),
            redirect_uris: vec!["https://boards.example/callback".to_owned()],
            ..Application::default()
        }),
        request_id: String::new(),
    }
}

/// The domain can be changed; the kind cannot.
fn to_production(environment: &Environment) -> UpdateEnvironmentRequest {
    UpdateEnvironmentRequest {
        environment: Some(Environment {
            default_domain: "login.new.example".to_owned(),
            kind: EnvironmentKind::Production.into(),
            ..environment.clone()
        }),
        update_mask: Some(masked(&["*"])),
    }
}

async fn environment(
    app: &TestApp,
    request: CreateEnvironmentRequest,
) -> Result<Environment, Status> {
    Ok(app.tenants().create_environment(request).await?.into_inner().environment.unwrap())
}

pub(crate) async fn application(
    app: &TestApp,
    request: CreateApplicationRequest,
) -> Result<Application, Status> {
    Ok(app.own_tenant().create_application(request).await?.into_inner().application.unwrap())
}

async fn delete_environment(app: &TestApp, name: &str, etag: &str) -> Result<(), Status> {
    let request = DeleteEnvironmentRequest { name: name.to_owned(), etag: etag.to_owned() };
    app.tenants().delete_environment(request).await.map(|_| ())
}

async fn delete_application(app: &TestApp, name: &str, etag: &str) -> Result<(), Status> {
    let request = DeleteApplicationRequest { name: name.to_owned(), etag: etag.to_owned() };
    app.own_tenant().delete_application(request).await.map(|_| ())
}

both! {
    async fn an_environment_lives_from_its_creation_to_its_deletion(app) {
        let mut request = new_environment("staging");
        request.request_id = ID.to_owned();
        let made = environment(&app, request.clone()).await.unwrap();
        assert_eq!(environment(&app, request).await.unwrap(), made);
        assert_eq!(made.name, "environments/staging");
        let taken = environment(&app, new_environment("staging")).await.unwrap_err();
        assert_eq!(refusal(&taken), (Code::AlreadyExists, "RESOURCE_EXISTS".to_owned()));

        let request = to_production(&made);
        let changed = app.tenants().update_environment(request.clone()).await.unwrap().into_inner();
        let changed = changed.environment.unwrap();
        assert_eq!(changed.default_domain, "login.new.example");
        assert_eq!(changed.kind(), EnvironmentKind::NonProduction);
        assert_ne!(changed.etag, made.etag);
        let late = app.tenants().update_environment(request).await.unwrap_err();
        assert_eq!(refusal(&late), (Code::Aborted, "ETAG_MISMATCH".to_owned()));
        let late = delete_environment(&app, &made.name, &made.etag).await.unwrap_err();
        assert_eq!(refusal(&late), (Code::Aborted, "ETAG_MISMATCH".to_owned()));

        delete_environment(&app, &made.name, &changed.etag).await.unwrap();
        let gone = GetEnvironmentRequest { name: made.name };
        let gone = app.tenants().get_environment(gone).await.unwrap_err();
        assert_eq!(refusal(&gone), (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned()));
    }

    async fn the_id_of_a_deleted_environment_is_not_given_again(app) {
        let made = environment(&app, new_environment("staging")).await.unwrap();
        delete_environment(&app, &made.name, "").await.unwrap();

        let again = environment(&app, new_environment("staging")).await.unwrap_err();
        assert_eq!(refusal(&again), (Code::AlreadyExists, "RESOURCE_EXISTS".to_owned()));
        let changed = app.tenants().update_environment(to_production(&made)).await.unwrap_err();
        assert_eq!(refusal(&changed), (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned()));
        let deleted = delete_environment(&app, &made.name, "").await.unwrap_err();
        assert_eq!(refusal(&deleted), (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned()));
        let mut inside = new_application("boards");
        inside.parent = made.name;
        let refused = app.tenants().create_application(inside).await.unwrap_err();
        assert_eq!(refusal(&refused), (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned()));
        let all = ListEnvironmentsRequest::default();
        let all = app.tenants().list_environments(all).await.unwrap().into_inner().environments;
        assert_eq!(all.into_iter().map(|found| found.name).collect::<Vec<_>>(), [DEV]);
    }

    async fn an_environment_in_use_stays(app) {
        let in_use = (Code::FailedPrecondition, "RESOURCE_IN_USE".to_owned());
        assert_eq!(refusal(&delete_environment(&app, DEV, "").await.unwrap_err()), in_use);
        app.delete(BITBUCKET, "").await.unwrap();
        assert_eq!(refusal(&delete_environment(&app, DEV, "").await.unwrap_err()), in_use);
        delete_application(&app, NOTES, "").await.unwrap();
        delete_environment(&app, DEV, "").await.unwrap();
        let key = "SELECT COUNT(*) FROM api_keys WHERE environment = 'dev'";
        assert_eq!(app.database.number(key).await, 0);
        let secrets = "SELECT COUNT(*) FROM credentials";
        assert_eq!(app.database.number(secrets).await, 0);
    }

    async fn nothing_is_left_of_an_environment_that_is_deleted_while_things_are_added(app) {
        for round in 0..4 {
            let id = format!("short-lived-{round}");
            let made = environment(&app, new_environment(&id)).await.unwrap();
            let adding = join_all((0..4).map(|n| {
                let mut request = new_application(&format!("app-{n}"));
                request.parent.clone_from(&made.name);
                let mut tenants = app.tenants();
                async move { tenants.create_application(request).await.is_ok() }
            }));
            let deleting = delete_environment(&app, &made.name, "");
            let (added, deleted) = tokio::join!(adding, deleting);
            let sql = format!("SELECT COUNT(*) FROM applications WHERE environment = '{id}'");
            let there = app.database.number(&sql).await;
            match deleted {
                Ok(()) => assert_eq!(there, 0, "left behind"),
                Err(_) => assert_eq!(there, added.iter().map(|ok| i64::from(*ok)).sum::<i64>()),
            }
        }
    }

    async fn nobody_signs_up_in_an_environment_that_is_deleted_meanwhile(app) {
        app.bitbucket.delay(Endpoint::User, Duration::from_secs(1));
        let begun = app.begin().await;
        let callback = app.consent(&begun, "alice").await;
        let deleting = async {
            // Bitbucket is being asked.
            tokio::time::sleep(Duration::from_millis(400)).await;
            app.delete_the_connection().await;
            app.delete_the_application().await;
            delete_environment(&app, "environments/dev", "").await.unwrap();
        };

        let (completed, ()) = tokio::join!(app.complete(&begun, &callback), deleting);

        let refused = completed.unwrap_err();
        assert_eq!(refusal(&refused), (Code::Aborted, "START_AGAIN".to_owned()));
        assert_eq!(app.rows("users").await, 0);
    }

    async fn environments_are_listed_in_order(app) {
        for id in ["one", "two", "three"] {
            environment(&app, new_environment(id)).await.unwrap();
        }
        let mut names = Vec::new();
        let mut request = ListEnvironmentsRequest { page_size: 3, page_token: String::new() };
        loop {
            let page = app.tenants().list_environments(request.clone()).await.unwrap().into_inner();
            names.extend(page.environments.into_iter().map(|found| found.name));
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        let expected = ["dev", "one", "two", "three"].map(|id| format!("environments/{id}"));
        assert_eq!(names, expected);
    }

    async fn an_application_lives_from_its_creation_to_its_deletion(app) {
        let mut request = new_application("boards");
        request.request_id = ID.to_owned();
        let made = application(&app, request.clone()).await.unwrap();
        assert_eq!(application(&app, request).await.unwrap(), made);
        assert_eq!(made.name, "environments/dev/applications/boards");
        let taken = application(&app, new_application("boards")).await.unwrap_err();
        assert_eq!(refusal(&taken), (Code::AlreadyExists, "RESOURCE_EXISTS".to_owned()));

        let request = UpdateApplicationRequest {
            application: Some(Application { display_name: "Lists".to_owned(), ..made.clone() }),
            update_mask: Some(masked(&["display_name"])),
        };
        let changed = app.own_tenant().update_application(request.clone()).await.unwrap();
        let changed = changed.into_inner().application.unwrap();
        assert_eq!(changed.display_name, "Lists");
        assert_eq!(changed.redirect_uris, made.redirect_uris);
        let late = app.own_tenant().update_application(request).await.unwrap_err();
        assert_eq!(refusal(&late), (Code::Aborted, "ETAG_MISMATCH".to_owned()));
        let late = delete_application(&app, &made.name, &made.etag).await.unwrap_err();
        assert_eq!(refusal(&late), (Code::Aborted, "ETAG_MISMATCH".to_owned()));

        let named = |name: &str| GetApplicationRequest { name: name.to_owned() };
        let read = app.own_tenant().get_application(named(&made.name)).await.unwrap();
        assert_eq!(read.into_inner().application.unwrap(), changed);
        delete_application(&app, &made.name, &changed.etag).await.unwrap();
        let gone = app.own_tenant().get_application(named(&made.name)).await.unwrap_err();
        assert_eq!(refusal(&gone), (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned()));
    }

    async fn a_deleted_application_takes_its_keys_and_grants_along(app) {
        app.login().start_login(app.start_request()).await.unwrap();
        app.redeem("nonsense").await.unwrap_err();
        delete_application(&app, NOTES, "").await.unwrap();

        let refused = app.redeem("nonsense").await.unwrap_err();
        assert_eq!(refusal(&refused), (Code::Unauthenticated, "CREDENTIALS_INVALID".to_owned()));
        let grants = "SELECT COUNT(*) FROM application_grants";
        assert_eq!(app.database.number(grants).await, 0);
        let refused = app.begin_with(app.start_request()).await.unwrap_err();
        assert_eq!(refusal(&refused), (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned()));
    }

    async fn applications_are_listed_by_the_connection_that_they_may_use(app) {
        application(&app, new_application("boards")).await.unwrap();
        let list = async |filter: &str| {
            let filter = filter.to_owned();
            let request = ListApplicationsRequest { parent: DEV.to_owned(), filter, ..Default::default() };
            let page = app.own_tenant().list_applications(request).await?.into_inner();
            Ok::<_, Status>(page.applications.into_iter().map(|found| found.name).collect::<Vec<_>>())
        };
        let boards = "environments/dev/applications/boards";
        assert_eq!(list("").await.unwrap(), [NOTES, boards]);
        assert_eq!(list(&format!("connection = \"{BITBUCKET}\"")).await.unwrap(), [NOTES]);
        let outside = "connection = \"environments/other/connections/bitbucket\"";
        assert_eq!(wrong_fields(&list(outside).await.unwrap_err()), ["filter"]);
    }

    async fn production_is_for_real(app) {
        let mut request = new_environment("live");
        let body = request.environment.as_mut().unwrap();
        body.kind = EnvironmentKind::Production.into();
        body.default_domain = "localhost:8080".to_owned();
        let refused = environment(&app, request.clone()).await.unwrap_err();
        assert_eq!(wrong_fields(&refused), ["environment.default_domain"]);

        request.environment.as_mut().unwrap().default_domain = "login.live.example".to_owned();
        let live = environment(&app, request).await.unwrap().name;
        let mut request = new_application("boards");
        request.parent = live;
        request.application.as_mut().unwrap().redirect_uris =
            vec!["http://localhost:3000/callback".to_owned()];
        let refused = app.tenants().create_application(request).await.unwrap_err();
        assert_eq!(wrong_fields(&refused), ["application.redirect_uris"]);
    }
}
