//! Unguessable strings.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

/// 32 random bytes in 43 characters of BASE64URL: a secret (RFC 7636, section 4.1).
pub(crate) fn token() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes::<32>())
}

/// Names something of ours in logs and to support; no secret.
pub(crate) fn reference_id() -> String {
    // Hexadecimal: people read it out on the telephone.
    format!("gw-{:016x}", u64::from_be_bytes(bytes()))
}

fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has randomness to give");
    bytes
}
