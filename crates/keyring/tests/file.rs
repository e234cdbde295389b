//! The key ring's file: which changes it takes, and how its keys are named in it.

use latchkey_keyring::{Error, KeyFile, KeyId, random_token};
use secrecy::ExposeSecret;

/// A file of two keys, the primary one first.
fn two_keys() -> (KeyFile, KeyId, KeyId) {
    let mut file = KeyFile::generate().expect("random bytes");
    let (primary, added) = (file.primary, file.add().expect("random bytes"));
    (file, primary, added)
}

fn ids(file: &KeyFile) -> Vec<KeyId> {
    file.keys.iter().map(|key| key.id).collect()
}

const NOBODYS: KeyId = KeyId([0xde, 0xad, 0xbe, 0xef]);

#[test]
fn an_added_key_does_not_seal_until_it_is_promoted() {
    let (mut file, primary, added) = two_keys();
    assert_eq!(file.primary, primary);
    assert_eq!(file.promote(added), Ok(()));
    assert_eq!(file.primary, added);
    assert_eq!(ids(&file), [primary, added]);
}

#[test]
fn a_key_that_is_not_there_is_not_promoted() {
    let (mut file, primary, _) = two_keys();
    assert_eq!(file.promote(NOBODYS), Err(Error::PrimaryMissing(NOBODYS)));
    assert_eq!(file.primary, primary);
}

#[test]
fn only_a_key_that_does_not_seal_is_removed() {
    let (mut file, primary, added) = two_keys();
    assert_eq!(file.remove(primary), Err(Error::Primary(primary)));
    assert_eq!(file.remove(NOBODYS), Err(Error::KeyMissing(NOBODYS)));
    assert_eq!(ids(&file), [primary, added]);
    assert_eq!(file.remove(added), Ok(()));
    assert_eq!(ids(&file), [primary]);
}

#[test]
fn a_key_id_is_written_as_eight_hexadecimal_digits() {
    assert_eq!(NOBODYS.to_string(), "deadbeef");
    assert_eq!(format!("{:?}", KeyId([0, 1, 2, 3])), "00010203");
    assert_eq!(String::from(NOBODYS), "deadbeef");
    assert_eq!("deadbeef".parse(), Ok(NOBODYS));
    for wrong in ["", "deadbee", "deadbeef0", "deadbeeg", "0xdeadbe", "+eadbeef"] {
        assert!(wrong.parse::<KeyId>().is_err(), "{wrong}");
    }
}

#[test]
fn a_random_token_is_43_characters_and_never_the_same() {
    let tokens = [random_token().unwrap(), random_token().unwrap()];
    let [one, other] = tokens.each_ref().map(ExposeSecret::expose_secret);
    assert_eq!([one.len(), other.len()], [43, 43]);
    assert_ne!(one, other);
}
