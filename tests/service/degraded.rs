//! A connection whose active credential the provider refuses: it shows, and is offered as before.

use std::time::Duration;

use bitbucket_stand_in::{Endpoint, Fault, StandIn};
use latchkey_proto::v1::{
    Connection, ConnectionState, ListConnectionsRequest, ListLoginOptionsRequest,
};

use crate::{
    both,
    harness::{
        TestApp,
        admin::{BITBUCKET, DEV, NOTES},
        ends::outcome,
    },
};

const NEW_SECRET: &str = "the-new-secret";

/// Bitbucket takes another secret only.
fn refuse_the_active_one(app: &TestApp) {
    app.bitbucket.rotate_secret(StandIn::CONSUMER_KEY, NEW_SECRET, false);
}

/// Bitbucket takes the other secret only, which stands by.
async fn with_standby(app: &TestApp) {
    refuse_the_active_one(app);
    app.add_credential(BITBUCKET, StandIn::CONSUMER_KEY, NEW_SECRET).await;
}

/// What is noted of a credential is written a moment after the sign-in.
async fn becomes(app: &TestApp, state: ConnectionState) {
    for _moment in 0..200 {
        if app.connection(BITBUCKET).await.unwrap().state() == state {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never {state:?}: {:?}", app.credentials(BITBUCKET).await);
}

async fn is_offered(app: &TestApp) -> bool {
    let request = ListLoginOptionsRequest { application: NOTES.to_owned(), ..Default::default() };
    let options = app.login().list_login_options(request).await.unwrap().into_inner().options;
    options.iter().any(|option| option.connection == BITBUCKET)
}

both! {
    async fn a_refused_credential_shows_and_nobody_is_turned_away(app) {
        with_standby(&app).await;
        let events = app.connection_events(BITBUCKET).await;

        assert_eq!(outcome(&app.come_back("alice").await), "SIGNED_IN");
        becomes(&app, ConnectionState::Degraded).await;

        let request = ListConnectionsRequest { parent: DEV.to_owned(), ..Default::default() };
        let listed = app.connections().list_connections(request).await.unwrap().into_inner();
        assert_eq!(listed.connections[0].state(), ConnectionState::Degraded);
        let credentials = app.credentials(BITBUCKET).await;
        let refused: Vec<_> =
            credentials.iter().map(|found| found.last_refuse_time.is_some()).collect();
        assert_eq!(refused, [true, false]);
        assert!(is_offered(&app).await);
        assert_eq!(outcome(&app.come_back("alice").await), "SIGNED_IN");
        assert_eq!(app.connection_events(BITBUCKET).await, events);
    }

    async fn one_without_a_standby_is_offered_too(app) {
        refuse_the_active_one(&app);

        assert_eq!(outcome(&app.come_back("alice").await), "CREDENTIALS_REJECTED");

        becomes(&app, ConnectionState::Degraded).await;
        assert!(is_offered(&app).await);
    }

    async fn promoting_the_standby_ends_it(app) {
        with_standby(&app).await;
        app.come_back("alice").await;
        becomes(&app, ConnectionState::Degraded).await;

        let standby = app.credentials(BITBUCKET).await.pop().unwrap().name;
        app.promote(&standby).await.unwrap();

        let found = app.connection(BITBUCKET).await.unwrap();
        assert_eq!(found.state(), ConnectionState::Ready);
    }

    async fn deleting_the_refused_one_ends_it(app) {
        with_standby(&app).await;
        app.come_back("alice").await;
        becomes(&app, ConnectionState::Degraded).await;

        app.delete_the_oldest_credential().await;

        let found = app.connection(BITBUCKET).await.unwrap();
        assert_eq!(found.state(), ConnectionState::Ready);
    }

    // Uses and refusals are noted once a minute: a change from one to the other does not wait.
    async fn a_success_ends_it_at_once(app) {
        app.come_back("alice").await;
        becomes(&app, ConnectionState::Ready).await;
        refuse_the_active_one(&app);
        app.come_back("alice").await;
        becomes(&app, ConnectionState::Degraded).await;
        app.bitbucket.rotate_secret(StandIn::CONSUMER_KEY, StandIn::CONSUMER_SECRET, false);

        app.come_back("alice").await;

        becomes(&app, ConnectionState::Ready).await;
    }

    async fn what_one_replica_noted_does_not_keep_another_from_noting_the_contrary(app) {
        let other = app.replica(&app.key_file).await;
        app.come_back("alice").await;
        for (state, secret) in [
            (ConnectionState::Degraded, NEW_SECRET),
            (ConnectionState::Ready, StandIn::CONSUMER_SECRET),
            (ConnectionState::Degraded, NEW_SECRET),
        ] {
            app.bitbucket.rotate_secret(StandIn::CONSUMER_KEY, secret, false);
            let here = state == ConnectionState::Ready;
            // Another replica reads what was noted within a quarter of a second.
            for _moment in 0..20 {
                let begun = app.begin().await;
                let callback = app.consent(&begun, "alice").await;
                let request = app.complete_request(&begun, &callback);
                let mut login = if here { app.login() } else { other.login() };
                login.complete_login(request).await.unwrap();
                tokio::time::sleep(Duration::from_millis(100)).await;
                if app.connection(BITBUCKET).await.unwrap().state() == state {
                    break;
                }
            }
            let found = app.connection(BITBUCKET).await.unwrap();
            assert_eq!(found.state(), state, "{:?}", app.credentials(BITBUCKET).await);
        }
    }

    async fn another_failure_is_no_refusal(app) {
        for fault in [Fault::ServerError { status: 502 }, Fault::ConnectionReset, Fault::HtmlOk] {
            app.bitbucket.fail_next(Endpoint::Token, fault);
            app.come_back("alice").await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;

        assert_eq!(app.credentials(BITBUCKET).await[0].last_refuse_time, None);
        let found = app.connection(BITBUCKET).await.unwrap();
        assert_eq!(found.state(), ConnectionState::Ready);
    }

    async fn one_that_is_switched_off_is_disabled(app) {
        refuse_the_active_one(&app);
        app.come_back("alice").await;
        becomes(&app, ConnectionState::Degraded).await;

        let disabled = Connection { disabled: true, ..app.connection(BITBUCKET).await.unwrap() };
        let changed = app.update(disabled, &["disabled"]).await.unwrap();

        assert_eq!(changed.state(), ConnectionState::Disabled);
    }
}
