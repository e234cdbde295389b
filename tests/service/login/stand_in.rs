//! A stand-in signs nobody in to a production environment, whatever the configuration said of it when
//! the connection was made.

use latchkey_proto::v1::{
    Connection, ConnectionState, ConnectionWarning, ConnectionWarningReason as Warning,
    ListLoginOptionsRequest,
};

use crate::{
    both,
    harness::{
        TestApp,
        configuring::{APPLICATION, CONNECTION},
        person::login_code,
        reason,
        seed::REDIRECT_URI,
    },
};

impl TestApp {
    /// Makes the environment one for production, below its connection to a stand-in: what is left in
    /// a database where the provider was not one when the connection was made.
    async fn go_live(&self) {
        self.database.execute("UPDATE environments SET kind = 'PRODUCTION'").await;
        // Any change tells the caches.
        self.redirect_to(&["https://notes.example/other", REDIRECT_URI]).await;
    }

    /// Leaves the connection's provider out of the configuration, as after a restart with another file.
    async fn lose_the_provider(&self) {
        self.database.execute("UPDATE connections SET provider = 'gone'").await;
        self.redirect_to(&["https://notes.example/other", REDIRECT_URI]).await;
    }

    /// What administrators are told of the connection: its state, and its warnings.
    async fn told(&self) -> (ConnectionState, Vec<Warning>) {
        let found = self.connection(CONNECTION).await.unwrap();
        assert!(found.warnings.iter().all(|warning| warning.description.ends_with('.')));
        (found.state(), found.warnings.iter().map(ConnectionWarning::reason).collect())
    }

    /// How many ways in the sign-in page shows.
    async fn ways_in(&self) -> usize {
        let request = ListLoginOptionsRequest {
            application: APPLICATION.to_owned(),
            redirect_uri: REDIRECT_URI.to_owned(),
            ..Default::default()
        };
        self.login().list_login_options(request).await.unwrap().into_inner().options.len()
    }
}

both! {
    async fn nobody_starts_through_a_stand_in_in_production_not_even_after_an_update(app) {
        assert_eq!(app.ways_in().await, 1);
        app.go_live().await;
        assert_eq!(app.ways_in().await, 0);
        let refused = app.begin_with(app.start_request()).await.unwrap_err();
        assert_eq!(reason(&refused), "CONNECTION_DISABLED");

        app.disable_the_connection().await;
        app.change_connection("disabled", Connection::default()).await;
        app.trust_the_provider().await;

        assert_eq!(app.ways_in().await, 0);
        let refused = app.begin_with(app.start_request()).await.unwrap_err();
        assert_eq!(reason(&refused), "CONNECTION_DISABLED");
    }

    async fn the_state_says_that_a_stand_in_signs_nobody_in_to_production(app) {
        assert_eq!(app.told().await, (ConnectionState::Ready, vec![]));
        app.go_live().await;
        let unusable = (ConnectionState::ProviderUnusable, vec![Warning::ProviderIsStandIn]);
        assert_eq!(app.told().await, unusable);
        let request = latchkey_proto::v1::ListConnectionsRequest {
            parent: "environments/dev".to_owned(),
            ..Default::default()
        };
        let listed = app.connections().list_connections(request).await.unwrap().into_inner();
        assert_eq!(listed.connections[0], app.connection(CONNECTION).await.unwrap());

        app.trust_the_provider().await;
        let both = vec![Warning::TrustedProvider, Warning::ProviderIsStandIn];
        assert_eq!(app.told().await, (ConnectionState::ProviderUnusable, both.clone()));
        app.disable_the_connection().await;
        assert_eq!(app.told().await, (ConnectionState::Disabled, both));
    }

    async fn nobody_comes_in_by_a_provider_that_left_the_configuration(app) {
        let begun = app.begin().await;
        let callback = app.consent(&begun, "alice").await;
        assert_eq!(app.ways_in().await, 1);

        app.lose_the_provider().await;

        let unusable = (ConnectionState::ProviderUnusable, vec![Warning::ProviderNotConfigured]);
        assert_eq!(app.told().await, unusable);
        assert_eq!(app.ways_in().await, 0);
        let refused = app.begin_with(app.start_request()).await.unwrap_err();
        assert_eq!(reason(&refused), "CONNECTION_DISABLED");
        let completed = app.complete(&begun, &callback).await.unwrap();
        app.ended_without_anybody(&completed, ("CONNECTION_DISABLED", "unauthorized_client")).await;
        assert_eq!(app.token_requests(), 0);
    }

    async fn who_was_at_a_stand_in_meanwhile_is_not_let_in_to_production(app) {
        let begun = app.begin().await;
        let callback = app.consent(&begun, "alice").await;
        app.go_live().await;

        let completed = app.complete(&begun, &callback).await.unwrap();

        app.ended_without_anybody(&completed, ("CONNECTION_DISABLED", "unauthorized_client")).await;
        assert_eq!(app.token_requests(), 0);
    }

    async fn whom_a_stand_in_vouched_for_is_not_handed_over_in_production(app) {
        let completed = app.come_back("alice").await;
        app.go_live().await;

        let refused = app.redeem(&login_code(&completed)).await;

        assert_eq!(reason(&refused.unwrap_err()), "CONNECTION_DISABLED");
    }
}
