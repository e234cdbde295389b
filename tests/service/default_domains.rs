//! An environment's default domain is no other environment's.

use latchkey_proto::v1::{
    CreateEnvironmentRequest, DeleteEnvironmentRequest, Environment, EnvironmentKind,
    UpdateEnvironmentRequest,
};
use tonic::{Code, Status};

use crate::{
    both,
    harness::{
        TestApp,
        admin::{DEV, masked, refusal},
        app::HOST,
    },
};

/// A race that is lost now and then must not pass.
const ROUNDS: usize = 20;

async fn make(app: &TestApp, id: &str, host: &str) -> Result<Environment, Status> {
    let request = CreateEnvironmentRequest {
        environment_id: id.to_owned(),
        environment: Some(Environment {
            display_name: "Another".to_owned(),
            kind: EnvironmentKind::NonProduction.into(),
            default_domain: host.to_owned(),
            ..Environment::default()
        }),
        request_id: String::new(),
    };
    Ok(app.tenants().create_environment(request).await?.into_inner().environment.unwrap())
}

async fn update(app: &TestApp, name: &str, field: &str, to: Environment) -> Result<(), Status> {
    let request = UpdateEnvironmentRequest {
        environment: Some(Environment { name: name.to_owned(), ..to }),
        update_mask: Some(masked(&[field])),
    };
    app.tenants().update_environment(request).await.map(|_| ())
}

async fn to_host(app: &TestApp, name: &str, host: &str) -> Result<(), Status> {
    let moved = Environment { default_domain: host.to_owned(), ..Environment::default() };
    update(app, name, "default_domain", moved).await
}

#[track_caller]
fn is_taken(refused: &Status) {
    assert_eq!(refusal(refused), (Code::AlreadyExists, "DOMAIN_TAKEN".to_owned()));
}

both! {
    async fn a_host_is_one_environments_default_domain(app) {
        is_taken(&make(&app, "other", HOST).await.unwrap_err());
        let other = make(&app, "other", "login.other.example").await.unwrap().name;
        let rows = app.all_rows().await;
        is_taken(&to_host(&app, &other, HOST).await.unwrap_err());
        is_taken(&to_host(&app, DEV, "login.other.example").await.unwrap_err());
        to_host(&app, DEV, HOST).await.unwrap();
        assert_eq!(app.all_rows().await, rows);

        let delete = DeleteEnvironmentRequest { name: other, etag: String::new() };
        app.tenants().delete_environment(delete).await.unwrap();
        to_host(&app, DEV, "login.other.example").await.unwrap();
        make(&app, "third", HOST).await.unwrap();
    }

    async fn only_an_operator_moves_an_environment(app) {
        let mut moved = Environment { name: DEV.to_owned(), ..Environment::default() };
        moved.default_domain = "login.of-another-tenant.example".to_owned();
        moved.display_name = "Renamed".to_owned();
        let request = |paths: &[&str]| UpdateEnvironmentRequest {
            environment: Some(moved.clone()),
            update_mask: Some(masked(paths)),
        };
        let both = request(&["display_name", "default_domain"]);
        let refused = app.own_tenant().update_environment(both.clone()).await.unwrap_err();
        assert_eq!(refusal(&refused), (Code::PermissionDenied, "CALLER_NOT_ALLOWED".to_owned()));
        app.own_tenant().update_environment(request(&["display_name"])).await.unwrap();
        app.tenants().update_environment(both).await.unwrap();
    }

    async fn environments_share_this_machine(app) {
        let one = make(&app, "one", "localhost:8080").await.unwrap();
        let two = make(&app, "two", "login.two.example").await.unwrap();
        to_host(&app, &two.name, &one.default_domain).await.unwrap();
    }

    async fn environments_that_share_a_host_from_before_can_still_be_changed(app) {
        let two = make(&app, "two", "login.two.example").await.unwrap().name;
        let share = format!("UPDATE environments SET default_domain = '{HOST}'");
        app.database.execute(&share).await;
        let renamed = Environment {
            display_name: "Renamed".to_owned(),
            default_domain: HOST.to_owned(),
            ..Environment::default()
        };
        update(&app, &two, "*", renamed).await.unwrap();
    }

    async fn of_two_environments_that_want_a_host_one_gets_it(app) {
        for round in 0..ROUNDS {
            let host = format!("login.round-{round}.example");
            let (mine, id) = (format!("mine-{round}"), format!("new-{round}"));
            let mine = make(&app, &mine, &format!("login.{mine}.example")).await.unwrap().name;
            let (made, moved) = tokio::join!(make(&app, &id, &host), to_host(&app, &mine, &host));
            match (&made, &moved) {
                (Ok(_), Err(told)) | (Err(told), Ok(())) => is_taken(told),
                both => panic!("{round}: {both:?}"),
            }
        }
    }
}
