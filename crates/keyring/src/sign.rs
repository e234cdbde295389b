//! Signing tokens: compact JWS (RFC 7515, 7.1) with ES256 (RFC 7518, 3.4), and nothing else.
//!
//! The library is called directly: with one algorithm there is nothing to negotiate, and times are
//! compared with the caller's clock, not with this machine's.

use std::fmt;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
        UnparsedPublicKey,
    },
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::Error;

/// The one algorithm: ECDSA on P-256 with SHA-256.
pub(crate) const ALGORITHM: &str = "ES256";
/// What the header says that a token is.
pub(crate) const TOKEN_TYPE: &str = "JWT";

/// A coordinate of a point on P-256, in bytes.
const COORDINATE: usize = 32;
/// A point as SEC 1, 2.3.3 writes it in full: this byte, then both coordinates.
const IN_FULL: u8 = 4;

/// What stands before the claims.
#[derive(Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) alg: String,
    pub(crate) typ: String,
    /// Which key signed.
    pub(crate) kid: String,
    /// Extensions that must be understood: we know none (RFC 7515, 4.1.11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) crit: Option<serde_json::Value>,
}

/// A key that signs. It shows nothing of itself.
pub struct PrivateKey(EcdsaKeyPair);

/// What others verify a signature with: a point on P-256 as SEC 1, 2.3.3 writes it in full.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey([u8; 1 + 2 * COORDINATE]);

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PrivateKey").field(&self.public()).finish()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey").field("x", &self.x()).finish_non_exhaustive()
    }
}

impl PrivateKey {
    /// Makes a key.
    pub fn generate() -> Result<Self, Error> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        Ok(Self(pair.map_err(|_| Error::Library)?))
    }

    /// Reads what [`Self::to_pkcs8`] wrote.
    pub fn from_pkcs8(bytes: &[u8]) -> Result<Self, Error> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, bytes);
        Ok(Self(pair.map_err(|_| Error::NotOurs)?))
    }

    /// The key as PKCS#8 (RFC 5208): to be sealed, and kept nowhere else.
    pub fn to_pkcs8(&self) -> Result<Vec<u8>, Error> {
        let document = self.0.to_pkcs8v1().map_err(|_| Error::Library)?;
        Ok(document.as_ref().to_vec())
    }

    /// What others verify with.
    pub fn public(&self) -> PublicKey {
        let point = self.0.public_key().as_ref();
        PublicKey::from_bytes(point).expect("a key of P-256 has a point in full")
    }

    /// A token with these claims that names `kid` as its key.
    pub fn sign(&self, kid: &str, claims: &impl Serialize) -> Result<SecretString, Error> {
        let header = Header {
            alg: ALGORITHM.to_owned(),
            typ: TOKEN_TYPE.to_owned(),
            kid: kid.to_owned(),
            crit: None,
        };
        let mut token = format!("{}.{}", encode(&header)?, encode(claims)?);
        let signature = self.signature(&token)?;
        token.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token.into())
    }

    pub(crate) fn signature(&self, text: &str) -> Result<Vec<u8>, Error> {
        let signature = self.0.sign(&SystemRandom::new(), text.as_bytes());
        Ok(signature.map_err(|_| Error::Library)?.as_ref().to_vec())
    }
}

fn encode(part: &impl Serialize) -> Result<String, Error> {
    let json = serde_json::to_vec(part).map_err(|_| Error::Library)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(json))
}

impl PublicKey {
    /// Reads what [`Self::as_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let point: [u8; 1 + 2 * COORDINATE] = bytes.try_into().ok()?;
        (point[0] == IN_FULL).then_some(Self(point))
    }

    /// The point in full.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// A coordinate as a JWK has it (RFC 7518, 6.2.1.2): 43 characters of base64url.
    pub fn x(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(&self.0[1..=COORDINATE])
    }

    /// The other coordinate.
    pub fn y(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(&self.0[1 + COORDINATE..])
    }

    pub(crate) fn verifies(&self, text: &str, signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.0);
        key.verify(text.as_bytes(), signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_key_reads_back_from_pkcs8_and_nothing_else_is_a_key() {
        let key = PrivateKey::generate().unwrap();
        let bytes = key.to_pkcs8().unwrap();
        assert_eq!(PrivateKey::from_pkcs8(&bytes).unwrap().public(), key.public());
        for bad in [&[][..], &bytes[1..], &bytes[..bytes.len() - 1]] {
            assert_eq!(PrivateKey::from_pkcs8(bad).unwrap_err(), Error::NotOurs);
        }
    }

    #[test]
    fn a_public_key_is_a_point_in_full() {
        let public = PrivateKey::generate().unwrap().public();
        assert_eq!(PublicKey::from_bytes(public.as_bytes()), Some(public));
        assert_eq!((public.x().len(), public.y().len()), (43, 43));
        assert_eq!(PublicKey::from_bytes(&[4; 64]), None);
        assert_eq!(PublicKey::from_bytes(&[2; 65]), None, "one coordinate and a sign");
    }

    #[test]
    fn a_token_is_three_parts_and_the_header_names_algorithm_type_and_key() {
        let key = PrivateKey::generate().unwrap();
        let token = key.sign("a-key", &serde_json::json!({ "sub": "somebody" })).unwrap();
        let parts: Vec<_> = token.expose_secret().split('.').collect();
        let decoded = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).unwrap();
        assert_eq!(decoded(parts[0]), br#"{"alg":"ES256","typ":"JWT","kid":"a-key"}"#);
        assert_eq!(decoded(parts[1]), br#"{"sub":"somebody"}"#);
        assert_eq!((parts.len(), decoded(parts[2]).len()), (3, 64));
    }

    #[test]
    fn no_private_key_shows_in_debug_output() {
        let key = PrivateKey::generate().unwrap();
        let x = key.public().x();
        assert_eq!(format!("{key:?}"), format!("PrivateKey(PublicKey {{ x: {x:?}, .. }})"));
    }
}
