//! A process whose ring lacks a key that rows are sealed with: it says so, gets no calls, and harms
//! nothing.

use latchkey_domain::caller::Caller;
use latchkey_keyring::KeyFile;
use latchkey_proto::v1::{
    GetConnectionRequest, ListConnectionsRequest, RedeemTestTicketRequest, TestLoginState,
};
use tonic::Code;
use tonic_health::pb::health_check_response::ServingStatus::{self, NotServing, Serving};

use crate::{
    both,
    connection_checks::{faults, lines},
    harness::{
        TestApp,
        admin::{BITBUCKET, DEV, new_credential, refusal},
        app::HOST,
        ends::outcome,
        person::{Begun, login_code},
        replica::Replica,
        trying::begun_test,
    },
    health::becomes,
};

const OPENS_SECRETS: [&str; 3] = ["", "latchkey.v1.ConnectionAdmin", "latchkey.v1.SocialLogin"];
const OPENS_NONE: [&str; 3] =
    ["latchkey.v1.TenantAdmin", "latchkey.v1.UserDirectory", "latchkey.v1.EventFeed"];

/// The ring of the service with a key more, and that ring with the new key as the one that seals.
fn prepared_and_rotated(app: &TestApp) -> (KeyFile, KeyFile) {
    let mut prepared = app.key_file.clone();
    let added = prepared.add().unwrap();
    let mut rotated = prepared.clone();
    rotated.promote(added).unwrap();
    (prepared, rotated)
}

/// A ring with the primary key of another one, and no other.
fn without_the_others(keys: &KeyFile) -> KeyFile {
    let mut keys = keys.clone();
    keys.keys.retain(|key| key.id == keys.primary);
    keys
}

async fn all_become(replica: &Replica, services: &[&str], wanted: ServingStatus) {
    for service in services {
        becomes(&replica.channel, service, wanted).await;
    }
}

fn key_missing() -> (Code, String) {
    (Code::Unavailable, "KEY_MISSING".to_owned())
}

both! {
    async fn without_a_key_that_rows_name_it_does_not_serve_what_opens_them(app) {
        let rows = app.all_rows().await;
        let stranger = app.replica(&KeyFile::generate().unwrap()).await;
        all_become(&stranger, &OPENS_SECRETS, NotServing).await;
        all_become(&stranger, &OPENS_NONE, Serving).await;

        let get = GetConnectionRequest { name: BITBUCKET.to_owned() };
        stranger.connections().get_connection(get).await.unwrap();
        let list = ListConnectionsRequest { parent: DEV.to_owned(), ..Default::default() };
        let listed = stranger.connections().list_connections(list).await.unwrap().into_inner();
        assert_eq!(listed.connections.len(), 1);
        let refused = stranger.login().start_login(app.start_request()).await.unwrap_err();
        assert_eq!(refusal(&refused), key_missing());
        assert_eq!(app.all_rows().await, rows);

        let with_the_key = app.replica(&prepared_and_rotated(&app).0).await;
        all_become(&with_the_key, &OPENS_SECRETS, Serving).await;
        app.sign_in("alice").await;
    }

    async fn a_key_that_is_missed_while_running_is_missed_until_nothing_needs_it(app) {
        let (prepared, rotated) = prepared_and_rotated(&app);
        let (old_alone, rotated) = (app.replica(&app.key_file).await, app.replica(&rotated).await);
        all_become(&old_alone, &OPENS_SECRETS, Serving).await;

        let new = new_credential(BITBUCKET, "sealed-with-the-new-key");
        rotated.connections().create_credential(new).await.unwrap();
        all_become(&old_alone, &OPENS_SECRETS, NotServing).await;
        all_become(&rotated, &OPENS_SECRETS, Serving).await;

        let prepared = app.replica(&prepared).await;
        let done = prepared.latchkey.re_encrypt(&Caller::of_the_database(), |_| ()).await.unwrap();
        assert_eq!((done.resealed, done.unreadable), (1, 0));
        all_become(&old_alone, &OPENS_SECRETS, Serving).await;
    }

    async fn a_sign_in_that_cannot_be_finished_here_is_finished_elsewhere(app) {
        let rotated = prepared_and_rotated(&app).1;
        let new_alone = app.replica(&without_the_others(&rotated)).await;
        let rotated = app.replica(&rotated).await;
        let started = rotated.login().start_login(app.start_request()).await.unwrap();
        let begun = Begun::new(BITBUCKET.to_owned(), started.into_inner());
        let callback = app.consent(&begun, "alice").await;
        let request = app.complete_request(&begun, &callback);

        let refused = new_alone.login().complete_login(request.clone()).await.unwrap_err();
        assert_eq!(refusal(&refused), key_missing());
        assert_eq!(app.rows("sign_ins").await, 0, "the attempt is not used up");
        assert_eq!(app.requests_of_ours(), 0, "nor the code");

        let completed = rotated.login().complete_login(request).await.unwrap().into_inner();
        assert_eq!(outcome(&completed), "SIGNED_IN");
    }

    async fn a_code_for_which_nothing_can_be_signed_here_is_redeemed_elsewhere(app) {
        let rotated = app.replica(&prepared_and_rotated(&app).1).await;
        let code = login_code(&app.come_back("alice").await);
        rotated.latchkey.list_signing_keys(&Caller::of_the_database(), &"dev".parse().unwrap())
            .await.unwrap();

        let refused = app.redeem(&code).await.unwrap_err();
        assert_eq!(refusal(&refused), key_missing());

        let redeemed = rotated.redeem(&app, &code).await.unwrap();
        assert!(!redeemed.id_token.is_empty(), "the code was not used up");
    }

    async fn a_test_login_that_cannot_be_finished_here_is_finished_elsewhere(app) {
        let rotated = prepared_and_rotated(&app).1;
        let new_alone = app.replica(&without_the_others(&rotated)).await;
        let rotated = app.replica(&rotated).await;
        let asked = app.ask_for_test().await;
        let ticket = asked.ticket.clone();
        let request = RedeemTestTicketRequest { ticket, host: HOST.to_owned() };
        let begun = rotated.login().redeem_test_ticket(request).await.unwrap().into_inner();
        let begun = begun_test(begun);
        let callback = app.consent(&begun, "alice").await;
        let request = app.complete_request(&begun, &callback);

        let refused = new_alone.login().complete_login(request.clone()).await.unwrap_err();
        assert_eq!(refusal(&refused), key_missing());
        assert_eq!(app.rows("test_logins WHERE claimed_at IS NULL").await, 1);
        assert_eq!(app.requests_of_ours(), 0, "the code is not used up");

        rotated.login().complete_login(request).await.unwrap();
        assert_eq!(app.test_login(&asked.name).await.state(), TestLoginState::Passed);
    }

    async fn a_check_tells_of_every_credential_but_the_one_whose_key_is_missing(app) {
        let rotated = app.replica(&prepared_and_rotated(&app).1).await;
        let standby = new_credential(BITBUCKET, "sealed-with-the-new-key");
        rotated.connections().create_credential(standby).await.unwrap();

        let checks = app.check(BITBUCKET).await;

        let missing = ["CREDENTIALS UNKNOWN KEY_MISSING", "SCOPES UNKNOWN KEY_MISSING"];
        assert_eq!(faults(&checks)[..2], missing);
        let lines = lines(&checks);
        assert!(lines.contains(&"CREDENTIALS PASSED".to_owned()), "the active one: {lines:?}");
        assert!(lines[8..].iter().any(|line| line.starts_with("CALLBACK ")), "{lines:?}");
        let refused = app.credentials(BITBUCKET).await.pop().unwrap().last_refuse_time;
        assert_eq!(refused, None, "nobody was asked about it");
    }

    async fn a_repeat_that_cannot_be_compared_here_is_not_taken_for_another_request(app) {
        let mut request = new_credential(BITBUCKET, "secret");
        request.request_id = "6f1d3c62-64f8-4d9f-9f4e-0a0a1b2c3d4e".to_owned();
        let made = app.try_add_credential(request.clone()).await.unwrap();
        let stranger = app.replica(&KeyFile::generate().unwrap()).await;
        becomes(&stranger.channel, "latchkey.v1.TenantAdmin", NotServing).await;
        let refused = stranger.connections().create_credential(request.clone()).await.unwrap_err();
        assert_eq!(refusal(&refused), key_missing());
        assert_eq!(app.try_add_credential(request).await.unwrap(), made);
    }
}
