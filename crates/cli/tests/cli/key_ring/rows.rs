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

/// The tables with their columns, in the order of [`SealedKind::ALL`].
const TABLES: [&str; 6] = [
    "credentials (id, environment, connection, client_id, sealed_secret, fingerprint, role, \
     created_at)",
    "requests (scope, request_id, fingerprint, resource, created_at)",
    "test_logins (id, environment, connection, host, ticket_hash, created_at, sealed_profile)",
    "mail_outbox (id, environment, sealed_letter, created_at, expires_at, due_at, attempts)",
    "waiting_sign_ins (id, environment, sealed_profile, code_number, code_was_sent, code_sent_at, \
     code_expires_at, code_tries, expires_at)",
    "signing_keys (id, environment, sealed_key, public_key, created_at, signs_from)",
];

/// Adds as many credentials, requests, test logins, mails and waiting sign-ins of the connection that
/// nobody signs in through, and as many signing keys, of which no token is made meanwhile.
pub(super) async fn add(db: &TestDatabase, ring: &KeyRing, numbers: Range<u32>) {
    let mut tables: [Vec<String>; 6] = Default::default();
    for number in numbers {
        let id = uuid_at(Timestamp(1_790_000_000_000_000 + i64::from(number)));
        let row = SealedPlace { scope: "dev".to_owned(), id };
        let text = number.to_string();
        let [secret, fingerprint, profile, letter, waiting, key] = SealedKind::ALL.map(|kind| {
            let (purpose, place) = place(kind, &row);
            let sealed = ring.seal(purpose, place.as_bytes(), text.as_bytes()).unwrap();
            bytes(db, &sealed)
        });
        let id = if db.is_postgres() { format!("'{id}'") } else { bytes(db, id.as_bytes()) };
        let ticket = bytes(db, &number.to_be_bytes());
        // None of them expires while the test runs.
        let (no, never) = (if db.is_postgres() { "false" } else { "0" }, i64::MAX);
        let rows = [
            format!("({id}, 'dev', 'unused', 'key', {secret}, '0', 'STANDBY', {number})"),
            format!("('dev', {id}, {fingerprint}, 'nothing', {number})"),
            format!("({id}, 'dev', 'unused', 'a.example', {ticket}, {number}, {profile})"),
            format!("({id}, 'dev', {letter}, {number}, {never}, {number}, 0)"),
            format!("({id}, 'dev', {waiting}, 0, {no}, 0, 0, 0, {never})"),
            format!("({id}, 'dev', {key}, {key}, {number}, {number})"),
        ];
        for (table, row) in tables.iter_mut().zip(rows) {
            table.push(row);
        }
    }
    for (into, rows) in TABLES.into_iter().zip(&tables) {
        insert(db, into, rows).await;
    }
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
