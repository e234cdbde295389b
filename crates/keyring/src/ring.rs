//! The ring: one key seals, all of them open.

use std::fmt;

use crate::{Error, KeyFile, KeyId, Purpose, key::Key};

/// Keys by their ids, one of them primary.
pub struct KeyRing {
    keys: Vec<Key>,
    primary: usize,
}

/// A value that opened, and the key that it was sealed with.
#[derive(Debug)]
pub struct Opened {
    /// The value.
    pub text: Vec<u8>,
    /// The key.
    pub key: KeyId,
}

/// Shows the ids, and no key.
impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| key.id)).finish()
    }
}

impl KeyRing {
    /// Reads a ring, and refuses one that would seal what it cannot open.
    pub fn load(file: &KeyFile) -> Result<Self, Error> {
        let mut keys: Vec<Key> = Vec::with_capacity(file.keys.len());
        for (index, entry) in file.keys.iter().enumerate() {
            let key = Key::new(&entry.bytes().ok_or(Error::KeyMalformed(index))?)?;
            if key.id != entry.id {
                return Err(Error::IdMismatch(entry.id));
            }
            if keys.iter().any(|other| other.id == key.id) {
                return Err(Error::Duplicate(key.id));
            }
            keys.push(key);
        }
        if keys.is_empty() {
            return Err(Error::Empty);
        }
        let primary = keys.iter().position(|key| key.id == file.primary);
        let primary = primary.ok_or(Error::PrimaryMissing(file.primary))?;
        Ok(Self { keys, primary })
    }

    /// Seals `text` for one purpose and one place, which `aad` names: row, column, tenant.
    pub fn seal(&self, purpose: Purpose, aad: &[u8], text: &[u8]) -> Result<Vec<u8>, Error> {
        let key = &self.keys[self.primary];
        let mut out = key.id.mark().to_vec();
        out.append(&mut key.seal(purpose, aad, text)?);
        Ok(out)
    }

    /// Opens what [`Self::seal`] made for the same purpose and place.
    pub fn open(&self, purpose: Purpose, aad: &[u8], sealed: &[u8]) -> Result<Opened, Error> {
        let key = self.key(self.key_of(sealed)?)?;
        let rest = &sealed[key.id.mark().len()..];
        Ok(Opened { text: key.open(purpose, aad, rest)?, key: key.id })
    }

    /// 32 bytes that follow from a key, a purpose and `info`, and that nobody else can compute.
    pub fn derive(&self, key: KeyId, purpose: Purpose, info: &[u8]) -> Result<[u8; 32], Error> {
        self.key(key)?.derive(purpose, info)
    }

    /// The key that a value was sealed with, if it is in the ring.
    pub fn key_of(&self, sealed: &[u8]) -> Result<KeyId, Error> {
        Ok(self.key(KeyId::that_sealed(sealed).ok_or(Error::NotOurs)?)?.id)
    }

    /// Whether a key is in the ring.
    pub fn holds(&self, id: KeyId) -> bool {
        self.key(id).is_ok()
    }

    /// The key that seals.
    pub fn primary(&self) -> KeyId {
        self.keys[self.primary].id
    }

    fn key(&self, id: KeyId) -> Result<&Key, Error> {
        self.keys.iter().find(|key| key.id == id).ok_or(Error::KeyMissing(id))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;

    fn ring() -> (KeyFile, KeyRing) {
        let file = KeyFile::generate().unwrap();
        let ring = KeyRing::load(&file).unwrap();
        (file, ring)
    }

    #[test]
    fn a_value_opens_for_its_own_purpose_and_place_only() {
        let (_, ring) = ring();
        for sealed_for in Purpose::ALL {
            let sealed = ring.seal(sealed_for, b"here", b"text").unwrap();
            let open = |purpose, aad| ring.open(purpose, aad, &sealed).map(|opened| opened.text);
            for purpose in Purpose::ALL {
                let wanted =
                    if purpose == sealed_for { Ok(b"text".to_vec()) } else { Err(Error::NotOurs) };
                assert_eq!(
                    open(purpose, b"here".as_slice()),
                    wanted,
                    "{sealed_for:?}, {purpose:?}"
                );
                assert_eq!(open(purpose, b"there"), Err(Error::NotOurs), "{sealed_for:?}");
            }
        }
    }

    #[test]
    fn a_ring_holds_its_own_keys_and_no_other() {
        let (mut file, ring) = ring();
        let added = file.add().unwrap();
        assert!(ring.holds(ring.primary()));
        assert!(!ring.holds(added));
        assert!(KeyRing::load(&file).unwrap().holds(added));
    }

    #[test]
    fn a_promoted_key_seals_and_the_old_one_still_opens() {
        let (mut file, ring) = ring();
        let sealed = ring.seal(Purpose::State, b"", b"text").unwrap();
        let added = file.add().unwrap();
        file.promote(added).unwrap();
        let rotated = KeyRing::load(&file).unwrap();
        assert_eq!(rotated.open(Purpose::State, b"", &sealed).unwrap().text, b"text");
        let sealed = rotated.seal(Purpose::State, b"", b"text").unwrap();
        assert_eq!(ring.open(Purpose::State, b"", &sealed).unwrap_err(), Error::KeyMissing(added));
    }

    #[test]
    fn a_sealed_value_names_its_key() {
        let (_, ring) = ring();
        let sealed = ring.seal(Purpose::State, b"", b"text").unwrap();
        assert!(sealed.starts_with(&ring.primary().mark()));
        assert_eq!(KeyId::that_sealed(&sealed), Some(ring.primary()));
        assert_eq!(ring.key_of(&sealed), Ok(ring.primary()));
        for not_sealed in [&[][..], &sealed[..4], &[2, 0, 0, 0, 0, 0]] {
            assert_eq!(KeyId::that_sealed(not_sealed), None);
            assert_eq!(ring.key_of(not_sealed), Err(Error::NotOurs));
        }
    }

    #[test]
    fn a_ring_that_is_not_whole_is_refused() {
        let (file, _) = ring();
        let load = |change: &dyn Fn(&mut KeyFile)| {
            let mut file = file.clone();
            change(&mut file);
            KeyRing::load(&file).unwrap_err()
        };
        let other = KeyFile::generate().unwrap();
        assert_eq!(load(&|file| file.keys.clear()), Error::Empty);
        assert_eq!(
            load(&|file| file.primary = other.primary),
            Error::PrimaryMissing(other.primary)
        );
        assert_eq!(load(&|file| file.keys[0].id = other.primary), Error::IdMismatch(other.primary));
        assert_eq!(load(&|file| file.keys[0].secret = "short".into()), Error::KeyMalformed(0));
        let twice = |file: &mut KeyFile| file.keys.push(file.keys[0].clone());
        assert_eq!(load(&twice), Error::Duplicate(file.primary));
    }

    #[test]
    fn what_is_derived_differs_by_purpose_and_info() {
        let (_, ring) = ring();
        let derive = |purpose, info: &[u8]| ring.derive(ring.primary(), purpose, info).unwrap();
        let code = derive(Purpose::LoginCode, b"a");
        assert_eq!(code, derive(Purpose::LoginCode, b"a"));
        assert_ne!(code, derive(Purpose::LoginCode, b"b"));
        assert_ne!(code, derive(Purpose::SecretFingerprint, b"a"));
    }

    #[test]
    fn no_key_shows_in_debug_output() {
        let (file, ring) = ring();
        assert_eq!(format!("{ring:?}"), format!("[{}]", file.primary));
        assert!(!format!("{file:?}").contains(file.keys[0].secret.expose_secret()));
    }

    proptest! {
        #[test]
        fn no_changed_byte_and_no_cut_goes_unnoticed(
            text in proptest::collection::vec(any::<u8>(), 0..64),
            at in any::<prop::sample::Index>(),
            change in 1..=255_u8,
        ) {
            let (_, ring) = ring();
            let sealed = ring.seal(Purpose::State, b"x", &text).unwrap();
            let mut changed = sealed.clone();
            let at = at.index(sealed.len());
            changed[at] ^= change;
            prop_assert!(ring.open(Purpose::State, b"x", &changed).is_err());
            prop_assert!(ring.open(Purpose::State, b"x", &sealed[..at]).is_err());
        }
    }
}
