//! What an earlier version sealed or derived still opens and follows: formats and labels never change.
//!
//! The values were computed by another implementation (HKDF-SHA256 of RFC 5869 and AES-256-GCM, in Python).

use latchkey_keyring::{KeyFile, KeyId, KeyRing, Purpose};

/// A ring of one key, the bytes 0 to 31, as it stands in a file.
const FILE: &str = r#"{
    "primary": "0f4155cf",
    "key": [{ "id": "0f4155cf", "secret": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" }]
}"#;

const KEY: KeyId = KeyId([0x0f, 0x41, 0x55, 0xcf]);

/// The version of the format, the key's id, and the nonce: the bytes 0 to 11.
const BEGINNING: &str = "010f4155cf000102030405060708090a0b";

/// A purpose, what `text` becomes when it is sealed for it at the place `here`, what follows from `info`.
const EARLIER: [(Purpose, &str, &str); 11] = [
    (
        Purpose::State,
        "3eed78f8900a940bede09cb18a8697deca9ad872",
        "9811bfb48475d184672a3e3e7abf34791ecfab4186ebaced1dd506fd4fb4b7c4",
    ),
    (
        Purpose::LoginCode,
        "5d8cbc1ae35aa0a595b27ff9a541869641578d87",
        "df5773d9286aff81fa86ffd7b4fed37e37afe367b8554d08d994093ae60cf181",
    ),
    (
        Purpose::CredentialSecret,
        "4822399169a79532ef1d995011b4ea0b2d057a06",
        "519ca2482ecb45948ac4f152957f94c2c43024131432a762a34b20111eb2e4f9",
    ),
    (
        Purpose::SecretFingerprint,
        "07013eafc53873feb8a9c4af806bef486bf78e7e",
        "5e7988ff1985a516989b940dd704d0ca536940f014776e9992cff0e7bdcd5008",
    ),
    (
        Purpose::RequestFingerprint,
        "38906b764abd7ad1fdd1a2b97fbc8ae086bb2b49",
        "31d3dd09ca4a3c1776537c19aa805381a121f14ce41c14c7edcad23e06d4c3c2",
    ),
    (
        Purpose::TestProfile,
        "4a0ca777f8dd35e0c1acd425c8edb7bd92a1a699",
        "e2e9eccc020b2f9df103da94aeaf906f556faba4199e8f744fd7e5737e872d91",
    ),
    (
        Purpose::Mail,
        "9262034738daaa8293c17b8c433e07dcbda73cfa",
        "c40529d1a3ab6a861ce7abbd18e304ad67279d6903df3d1aa41edc0e781abe29",
    ),
    (
        Purpose::Continuation,
        "534b2ca651f87d41b811dc2ee040c3c1373a190e",
        "9533d604959456474b83e86514eb6f2d8a2377e7ea07adc5a3528068df92fd54",
    ),
    (
        Purpose::WaitingProfile,
        "d121d828de205c9f672d015d73b188b1cd239490",
        "d0f852961b9b8fdd3dc63b36613d591ad3e23153e5f14ba1bbc0fa8cbc4e0e64",
    ),
    (
        Purpose::EmailCode,
        "bc55c02b21f0ea217bb6eaca24c911d415dc24a4",
        "4ada444fc783a28e058ade69251fd9bf506a137932bff08fc5ad4cc59374bd58",
    ),
    (
        Purpose::SigningKey,
        "c3d2352be436f4227789f328c1a1b2e190d4d645",
        "1d0c718cafa13bd8bcf5aef1947e866189e8a34289fc2825266ad4222a6c0dd0",
    ),
];

fn ring() -> KeyRing {
    let file: KeyFile = serde_json::from_str(FILE).expect("a key file");
    KeyRing::load(&file).expect("a ring of one key")
}

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = (0..hex.len()).step_by(2).map(|at| &hex[at..at + 2]);
    pairs.map(|pair| u8::from_str_radix(pair, 16).expect("hexadecimal digits")).collect()
}

#[test]
fn what_an_earlier_version_sealed_still_opens() {
    for (purpose, sealed, _) in EARLIER {
        let opened = ring().open(purpose, b"here", &bytes(&format!("{BEGINNING}{sealed}")));
        let opened = opened.unwrap_or_else(|error| panic!("{purpose:?}: {error}"));
        assert_eq!(opened.text, b"text", "{purpose:?}");
        assert_eq!(opened.key, KEY);
    }
}

#[test]
fn what_an_earlier_version_derived_still_follows() {
    for (purpose, _, derived) in EARLIER {
        let now = ring().derive(KEY, purpose, b"info").unwrap();
        assert_eq!(now.as_slice(), bytes(derived), "{purpose:?}");
    }
}
