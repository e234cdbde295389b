//! A standby credential is made the active one: a new secret takes over without a failed sign-in.

use bitbucket_stand_in::StandIn;
use latchkey_domain::{name::CredentialName, time::Clock};
use latchkey_proto::{
    events::event_data::Data,
    v1::{CredentialRole, ListCallbackUrlsRequest},
};
use tonic::Code;

use crate::{
    both,
    harness::{
        TestApp,
        admin::{BITBUCKET, new_connection, new_credential, refusal},
        app::HOST,
        ends::outcome,
        looking::data,
    },
};

const NEW_SECRET: &str = "the-new-secret";

/// The name of the connection's newest credential: a standby of `key` with the new secret.
async fn add_standby(app: &TestApp, key: &str) -> String {
    app.add_credential(BITBUCKET, key, NEW_SECRET).await;
    app.credentials(BITBUCKET).await.pop().unwrap().name
}

both! {
    async fn the_one_that_was_active_stands_by(app) {
        let old = app.credentials(BITBUCKET).await.remove(0).name;
        let new = add_standby(&app, StandIn::CONSUMER_KEY).await;

        let promoted = app.promote(&new).await.unwrap();

        let listed = app.credentials(BITBUCKET).await;
        assert_eq!(listed[1], promoted);
        assert_eq!(promoted.client_secret, "");
        let roles = [CredentialRole::Standby, CredentialRole::Active];
        assert_eq!(app.roles(BITBUCKET).await, roles);
        match data(app.all_events().await.pop().unwrap()) {
            Data::CredentialPromoted(event) => {
                assert_eq!((event.credential, event.replaced_credential), (new, old));
            }
            other => panic!("{other:?}"),
        }
    }

    async fn the_oldest_standby_that_was_not_refused_follows_the_one_that_is_deleted(app) {
        let old = app.credentials(BITBUCKET).await.remove(0).name;
        let refused = add_standby(&app, StandIn::CONSUMER_KEY).await;
        let heir = add_standby(&app, StandIn::CONSUMER_KEY).await;
        add_standby(&app, StandIn::CONSUMER_KEY).await;
        let id = refused.parse::<CredentialName>().unwrap().credential;
        app.store.note_refusal(id, app.clock.now()).await.unwrap();

        app.delete_credential(&old).await.unwrap();

        assert_eq!(app.active(BITBUCKET).await, heir);
        match data(app.all_events().await.pop().unwrap()) {
            Data::CredentialPromoted(event) => {
                assert_eq!((event.credential, event.replaced_credential), (heir, old));
            }
            other => panic!("{other:?}"),
        }
    }

    async fn a_refused_standby_follows_where_there_is_no_other(app) {
        let old = app.credentials(BITBUCKET).await.remove(0).name;
        let refused = add_standby(&app, StandIn::CONSUMER_KEY).await;
        let id = refused.parse::<CredentialName>().unwrap().credential;
        app.store.note_refusal(id, app.clock.now()).await.unwrap();
        app.delete_credential(&old).await.unwrap();
        assert_eq!(app.active(BITBUCKET).await, refused);
    }

    async fn promoting_the_active_one_changes_nothing(app) {
        let new = add_standby(&app, StandIn::CONSUMER_KEY).await;
        let first = app.promote(&new).await.unwrap();
        let (rows, version) = (app.all_rows().await, "SELECT version FROM config_version");
        let before = app.database.number(version).await;

        assert_eq!(app.promote(&new).await.unwrap(), first);

        assert_eq!(app.all_rows().await, rows);
        assert_eq!(app.database.number(version).await, before);
    }

    async fn the_active_ones_of_other_hosts_stay(app) {
        let connection = app.create(new_connection("second")).await.unwrap().name;
        let mut made = Vec::new();
        for (secret, host) in [("a", ""), ("b", ""), ("c", HOST), ("d", HOST)] {
            let mut request = new_credential(&connection, secret);
            request.credential.as_mut().unwrap().host = host.to_owned();
            made.push(app.try_add_credential(request).await.unwrap().name);
        }
        let (active, standby) = (CredentialRole::Active, CredentialRole::Standby);

        app.promote(&made[1]).await.unwrap();
        assert_eq!(app.roles(&connection).await, [standby, active, active, standby]);
        app.promote(&made[3]).await.unwrap();
        assert_eq!(app.roles(&connection).await, [standby, active, standby, active]);

        let request = ListCallbackUrlsRequest { parent: connection.clone(), ..Default::default() };
        let urls = app.connections().list_callback_urls(request).await.unwrap().into_inner();
        assert_eq!(urls.callback_urls[0].credential, made[3]);
    }

    async fn new_sign_ins_begin_with_it(app) {
        app.bitbucket.rotate_secret(StandIn::CONSUMER_KEY, NEW_SECRET, false);
        let new = add_standby(&app, StandIn::CONSUMER_KEY).await;
        app.promote(&new).await.unwrap();

        let completed = app.come_back("alice").await;

        assert_eq!(outcome(&completed), "SIGNED_IN");
        assert_eq!(app.token_requests(), 1);
    }

    async fn a_sign_in_begun_before_finishes_with_the_credential_that_it_began_with(app) {
        let begun = app.begin().await;
        let callback = app.consent(&begun, "alice").await;
        let other = add_standby(&app, "anotherConsumersKey").await;
        app.promote(&other).await.unwrap();
        let next = app.begin().await;
        let url = next.authorization_url.as_str();
        assert!(url.contains("client_id=anotherConsumersKey"), "{url}");

        let completed = app.complete(&begun, &callback).await.unwrap();

        assert_eq!(outcome(&completed), "SIGNED_IN");
        assert_eq!(app.token_requests(), 1);
    }

    async fn a_sign_in_begun_before_falls_back_to_the_one_that_was_promoted(app) {
        let begun = app.begin().await;
        let callback = app.consent(&begun, "alice").await;
        app.bitbucket.rotate_secret(StandIn::CONSUMER_KEY, NEW_SECRET, false);
        let new = add_standby(&app, StandIn::CONSUMER_KEY).await;
        app.promote(&new).await.unwrap();

        let completed = app.complete(&begun, &callback).await.unwrap();

        assert_eq!(outcome(&completed), "SIGNED_IN");
        assert_eq!(app.token_requests(), 2);
    }

    async fn what_is_not_among_the_connections_credentials_is_not_promoted(app) {
        let second = app.create(new_connection("second")).await.unwrap().name;
        let new = add_standby(&app, StandIn::CONSUMER_KEY).await;
        let elsewhere = new.replace(BITBUCKET, &second);
        let deleted = add_standby(&app, StandIn::CONSUMER_KEY).await;
        app.delete_credential(&deleted).await.unwrap();
        let events = app.all_events().await.len();

        for name in [elsewhere, deleted] {
            let refused = app.promote(&name).await.unwrap_err();
            assert_eq!(refusal(&refused), (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned()));
        }

        let roles = [CredentialRole::Active, CredentialRole::Standby];
        assert_eq!(app.roles(BITBUCKET).await, roles);
        assert_eq!(app.all_events().await.len(), events);
    }
}
