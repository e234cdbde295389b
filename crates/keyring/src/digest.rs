//! Digests and random bytes.

use aws_lc_rs::{digest, rand};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use secrecy::SecretString;

use crate::Error;

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// `N` random bytes from the operating system's generator.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut out = [0; N];
    rand::fill(&mut out).map_err(|_| Error::Library)?;
    Ok(out)
}

/// 32 random bytes in unpadded base64url: 43 characters.
pub fn random_token() -> Result<SecretString, Error> {
    Ok(BASE64_URL_SAFE_NO_PAD.encode(random_bytes::<32>()?).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_is_the_standard_one() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(sha256(b"abc")[..8], [0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea]);
    }
}
