//! A stand-in signs nobody in to a production environment, whatever the configuration said of it when
//! the connection was made.

use latchkey_proto::v1::{Connection, ListLoginOptionsRequest};

use crate::{
    both,
    harness::{TestApp, configuring::APPLICATION, person::login_code, reason, seed::REDIRECT_URI},
};

impl TestApp {
    /// Makes the environment one for production, below its connection to a stand-in: what is left in
    /// a database where the provider was not one when the connection was made.
    async fn go_live(&self) {
        self.database.execute("UPDATE environments SET kind = 'PRODUCTION'").await;
        // Any change tells the caches.
        self.redirect_to(&["https://notes.example/other", REDIRECT_URI]).await;
    }

    /// How many ways in the sign-in page shows.
    async fn ways_in(&self) -> usize {
        let request = ListLoginOptionsRequest {
            application: APPLICATION.to_owned(),
            redirect_uri: REDIRECT_URI.to_owned(),
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
