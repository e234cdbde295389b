//! One key of the ring, and the keys that follow from it.

use std::{fmt, str::FromStr};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
};
use serde::{Deserialize, Serialize};

use crate::{Error, Purpose};

/// The format of what is sealed: version, key id, nonce, ciphertext and tag.
const VERSION: u8 = 1;

/// Tells which key sealed a value: the first bytes of what follows from the key for this use.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId(pub [u8; 4]);

impl KeyId {
    /// What every value begins with that this key sealed: the version of the format, and the id.
    pub fn mark(self) -> [u8; 5] {
        let [a, b, c, d] = self.0;
        [VERSION, a, b, c, d]
    }

    /// The key that sealed what begins so, if it was sealed at all.
    pub fn that_sealed(sealed: &[u8]) -> Option<Self> {
        let [VERSION, a, b, c, d, ..] = *sealed else { return None };
        Some(Self([a, b, c, d]))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for KeyId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // A number may have a sign as well, an id may not.
        let is_id = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u32::from_str_radix(text, 16).ok().filter(|_| is_id);
        let number = number.ok_or("a key id is 8 hexadecimal digits")?;
        Ok(Self(number.to_be_bytes()))
    }
}

impl TryFrom<String> for KeyId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> Self {
        id.to_string()
    }
}

/// A key with what follows from it. The key itself is not kept.
pub(crate) struct Key {
    pub(crate) id: KeyId,
    root: Prk,
    seals: Vec<(Purpose, RandomizedNonceKey)>,
}

/// Two seals with one nonce would break the cipher; random 96-bit nonces are safe up to 2^32 seals
/// of one key (NIST SP 800-38D, 8.3), which is years of sign-ins: rotate before.
impl Key {
    pub(crate) fn new(secret: &[u8; 32]) -> Result<Self, Error> {
        let root = Salt::new(HKDF_SHA256, b"latchkey").extract(secret);
        let mut id = [0; 4];
        id.copy_from_slice(&expand(&root, &[b"latchkey v1 key id"])?[..4]);
        let seals = Purpose::ALL.into_iter().map(|purpose| {
            let bytes = expand(&root, &[b"seal", purpose.label().as_bytes()])?;
            let key = RandomizedNonceKey::new(&AES_256_GCM, &bytes).map_err(|_| Error::Library)?;
            Ok((purpose, key))
        });
        let seals = seals.collect::<Result<_, Error>>()?;
        Ok(Self { id: KeyId(id), root, seals })
    }

    fn cipher(&self, purpose: Purpose) -> &RandomizedNonceKey {
        let found = self.seals.iter().find(|(of, _)| *of == purpose);
        &found.expect("a key has a cipher for every purpose").1
    }

    /// Nonce, ciphertext, tag.
    pub(crate) fn seal(&self, purpose: Purpose, aad: &[u8], text: &[u8]) -> Result<Vec<u8>, Error> {
        let mut sealed = text.to_vec();
        let nonce = self
            .cipher(purpose)
            .seal_in_place_append_tag(Aad::from(aad), &mut sealed)
            .map_err(|_| Error::Library)?;
        let mut out = Vec::with_capacity(NONCE_LEN + sealed.len());
        out.extend_from_slice(nonce.as_ref());
        out.append(&mut sealed);
        Ok(out)
    }

    pub(crate) fn open(
        &self,
        purpose: Purpose,
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN).ok_or(Error::NotOurs)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Error::NotOurs)?;
        let mut text = text.to_vec();
        let opened = self
            .cipher(purpose)
            .open_in_place(nonce, Aad::from(aad), &mut text)
            .map_err(|_| Error::NotOurs)?
            .len();
        text.truncate(opened);
        Ok(text)
    }

    pub(crate) fn derive(&self, purpose: Purpose, info: &[u8]) -> Result<[u8; 32], Error> {
        expand(&self.root, &[b"derive", purpose.label().as_bytes(), info])
    }
}

struct Length32;

impl KeyType for Length32 {
    fn len(&self) -> usize {
        32
    }
}

/// HKDF-Expand (RFC 5869). Each part goes with its length, so that no two lists read the same.
fn expand(root: &Prk, parts: &[&[u8]]) -> Result<[u8; 32], Error> {
    let mut info = Vec::new();
    for part in parts {
        let length = u32::try_from(part.len()).map_err(|_| Error::Library)?;
        info.extend_from_slice(&length.to_be_bytes());
        info.extend_from_slice(part);
    }
    let mut out = [0; 32];
    let info = [info.as_slice()];
    let expanded = root.expand(&info, Length32).map_err(|_| Error::Library)?;
    expanded.fill(&mut out).map_err(|_| Error::Library)?;
    Ok(out)
}
