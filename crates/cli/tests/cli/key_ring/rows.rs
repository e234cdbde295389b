//! What a key sealed, in numbers.

use std::{fmt::Write, ops::Range};

use latchkey_domain::{
    id::{CredentialId, MailId, SigningKeyId, TestLoginId, uuid_at},
    time::Timestamp,
};
use latchkey_keyring::{KeyRing, Purpose};
use latchkey_store::{SealedKind, SealedPlace, Store};
use latchkey_test_database::TestDatabase;

/// Where a value is sealed for, as the service has it.
fn place(kind: SealedKind, place: &SealedPlace) -> (Purpose, String) {
    let SealedPlace { scope, id } = place;
    match kind {
        SealedKind::CredentialSecret => {
            (Purpose::CredentialSecret, format!("credentials/{}/sealed_secret", CredentialId(*id)))
        }
        SealedKind::RequestFingerprint => {
            (Purpose::RequestFingerprint, format!("requests/{scope}/{id}/fingerprint"))
        }
        SealedKind::TestProfile => {
            (Purpose::TestProfile, format!("test_logins/{}/sealed_profile", TestLoginId(*id)))
        }
        SealedKind::Mail => {
            let id = MailId(*id);
            (Purpose::Mail, format!("environments/{scope}/mail_outbox/{id}/sealed_letter"))
        }
        SealedKind::WaitingProfile => {
            (Purpose::WaitingProfile, format!("waiting_sign_ins/{id}/sealed_profile"))
        }
        SealedKind::SigningKey => {
            let key = SigningKeyId(*id);
            (Purpose::SigningKey, format!("signing_keys/{scope}/{key}/sealed_key"))
        }
    }
}

/// Adds as many credentials, requests, test logins, mails and waiting sign-ins of the connection that
/// nobody signs in through, and as many signing keys, of which no token is made meanwhile.
pub(super) async fn add(db: &TestDatabase, ring: &KeyRing, numbers: Range<u32>) {
    let (mut credentials, mut requests) = (Vec::new(), Vec::new());
    let (mut tests, mut mails, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
    let mut signing_keys = Vec::new();
    for number in numbers {
        let row = SealedPlace {
            scope: "dev".to_owned(),
            id: uuid_at(Timestamp(1_790_000_000_000_000 + i64::from(number))),
        };
        let text = number.to_string();
        let sealed = SealedKind::ALL.map(|kind| {
            let (purpose, place) = place(kind, &row);
            let sealed = ring.seal(purpose, place.as_bytes(), text.as_bytes()).unwrap();
            bytes(db, &sealed)
        });
        let id =
            if db.is_postgres() { format!("'{}'", row.id) } else { bytes(db, row.id.as_bytes()) };
        credentials.push(format!(
            "({id}, 'dev', 'unused', 'key', {}, '0', 'STANDBY', {number})",
            sealed[0]
        ));
        requests.push(format!("('dev', {id}, {}, 'nothing', {number})", sealed[1]));
        let sealed_key = &sealed[5];
        signing_keys.push(format!("({id}, 'dev', {sealed_key}, {sealed_key}, {number}, {number})"));
        let ticket = bytes(db, &number.to_be_bytes());
        let profile = &sealed[2];
        tests.push(format!("({id}, 'dev', 'unused', 'a.example', {ticket}, {number}, {profile})"));
        // None of them expires while the test runs.
        mails.push(format!("({id}, 'dev', {}, {number}, {}, {number}, 0)", sealed[3], i64::MAX));
        let no = if db.is_postgres() { "false" } else { "0" };
        waiting.push(format!("({id}, 'dev', {}, 0, {no}, 0, 0, 0, {})", sealed[4], i64::MAX));
    }
    insert(
        db,
        "credentials (id, environment, connection, client_id, sealed_secret, fingerprint, role, \
         created_at)",
        &credentials,
    )
    .await;
    insert(db, "requests (scope, request_id, fingerprint, resource, created_at)", &requests).await;
    insert(
        db,
        "test_logins (id, environment, connection, host, ticket_hash, created_at, sealed_profile)",
        &tests,
    )
    .await;
    insert(
        db,
        "mail_outbox (id, environment, sealed_letter, created_at, expires_at, due_at, attempts)",
        &mails,
    )
    .await;
    insert(
        db,
        "waiting_sign_ins (id, environment, sealed_profile, code_number, code_was_sent, \
         code_sent_at, code_expires_at, code_tries, expires_at)",
        &waiting,
    )
    .await;
    insert(
        db,
        "signing_keys (id, environment, sealed_key, public_key, created_at, signs_from)",
        &signing_keys,
    )
    .await;
}

async fn insert(db: &TestDatabase, into: &str, rows: &[String]) {
    db.execute(&format!("INSERT INTO {into} VALUES {}", rows.join(", "))).await;
}

fn bytes(db: &TestDatabase, bytes: &[u8]) -> String {
    let hex = bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    });
    if db.is_postgres() { format!("'\\x{hex}'") } else { format!("x'{hex}'") }
}

/// Fails unless the primary key of the ring sealed everything, and everything says what it said.
pub(super) async fn assert_all_open(store: &Store, ring: &KeyRing, added: u32) {
    for kind in SealedKind::ALL {
        let (mut after, mut numbers) = (SealedPlace::FIRST, Vec::new());
        loop {
            let mark = ring.primary().mark();
            let values = store.sealed_with(kind, mark, (&after, 1_000)).await.unwrap();
            let Some(last) = values.last() else { break };
            after = last.place.clone();
            for value in &values {
                let (purpose, place) = place(kind, &value.place);
                let opened = ring.open(purpose, place.as_bytes(), &value.sealed).unwrap();
                // One is the consumer's secret that people sign in with.
                numbers.extend(String::from_utf8(opened.text).unwrap().parse::<u32>());
            }
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (0..added).collect::<Vec<_>>(), "{kind:?}");
    }
}
