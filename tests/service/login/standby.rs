//! The one exception to "a code is sent once": the standby secret of the same key.

use bitbucket_stand_in::{Endpoint, Fault, Quirks, StandIn};

use crate::{
    both,
    harness::{TestApp, configuring::CONNECTION, ends::outcome},
};

/// Bitbucket takes the new secret only; the connection has the old one active, the new one standing by.
async fn with_standby(app: &TestApp, key: &str) {
    app.bitbucket.rotate_secret(StandIn::CONSUMER_KEY, "the-new-secret", false);
    app.add_credential(CONNECTION, key, "the-new-secret").await;
}

both! {
    async fn a_refused_secret_is_followed_by_the_standby_of_the_same_key(app) {
        with_standby(&app, StandIn::CONSUMER_KEY).await;
        for is_401 in [false, true] {
            app.bitbucket.set_quirks(Quirks { invalid_client_is_401: is_401, ..Quirks::default() });
            app.bitbucket.clear_requests();

            let completed = app.come_back("alice").await;

            assert_eq!(outcome(&completed), "SIGNED_IN", "401: {is_401}");
            assert_eq!(app.token_requests(), 2, "401: {is_401}");
        }
        assert_eq!(app.event_names().await, ["user.signed_up", "user.signed_in", "user.signed_in"]);
    }

    async fn a_code_that_was_burnt_by_the_refusal_is_not_sent_a_third_time(app) {
        with_standby(&app, StandIn::CONSUMER_KEY).await;
        app.bitbucket.set_quirks(Quirks { refused_code_is_burnt: true, ..Quirks::default() });

        let completed = app.come_back("alice").await;

        app.ended_without_anybody(&completed, ("CODE_REJECTED", "server_error")).await;
        assert_eq!(app.token_requests(), 2);
    }

    async fn two_refused_secrets_are_two_requests_and_no_more(app) {
        with_standby(&app, StandIn::CONSUMER_KEY).await;
        app.add_credential(CONNECTION, StandIn::CONSUMER_KEY, "a-third-secret").await;
        app.bitbucket.rotate_secret(StandIn::CONSUMER_KEY, "a-fourth-secret", false);

        let completed = app.come_back("alice").await;

        app.ended_without_anybody(&completed, ("CREDENTIALS_REJECTED", "server_error")).await;
        assert_eq!(app.token_requests(), 2);
    }

    async fn a_standby_of_another_key_never_sees_the_code(app) {
        with_standby(&app, "anotherConsumersKey").await;

        let completed = app.come_back("alice").await;

        app.ended_without_anybody(&completed, ("CREDENTIALS_REJECTED", "server_error")).await;
        assert_eq!(app.token_requests(), 1);
    }

    async fn a_standby_is_not_tried_when_the_code_may_have_been_looked_at(app) {
        app.bitbucket.rotate_secret(StandIn::CONSUMER_KEY, "the-new-secret", true);
        app.add_credential(CONNECTION, StandIn::CONSUMER_KEY, "the-new-secret").await;
        let faults = [
            (Fault::ServerError { status: 502 }, "PROVIDER_UNAVAILABLE"),
            (Fault::ConnectionReset, "PROVIDER_UNAVAILABLE"),
            (Fault::HtmlOk, "PROVIDER_MALFORMED"),
            (Fault::TruncatedJson, "PROVIDER_MALFORMED"),
        ];
        for (fault, reason) in faults {
            app.bitbucket.clear_requests();
            app.bitbucket.fail_next(Endpoint::Token, fault);
            assert_eq!(outcome(&app.come_back("alice").await), reason);
            assert_eq!(app.token_requests(), 1, "{fault:?}");
        }
        app.bitbucket.clear_requests();
        let begun = app.begin().await;
        let callback = app.consent(&begun, "alice").await;
        app.bitbucket.revoke_tokens(None);

        let completed = app.complete(&begun, &callback).await.unwrap();

        assert_eq!(outcome(&completed), "CODE_REJECTED");
        assert_eq!(app.token_requests(), 1);
    }

    async fn a_sign_in_outlives_the_credential_that_it_began_with(app) {
        let begun = app.begin().await;
        let callback = app.consent(&begun, "alice").await;
        app.bitbucket.rotate_secret(StandIn::CONSUMER_KEY, "the-new-secret", true);
        app.add_credential(CONNECTION, StandIn::CONSUMER_KEY, "the-new-secret").await;
        app.delete_the_oldest_credential().await;

        let completed = app.complete(&begun, &callback).await.unwrap();

        assert_eq!(outcome(&completed), "SIGNED_IN");
        assert_eq!(app.token_requests(), 1);
    }

    async fn a_sign_in_begun_with_a_deleted_and_refused_secret_goes_on_with_its_heir(app) {
        let begun = app.begin().await;
        let callback = app.consent(&begun, "alice").await;
        with_standby(&app, StandIn::CONSUMER_KEY).await;
        app.delete_the_oldest_credential().await;

        let completed = app.complete(&begun, &callback).await.unwrap();

        assert_eq!(outcome(&completed), "SIGNED_IN");
        assert_eq!(app.token_requests(), 2);
    }

    async fn a_sign_in_whose_credential_is_gone_sends_its_code_nowhere(app) {
        let begun = app.begin().await;
        let callback = app.consent(&begun, "alice").await;
        app.delete_the_oldest_credential().await;
        app.database.execute("UPDATE credentials SET deleted_at = 1").await;
        app.add_credential(CONNECTION, "anotherConsumersKey", "another-secret").await;

        let completed = app.complete(&begun, &callback).await.unwrap();

        app.ended_without_anybody(&completed, ("CONNECTION_CHANGED", "server_error")).await;
        assert_eq!(app.requests_of_ours(), 0);
    }
}
