//! What a sign-in reads from memory: a change is seen at once where it is made, and within a second by
//! every other replica, whether or not there is a broker.

mod changed;

use std::time::{Duration, Instant};

use latchkey_proto::v1::{
    ApiKeyKind, DeleteApiKeyRequest, Environment, StartLoginRequest, UpdateEnvironmentRequest,
};
use tonic::Status;

use crate::{
    both,
    harness::{
        TestApp,
        admin::{BITBUCKET, DEV, new_key},
        broker::Corner,
        configuring::Right,
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

/// Waits until a change is seen, which takes a second at most.
async fn soon(what: &str, is_seen: impl AsyncFn() -> bool) {
    let changed = Instant::now();
    loop {
        let asked = changed.elapsed();
        if is_seen().await {
            return;
        }
        assert!(asked < SECOND, "{what} is not seen after {asked:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Gives the environment another default domain.
async fn move_away(app: &TestApp) {
    let moved = UpdateEnvironmentRequest {
        environment: Some(Environment {
            name: DEV.to_owned(),
            default_domain: "login.moved.example".to_owned(),
            ..Environment::default()
        }),
        update_mask: None,
    };
    app.tenants().update_environment(moved).await.unwrap();
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
    rights_that_are_taken_are_taken_everywhere(app)
        { app.grant_only(&[Right::Link]).await } => "APPLICATION_NOT_GRANTED";
    a_deleted_application_is_gone_everywhere(app)
        { app.delete_the_application().await } => "RESOURCE_NOT_FOUND";
    a_default_domain_that_is_given_up_is_given_up_everywhere(app)
        { move_away(&app).await } => "FIELD_INVALID";
}

both! {
    async fn an_address_that_is_added_is_known_everywhere(app) {
        let replica = warm(&app).await;
        let mut request = app.start_request();
        request.redirect_uri = "https://notes.example/new".to_owned();
        let before = start_there(&replica, &request).await.unwrap_err();
        assert_eq!(reason(&before), "REDIRECT_URI_NOT_REGISTERED");
        app.redirect_to(&[REDIRECT_URI, "https://notes.example/new"]).await;
        app.begin_with(request.clone()).await.unwrap();
        soon("the address", async || start_there(&replica, &request).await.is_ok()).await;
    }

    async fn a_deleted_key_works_nowhere(app) {
        let (key, secret) = app.create_key(new_key(ApiKeyKind::Gateway)).await.unwrap();
        let replica = app.replica(&app.key_file).await.with_gateway_key(&secret);
        let request = app.start_request();
        soon("a new key", async || start_there(&replica, &request).await.is_ok()).await;
        app.tenants().delete_api_key(DeleteApiKeyRequest { name: key.name }).await.unwrap();
        let refused = async || {
            let answer = start_there(&replica, &request).await;
            answer.is_err_and(|refused| reason(&refused) == "CREDENTIALS_INVALID")
        };
        soon("its end", refused).await;
    }
}
