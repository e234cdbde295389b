//! Starting a sign-in: what it takes, what it gives, and that it leaves nothing behind.

use std::collections::BTreeSet;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use futures_util::{StreamExt, stream};
use latchkey_proto::v1::{Connection, StartLoginRequest};
use sha2::{Digest, Sha256};
use tonic::Code;
use tonic_types::StatusExt;

use crate::{
    both,
    harness::{
        TestApp,
        ends::outcome,
        person::{parameter, redirect},
        reason,
    },
};

/// Why a start is refused.
async fn refusal(app: &TestApp, change: impl FnOnce(&mut StartLoginRequest)) -> tonic::Status {
    let mut request = app.start_request();
    change(&mut request);
    app.begin_with(request).await.unwrap_err()
}

both! {
    async fn a_thousand_starts_are_all_different_and_write_nothing(app) {
        let before = app.rows_of_all_tables().await;

        let begun: Vec<_> = stream::iter(0..1_000)
            .map(|_| app.begin())
            .buffer_unordered(50)
            .collect()
            .await;

        assert_eq!(app.rows_of_all_tables().await, before);
        let states: BTreeSet<_> = begun.iter().map(|begun| begun.state.clone()).collect();
        assert_eq!(states.len(), 1_000);
        let secrets: BTreeSet<_> = begun.iter().map(|begun| begun.browser_secret.clone()).collect();
        assert_eq!(secrets.len(), 1_000);
        let cookies: BTreeSet<_> = begun.iter().map(|begun| begun.cookie_name.clone()).collect();
        assert_eq!(cookies.len(), 1_000);
        assert_eq!(app.bitbucket.requests(), []);
    }

    async fn a_browser_gets_32_random_bytes_and_a_name_for_them(app) {
        let begun = app.begin().await;

        assert_eq!(BASE64_URL_SAFE_NO_PAD.decode(&begun.browser_secret).unwrap().len(), 32);
        let digest = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&begun.state));
        assert_eq!(begun.cookie_name, format!("__Host-latchkey-{}", &digest[..16]));
        let started = app.login().start_login(app.start_request()).await.unwrap().into_inner();
        assert_eq!(started.cookie_max_age.unwrap().seconds, 45 * 60);
    }

    async fn the_longest_state_is_short_enough_for_a_url(app) {
        let mut request = app.start_request();
        request.state = "~".repeat(512);
        request.login_hint = "h".repeat(256);
        request.prompt = "p".repeat(64);

        let begun = app.begin_with(request).await.unwrap();

        assert!(begun.state.len() < 1536, "{}", begun.state.len());
        let callback = app.consent(&begun, "alice").await;
        let completed = app.complete(&begun, &callback).await.unwrap();
        let url = redirect(&completed);
        assert_eq!(parameter(&url, "state"), "~".repeat(512));
    }

    async fn without_a_state_of_its_own_the_application_gets_none_back(app) {
        let mut request = app.start_request();
        request.state.clear();
        let begun = app.begin_with(request).await.unwrap();
        let callback = app.consent(&begun, "alice").await;

        let completed = app.complete(&begun, &callback).await.unwrap();

        assert_eq!(outcome(&completed), "SIGNED_IN");
        let url = redirect(&completed);
        assert!(url.query_pairs().all(|(name, _)| name == "code"), "{url}");
    }

    async fn a_redirect_uri_is_compared_character_by_character(app) {
        let near = [
            "", "https://notes.example/callback/", "https://notes.example/callback?",
            "https://notes.example/callback#", "https://notes.example/Callback",
            "https://NOTES.example/callback", "https://notes.example:443/callback",
            "http://notes.example/callback", "https://notes.example/callback/../callback",
            "https://notes.example/%63allback", "https://notes.example.attacker.example/callback",
            "https://attacker.example@notes.example/callback", "https://notes.example./callback",
            "https://notes.example\\callback", "https://notes.example/callback;a",
            "//notes.example/callback", " https://notes.example/callback",
            "https://notes.example/callback\t", "https://notes.example/callback\u{0}",
        ];
        for uri in near {
            let status = refusal(&app, |request| uri.clone_into(&mut request.redirect_uri)).await;
            assert_eq!(reason(&status), "REDIRECT_URI_NOT_REGISTERED", "{uri}");
            assert_eq!(status.code(), Code::InvalidArgument, "{uri}");
        }
    }

    async fn a_sign_in_begins_on_a_host_of_the_environment_only(app) {
        for host in ["login.example.org", "login.example.com:8443", "localhost:8080", "10.0.0.1"] {
            let status = refusal(&app, |request| host.clone_into(&mut request.host)).await;
            assert_eq!(reason(&status), "FIELD_INVALID", "{host}");
            let violations = status.get_details_bad_request().unwrap().field_violations;
            assert_eq!(violations[0].field, "host", "{host}");
        }
    }

    async fn what_is_not_there_cannot_be_begun(app) {
        let status = refusal(&app, |request| request.connection.push_str("-x")).await;
        assert_eq!(reason(&status), "RESOURCE_NOT_FOUND");
        let status = refusal(&app, |request| request.application.push_str("-x")).await;
        assert_eq!(reason(&status), "RESOURCE_NOT_FOUND");
        app.delete_the_connection().await;
        assert_eq!(reason(&refusal(&app, |_| ()).await), "RESOURCE_NOT_FOUND");
    }

    async fn a_connection_that_is_switched_off_begins_nothing(app) {
        app.disable_the_connection().await;

        let status = refusal(&app, |_| ()).await;

        assert_eq!(status.code(), Code::FailedPrecondition);
        assert_eq!(reason(&status), "CONNECTION_DISABLED");
        app.change_connection("disabled", Connection::default()).await;
        app.sign_in("alice").await;
    }

    async fn an_application_without_the_connection_begins_nothing(app) {
        app.revoke_the_application().await;

        let status = refusal(&app, |_| ()).await;

        assert_eq!(status.code(), Code::FailedPrecondition);
        assert_eq!(reason(&status), "APPLICATION_NOT_GRANTED");
    }

    async fn a_connection_without_credentials_begins_nothing(app) {
        app.delete_the_oldest_credential().await;

        let status = refusal(&app, |_| ()).await;

        assert_eq!(status.code(), Code::FailedPrecondition);
        assert_eq!(reason(&status), "CREDENTIALS_MISSING");
    }
}
