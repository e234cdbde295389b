//! The keys and secrets of consumers: kept, never shown, taken away.

use std::time::Duration;

use bitbucket_stand_in::StandIn;
use latchkey_proto::v1::{
    CredentialRole, ListCallbackUrlsRequest, ListCredentialsRequest, ListCredentialsResponse,
    complete_login_response::Outcome,
};
use prost::Message;
use tonic::Code;

use crate::{
    both,
    harness::{
        TestApp,
        admin::{BITBUCKET, new_connection, new_credential, refusal, wrong_fields},
        app::HOST,
    },
};

const SECRET: &str = "canary-of-a-client-secret";
const ID: &str = "6f1d3c62-64f8-4d9f-9f4e-0a0a1b2c3d4e";

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Host, URL and credential of each.
async fn callback_urls(app: &TestApp, connection: &str) -> Vec<(String, String, String)> {
    let request = ListCallbackUrlsRequest { parent: connection.to_owned(), ..Default::default() };
    let listed = app.connections().list_callback_urls(request).await.unwrap().into_inner();
    listed.callback_urls.into_iter().map(|url| (url.host, url.url, url.credential)).collect()
}

both! {
    async fn a_secret_never_comes_back(app) {
        let connection = app.create(new_connection("second")).await.unwrap().name;
        let made = app.try_add_credential(new_credential(&connection, SECRET)).await.unwrap();
        let request = ListCredentialsRequest { parent: connection.clone(), ..Default::default() };
        let listed: ListCredentialsResponse =
            app.connections().list_credentials(request).await.unwrap().into_inner();

        assert_eq!(listed.credentials, std::slice::from_ref(&made));
        assert!(!holds(&made.encode_to_vec(), SECRET));
        assert!(!holds(&listed.encode_to_vec(), SECRET));
        for event in app.all_events().await {
            assert!(!holds(&event.encode_to_vec(), SECRET));
        }
        let mut bad = new_credential(&connection, &format!("{SECRET} {SECRET}"));
        bad.request_id = "nonsense".to_owned();
        let refused = app.try_add_credential(bad).await.unwrap_err();
        assert_eq!(wrong_fields(&refused), ["request_id", "credential.client_secret"]);
        assert!(!refused.message().contains("canary"), "{refused:?}");
        assert!(!holds(refused.details(), "canary"), "{refused:?}");
    }

    async fn a_secret_is_sealed_in_the_database(app) {
        app.try_add_credential(new_credential(BITBUCKET, SECRET)).await.unwrap();
        let in_clear = if app.database.is_postgres() {
            format!("position('{SECRET}'::bytea IN sealed_secret) > 0")
        } else {
            format!("instr(sealed_secret, CAST('{SECRET}' AS BLOB)) > 0")
        };
        let in_clear = format!("SELECT COUNT(*) FROM credentials WHERE {in_clear}");
        assert_eq!(app.database.number(&in_clear).await, 0);
        let sealed = "SELECT COUNT(*) FROM credentials WHERE length(sealed_secret) > 25";
        assert_eq!(app.database.number(sealed).await, 2);
    }

    async fn a_fingerprint_tells_secrets_apart_and_nothing_else(app) {
        let one = app.try_add_credential(new_credential(BITBUCKET, "one")).await.unwrap();
        let same = app.try_add_credential(new_credential(BITBUCKET, "one")).await.unwrap();
        let two = app.try_add_credential(new_credential(BITBUCKET, "two")).await.unwrap();

        assert_eq!(one.secret_fingerprint, same.secret_fingerprint);
        assert_ne!(one.secret_fingerprint, two.secret_fingerprint);
        assert_eq!(one.secret_fingerprint.len(), 16);
        // The first half of SHA-256("one"): anybody could try secrets against that.
        assert_ne!(one.secret_fingerprint, "7692c3ad3540bb80");
    }

    async fn only_checking_tells_the_fingerprint_and_adds_nothing(app) {
        let mut request = new_credential(BITBUCKET, "one");
        request.validate_only = true;
        request.request_id = ID.to_owned();
        let before = app.all_rows().await;
        let checked = app.try_add_credential(request.clone()).await.unwrap();

        assert_eq!(app.all_rows().await, before);
        assert_eq!(checked.role(), CredentialRole::Standby);
        request.validate_only = false;
        let made = app.try_add_credential(request.clone()).await.unwrap();
        assert_eq!(made.secret_fingerprint, checked.secret_fingerprint);
        assert_ne!(made.name, checked.name);

        request.request_id.clear();
        request.validate_only = true;
        request.credential.as_mut().unwrap().host = "elsewhere.example".to_owned();
        let refused = app.try_add_credential(request).await.unwrap_err();
        assert_eq!(wrong_fields(&refused), ["credential.host"]);
    }

    async fn a_host_has_one_active_credential_and_standbys(app) {
        let connection = app.create(new_connection("second")).await.unwrap().name;
        let for_host = |secret: &str| {
            let mut request = new_credential(&connection, secret);
            request.credential.as_mut().unwrap().host = HOST.to_owned();
            request
        };
        let first = app.try_add_credential(new_credential(&connection, "a")).await.unwrap();
        let second = app.try_add_credential(new_credential(&connection, "b")).await.unwrap();
        let own = app.try_add_credential(for_host("c")).await.unwrap();
        let own_standby = app.try_add_credential(for_host("d")).await.unwrap();
        let (active, standby) = (CredentialRole::Active, CredentialRole::Standby);
        assert_eq!(app.roles(&connection).await, [active, standby, active, standby]);
        assert_eq!(callback_urls(&app, &connection).await[0].2, own.name);

        app.delete_credential(&first.name).await.unwrap();
        assert_eq!(app.roles(&connection).await, [active, active, standby]);
        app.delete_credential(&own_standby.name).await.unwrap();
        assert_eq!(app.roles(&connection).await, [active, active]);
        app.delete_credential(&own.name).await.unwrap();
        assert_eq!(callback_urls(&app, &connection).await[0].2, second.name);
        let gone = app.delete_credential(&own.name).await.unwrap_err();
        assert_eq!(refusal(&gone), (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned()));
    }

    async fn sixteen_at_once_make_one_active(app) {
        let connection = app.create(new_connection("second")).await.unwrap().name;
        let made = futures_util::future::join_all(
            (0..16).map(|n| app.try_add_credential(new_credential(&connection, &format!("s{n}")))),
        );
        let made: Vec<_> = made.await.into_iter().filter_map(Result::ok).collect();
        let roles = app.roles(&connection).await;

        assert_eq!(roles.len(), made.len());
        assert_eq!(roles.iter().filter(|role| **role == CredentialRole::Active).count(), 1);
        let events = app.connection_events(&connection).await;
        let numbers: Vec<_> = events.iter().map(|(_, number)| *number).collect();
        let gapless: Vec<_> = (1..).take(made.len() + 1).collect();
        assert_eq!(numbers, gapless);
    }

    async fn a_host_must_be_the_environments(app) {
        for host in ["login.other.example", "LOGIN.example.com", "https://login.example.com"] {
            let mut request = new_credential(BITBUCKET, "s");
            request.credential.as_mut().unwrap().host = host.to_owned();
            let refused = app.try_add_credential(request).await.unwrap_err();
            assert_eq!(wrong_fields(&refused), ["credential.host"], "{host}");
        }
        assert_eq!(app.credentials(BITBUCKET).await.len(), 1);
    }

    async fn a_repeated_request_adds_one_credential(app) {
        let request = |secret: &str| {
            let mut request = new_credential(BITBUCKET, secret);
            request.request_id = ID.to_owned();
            request
        };
        let first = app.try_add_credential(request("one")).await.unwrap();
        let again = app.try_add_credential(request("one")).await.unwrap();
        let other = app.try_add_credential(request("two")).await.unwrap_err();

        assert_eq!(first, again);
        assert_eq!(refusal(&other), (Code::InvalidArgument, "REQUEST_ID_REUSED".to_owned()));
        assert_eq!(app.credentials(BITBUCKET).await.len(), 2);
    }

    async fn a_list_comes_in_pages(app) {
        for n in 0..4 {
            app.try_add_credential(new_credential(BITBUCKET, &format!("s{n}"))).await.unwrap();
        }
        let all = app.credentials(BITBUCKET).await;
        let mut request = ListCredentialsRequest {
            parent: BITBUCKET.to_owned(),
            page_size: 2,
            page_token: String::new(),
        };
        let mut seen = Vec::new();
        loop {
            let page = app.connections().list_credentials(request.clone()).await.unwrap();
            let page = page.into_inner();
            seen.extend(page.credentials);
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        assert_eq!(seen.len(), 5);
        assert_eq!(seen, all);
    }

    async fn the_callback_url_is_told_before_and_after_the_credential(app) {
        let connection = app.create(new_connection("second")).await.unwrap().name;
        let url = "https://login.example.com/login/callback/second";
        let expected = |credential: &str| {
            let (host, url) = (HOST.to_owned(), url.to_owned());
            [(host, url, credential.to_owned())]
        };
        assert_eq!(callback_urls(&app, &connection).await, expected(""));
        let made = app.try_add_credential(new_credential(&connection, "s")).await.unwrap();
        assert_eq!(callback_urls(&app, &connection).await, expected(&made.name));
    }

    async fn a_sign_in_begun_with_a_deleted_credential_still_finishes(app) {
        let begun = app.begin().await;
        let old = app.credentials(BITBUCKET).await.remove(0);
        app.delete_credential(&old.name).await.unwrap();
        let refused = app.begin_with(app.start_request()).await.unwrap_err();
        let missing = (Code::FailedPrecondition, "CREDENTIALS_MISSING".to_owned());
        assert_eq!(refusal(&refused), missing);

        app.clock.advance(Duration::from_secs(590));
        let callback = app.consent(&begun, "alice").await;
        let completed = app.complete(&begun, &callback).await.unwrap();
        assert!(matches!(completed.outcome, Some(Outcome::SignedIn(_))), "{completed:?}");
    }

    async fn a_use_is_noted_when_the_provider_accepted(app) {
        assert_eq!(app.credentials(BITBUCKET).await[0].last_use_time, None);
        app.sign_in("alice").await;
        for _moment in 0..200 {
            if app.credentials(BITBUCKET).await[0].last_use_time.is_some() {
                assert_eq!(app.credentials(BITBUCKET).await[0].client_id, StandIn::CONSUMER_KEY);
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no use was noted");
    }
}
