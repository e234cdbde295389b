//! Several processes: other keys, other endpoints, the same database.

use bitbucket_stand_in::StandIn;
use futures_util::future::join_all;

use crate::{
    both,
    harness::{
        configuring::CONNECTION,
        ends::outcome,
        person::{Begun, login_code},
        reason,
        replica::another_bitbucket,
    },
};

both! {
    async fn a_state_of_another_service_is_refused(app) {
        // It opens what is kept, so that it can start; what it seals nobody else opens.
        let mut keys = app.key_file.clone();
        let own = keys.add().unwrap();
        keys.promote(own).unwrap();
        let stranger = app.replica(&keys).await;
        let started = stranger.login().start_login(app.start_request()).await.unwrap();
        let begun = Begun::new(CONNECTION.to_owned(), started.into_inner());
        let callback = app.consent(&begun, "alice").await;

        let status = app.complete(&begun, &callback).await.unwrap_err();

        assert_eq!(reason(&status), "STATE_INVALID");
        assert_eq!(app.requests_of_ours(), 0);
    }

    async fn a_sign_in_goes_on_while_the_key_ring_is_rotated(app) {
        let begun_before = app.begin().await;
        let callback = app.consent(&begun_before, "alice").await;
        let mut keys = app.key_file.clone();
        let added = keys.add().unwrap();
        let prepared = app.replica(&keys).await;
        keys.promote(added).unwrap();
        let rotated = app.replica(&keys).await;

        // Begun under the old key, finished and answered again under the new one.
        let request = app.complete_request(&begun_before, &callback);
        let completed = rotated.login().complete_login(request).await.unwrap().into_inner();
        assert_eq!(outcome(&completed), "SIGNED_IN");
        assert_eq!(app.complete(&begun_before, &callback).await.unwrap(), completed);
        app.redeem(&login_code(&completed)).await.unwrap();

        // Begun under the new key, finished by a process that seals with the old one still.
        let started = rotated.login().start_login(app.start_request()).await.unwrap();
        let begun = Begun::new(CONNECTION.to_owned(), started.into_inner());
        let callback = app.consent(&begun, "alice").await;
        let request = app.complete_request(&begun, &callback);
        let completed = prepared.login().complete_login(request).await.unwrap().into_inner();
        assert_eq!(outcome(&completed), "SIGNED_IN");
        app.redeem(&login_code(&completed)).await.unwrap();
    }

    async fn of_64_callbacks_to_two_processes_one_does_the_work(app) {
        let other = app.replica(&app.key_file).await;
        let begun = app.begin().await;
        let callback = app.consent(&begun, "alice").await;
        let request = app.complete_request(&begun, &callback);

        let answers = join_all((0..64).map(async |n| {
            let mut login = if n % 2 == 0 { app.login() } else { other.login() };
            login.complete_login(request.clone()).await.unwrap().into_inner()
        }))
        .await;

        assert_eq!(outcome(&answers[0]), "SIGNED_IN");
        assert!(answers.iter().all(|answer| *answer == answers[0]));
        assert_eq!(app.token_requests(), 1);
        assert_eq!(app.event_names().await, ["user.signed_up", "user.signed_in"]);
    }

    async fn a_code_is_not_sent_to_endpoints_that_changed_since_the_start(app) {
        let elsewhere = another_bitbucket().await;
        let changed = app.replica_at(&app.key_file, elsewhere.base_url()).await;
        let begun = app.begin().await;
        let callback = app.consent(&begun, "alice").await;
        let request = app.complete_request(&begun, &callback);

        let completed = changed.login().complete_login(request).await.unwrap().into_inner();

        app.ended_without_anybody(&completed, ("CONNECTION_CHANGED", "server_error")).await;
        assert_eq!(elsewhere.control().requests(), []);
        assert_eq!(app.requests_of_ours(), 0);
        elsewhere.stop().await;
    }

    async fn another_process_sees_a_credential_that_is_younger_than_its_cache(app) {
        let other = app.replica(&app.key_file).await;
        // It knows the connection as it is now.
        let started = other.login().start_login(app.start_request()).await.unwrap();
        Begun::new(CONNECTION.to_owned(), started.into_inner());
        app.add_credential(
            CONNECTION,
            StandIn::CONSUMER_KEY,
            "the-new-secret",
        )
        .await;
        app.bitbucket.rotate_secret(
            StandIn::CONSUMER_KEY,
            "the-new-secret",
            true,
        );
        app.delete_the_oldest_credential().await;
        let begun = app.begin().await;
        let callback = app.consent(&begun, "alice").await;
        let request = app.complete_request(&begun, &callback);

        let completed = other.login().complete_login(request).await.unwrap().into_inner();

        assert_eq!(outcome(&completed), "SIGNED_IN");
        assert_eq!(app.token_requests(), 1);
    }
}
