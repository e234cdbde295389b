//! Creating, reading and deleting connections.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use latchkey_proto::v1::{
    Connection, ConnectionState, EnvironmentKind, GrantApplicationRequest, ListCallbackUrlsRequest,
    ListConnectionsRequest, RevokeApplicationRequest,
};
use tonic::Code;

use crate::{
    both,
    harness::admin::{
        BITBUCKET, DEV, NOTES, new_connection, new_credential, refusal, wrong_fields,
    },
};

const ID: &str = "6f1d3c62-64f8-4d9f-9f4e-0a0a1b2c3d4e";

both! {
    async fn a_connection_is_created_under_the_id_that_was_chosen(app) {
        let made = app.create(new_connection("second")).await.unwrap();

        assert_eq!(made.name, "environments/dev/connections/second");
        assert_eq!((made.display_name.as_str(), made.provider.as_str()), ("Bitbucket", "stand-in"));
        assert_eq!(made.state(), ConnectionState::CredentialsMissing);
        assert!(!made.trusted_provider && !made.disabled);
        assert_eq!(made.create_time, made.update_time);
        assert_eq!(app.connection(&made.name).await.unwrap(), made);
        assert_eq!(
            app.connection_events(&made.name).await,
            [("connection.created".to_owned(), 1)]
        );
    }

    async fn an_id_is_made_up_where_none_was_chosen(app) {
        let first = app.create(new_connection("")).await.unwrap();
        let second = app.create(new_connection("")).await.unwrap();

        assert!(first.name.starts_with("environments/dev/connections/conn_"), "{}", first.name);
        assert_ne!(first.name, second.name);
        assert_eq!(app.connection(&first.name).await.unwrap(), first);
    }

    async fn an_id_is_used_once_and_never_again(app) {
        app.create(new_connection("second")).await.unwrap();
        let taken = app.create(new_connection("second")).await.unwrap_err();
        app.delete("environments/dev/connections/second", "").await.unwrap();
        let deleted = app.create(new_connection("second")).await.unwrap_err();

        let exists = (Code::AlreadyExists, "RESOURCE_EXISTS".to_owned());
        assert_eq!(refusal(&taken), exists);
        assert_eq!(refusal(&deleted), exists);
    }

    async fn only_checking_creates_nothing(app) {
        let mut request = new_connection("second");
        request.validate_only = true;
        request.request_id = ID.to_owned();
        let before = app.all_rows().await;
        let checked = app.create(request.clone()).await.unwrap();

        assert_eq!(checked.name, "environments/dev/connections/second");
        assert_eq!(app.all_rows().await, before);
        assert_eq!(app.connection(&checked.name).await.unwrap_err().code(), Code::NotFound);
        request.validate_only = false;
        app.create(request).await.unwrap();
    }

    async fn a_repeated_request_returns_the_first_ones_connection(app) {
        let request = |name: &str| {
            let mut request = new_connection("");
            request.request_id = ID.to_owned();
            request.connection.as_mut().unwrap().display_name = name.to_owned();
            request
        };
        let first = app.create(request("One")).await.unwrap();
        let again = app.create(request("One")).await.unwrap();
        let other = app.create(request("Two")).await.unwrap_err();

        assert_eq!(first, again);
        assert_eq!(refusal(&other), (Code::InvalidArgument, "REQUEST_ID_REUSED".to_owned()));
        assert_eq!(app.connection_events(&first.name).await.len(), 1);
    }

    async fn sixteen_requests_with_one_id_create_one_connection(app) {
        let before = app.database.number("SELECT COUNT(*) FROM connections").await;
        let made = join_all((0..16).map(|_| {
            let mut request = new_connection("");
            request.request_id = ID.to_owned();
            app.create(request)
        }));
        let names: BTreeSet<_> = made.await.into_iter().map(|made| made.unwrap().name).collect();

        assert_eq!(names.len(), 1);
        assert_eq!(app.database.number("SELECT COUNT(*) FROM connections").await, before + 1);
    }

    async fn the_id_of_one_methods_request_says_nothing_to_another_method(app) {
        let mut connection = new_connection("same");
        connection.request_id = ID.to_owned();
        app.create(connection).await.unwrap();
        // The two messages have the same bytes.
        let request = latchkey_proto::v1::CreateApplicationRequest {
            parent: DEV.to_owned(),
            application_id: "same".to_owned(),
            application: Some(latchkey_proto::v1::Application {
                display_name: "Bitbucket".to_owned(),
                redirect_uris: vec!["stand-in".to_owned()],
                ..Default::default()
            }),
            request_id: ID.to_owned(),
        };
        let refused = app.tenants().create_application(request).await.unwrap_err();

        assert_eq!(refusal(&refused), (Code::InvalidArgument, "REQUEST_ID_REUSED".to_owned()));
    }

    async fn a_provider_must_be_configured_and_fit_the_environment(app) {
        let mut unknown = new_connection("second");
        unknown.connection.as_mut().unwrap().provider = "nobody".to_owned();
        let status = app.create(unknown).await.unwrap_err();
        assert_eq!(wrong_fields(&status), ["connection.provider"]);

        let request = latchkey_proto::v1::CreateEnvironmentRequest {
            environment_id: "live".to_owned(),
            environment: Some(latchkey_proto::v1::Environment {
                display_name: "Live".to_owned(),
                kind: EnvironmentKind::Production.into(),
                default_domain: "login.live.example".to_owned(),
                ..Default::default()
            }),
            request_id: String::new(),
        };
        app.tenants().create_environment(request).await.unwrap();
        let mut stand_in = new_connection("second");
        stand_in.parent = "environments/live".to_owned();
        let mut operator = latchkey_proto::v1::connection_admin_client::ConnectionAdminClient::new(
            app.keyed(&app.keys.operator),
        );
        let status = operator.create_connection(stand_in).await.unwrap_err();
        assert_eq!(wrong_fields(&status), ["connection.provider"]);
    }

    async fn its_state_follows_its_credentials_and_its_switch(app) {
        let made = app.create(new_connection("second")).await.unwrap();
        let credential = app.try_add_credential(new_credential(&made.name, "s")).await.unwrap();
        let ready = app.connection(&made.name).await.unwrap();
        let disabled = Connection { disabled: true, ..ready.clone() };
        let disabled = app.update(disabled, &["disabled"]).await.unwrap();
        let enabled = Connection { disabled: false, ..disabled.clone() };
        let enabled = app.update(enabled, &["disabled"]).await.unwrap();
        app.delete_credential(&credential.name).await.unwrap();
        let missing = app.connection(&made.name).await.unwrap();

        let states = [made, ready, disabled, enabled, missing].map(|found| found.state());
        assert_eq!(
            states,
            [
                ConnectionState::CredentialsMissing,
                ConnectionState::Ready,
                ConnectionState::Disabled,
                ConnectionState::Ready,
                ConnectionState::CredentialsMissing,
            ]
        );
    }

    async fn nothing_is_done_with_a_deleted_connection(app) {
        let credential = app.credentials(BITBUCKET).await.remove(0);
        app.delete(BITBUCKET, "").await.unwrap();

        let grant = || GrantApplicationRequest {
            connection: BITBUCKET.to_owned(),
            application: NOTES.to_owned(),
            ..GrantApplicationRequest::default()
        };
        let parent = BITBUCKET.to_owned();
        let refusals = [
            app.delete(BITBUCKET, "").await.unwrap_err(),
            app.update(
                Connection { name: BITBUCKET.to_owned(), disabled: true, ..Default::default() },
                &["disabled"],
            ).await.unwrap_err(),
            app.try_add_credential(new_credential(BITBUCKET, "s")).await.unwrap_err(),
            app.delete_credential(&credential.name).await.unwrap_err(),
            app.connections().grant_application(grant()).await.unwrap_err(),
            app.connections().list_callback_urls(ListCallbackUrlsRequest { parent, ..Default::default() }).await
                .unwrap_err(),
            app.begin_with(app.start_request()).await.unwrap_err(),
        ];
        for status in refusals {
            assert_eq!(refusal(&status), (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned()));
        }
        let listed = ListConnectionsRequest { parent: DEV.to_owned(), ..Default::default() };
        let listed = app.connections().list_connections(listed).await.unwrap().into_inner();
        assert_eq!(listed.connections, []);
        let events = app.connection_events(BITBUCKET).await;
        assert_eq!(events.last().unwrap(), &("connection.deleted".to_owned(), 4));
    }

    async fn every_change_is_told_and_numbered_without_gaps(app) {
        let made = app.create(new_connection("second")).await.unwrap();
        let name = made.name.clone();
        let first = app.try_add_credential(new_credential(&name, "one")).await.unwrap();
        let grant = GrantApplicationRequest {
            connection: name.clone(),
            application: NOTES.to_owned(),
            ..GrantApplicationRequest::default()
        };
        let (connection, application) = (name.clone(), NOTES.to_owned());
        let revoke = RevokeApplicationRequest { connection, application, ..Default::default() };
        for _twice in 0..2 {
            app.connections().grant_application(grant.clone()).await.unwrap();
        }
        for _twice in 0..2 {
            app.connections().revoke_application(revoke.clone()).await.unwrap();
        }
        let changed = Connection { trusted_provider: true, ..made };
        app.update(changed, &["trusted_provider"]).await.unwrap();
        let second = app.try_add_credential(new_credential(&name, "two")).await.unwrap();
        for _twice in 0..2 {
            app.promote(&second.name).await.unwrap();
        }
        app.delete_credential(&first.name).await.unwrap();
        app.delete(&name, "").await.unwrap();

        let expected = [
            "connection.created",
            "credential.created",
            "connection.application_granted",
            "connection.application_revoked",
            "connection.updated",
            "credential.created",
            "credential.promoted",
            "credential.deleted",
            "connection.deleted",
        ];
        let expected: Vec<_> = expected.iter().map(|&name| name.to_owned()).zip(1..).collect();
        assert_eq!(app.connection_events(&name).await, expected);
    }
}
