//! What a sign-in reads from memory: a change is seen at once where it is made, and within a second by
//! every other replica, whether or not there is a broker.

use std::time::{Duration, Instant};

use latchkey_proto::v1::{ApiKeyKind, DeleteApiKeyRequest, StartLoginRequest};
use tonic::Status;

use crate::{
    both,
    harness::{
        TestApp,
        admin::{BITBUCKET, new_key},
        broker::Corner,
        reason,
        replica::Replica,
        seed::REDIRECT_URI,
    },
};

/// Within this, a change is seen everywhere.
const SECOND: Duration = Duration::from_secs(1);
/// Where nobody listens.
const NO_BROKER: &str = "amqp://guest:guest@127.0.0.1:1/%2f";

async fn start_there(replica: &Replica, request: &StartLoginRequest) -> Result<(), Status> {
    replica.login().start_login(request.clone()).await.map(|_| ())
}

/// The reason that a start is refused for, here at once and there within a second.
async fn assert_refused_everywhere(app: &TestApp, replica: &Replica, wanted: &str) {
    let changed = Instant::now();
    let request = app.start_request();
    let here = app.login().start_login(request.clone()).await.unwrap_err();
    assert_eq!(reason(&here), wanted);
    loop {
        let asked = changed.elapsed();
        match start_there(replica, &request).await {
            Err(there) => {
                assert_eq!(reason(&there), wanted);
                return;
            }
            Ok(()) => assert!(asked < SECOND, "{wanted} is not seen after {asked:?}"),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A second process that knows what a sign-in reads by heart, both without a broker.
async fn warm(app: &TestApp) -> Replica {
    let replica = app.replica(&app.key_file).await;
    // Its cache follows by then.
    tokio::time::sleep(Duration::from_millis(300)).await;
    for _ in 0..3 {
        app.begin().await;
        start_there(&replica, &app.start_request()).await.unwrap();
    }
    replica
}

macro_rules! seen {
    ($($name:ident($app:ident) $change:block => $reason:literal;)*) => {
        both! {$(
            async fn $name($app) {
                let relay = $app.relay_to(&Corner::at(NO_BROKER));
                let replica = warm(&$app).await;
                $change;
                assert_refused_everywhere(&$app, &replica, $reason).await;
                assert!(!relay.status.borrow().connected);
                relay.stop().await;
            }
        )*}
    };
}

seen! {
    a_connection_that_is_switched_off_is_off_everywhere(app)
        { app.disable_the_connection().await } => "CONNECTION_DISABLED";
    a_deleted_connection_is_gone_everywhere(app)
        { app.delete(BITBUCKET, "").await.unwrap() } => "RESOURCE_NOT_FOUND";
    a_grant_that_is_taken_is_taken_everywhere(app)
        { app.revoke_the_application().await } => "APPLICATION_NOT_GRANTED";
    a_redirect_uri_that_is_given_up_is_given_up_everywhere(app)
        { app.redirect_to(&["https://notes.example/other"]).await } => "REDIRECT_URI_NOT_REGISTERED";
    a_deleted_credential_is_gone_everywhere(app)
        { app.delete_the_oldest_credential().await } => "CREDENTIALS_MISSING";
}

both! {
    async fn an_address_that_is_added_is_known_everywhere(app) {
        let replica = warm(&app).await;
        let mut request = app.start_request();
        request.redirect_uri = "https://notes.example/new".to_owned();
        let before = start_there(&replica, &request).await.unwrap_err();
        assert_eq!(reason(&before), "REDIRECT_URI_NOT_REGISTERED");
        app.redirect_to(&[REDIRECT_URI, "https://notes.example/new"]).await;
        let changed = Instant::now();
        app.begin_with(request.clone()).await.unwrap();
        loop {
            let asked = changed.elapsed();
            if start_there(&replica, &request).await.is_ok() {
                return;
            }
            assert!(asked < SECOND, "it is not known after {asked:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn a_deleted_key_works_nowhere(app) {
        let (key, secret) = app.create_key(new_key(ApiKeyKind::Gateway)).await.unwrap();
        let replica = app.replica(&app.key_file).await.with_gateway_key(&secret);
        let begun = Instant::now();
        while start_there(&replica, &app.start_request()).await.is_err() {
            assert!(begun.elapsed() < SECOND, "a new key is not known");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        app.tenants().delete_api_key(DeleteApiKeyRequest { name: key.name }).await.unwrap();
        let deleted = Instant::now();
        loop {
            let asked = deleted.elapsed();
            match start_there(&replica, &app.start_request()).await {
                Err(refused) => {
                    assert_eq!(reason(&refused), "CREDENTIALS_INVALID");
                    return;
                }
                Ok(()) => assert!(asked < SECOND, "it works after {asked:?}"),
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
