//! Proof Key for Code Exchange (RFC 7636), method S256, between an application and us.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::Invalid;

/// The SHA-256 of an application's code verifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeChallenge(pub [u8; 32]);

impl CodeChallenge {
    /// Accepts `BASE64URL(SHA256(verifier))` without padding: 43 characters (RFC 7636, 4.2).
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const REFUSED: Invalid =
            Invalid::new("must be the unpadded base64url of a SHA-256 digest: 43 characters");
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| REFUSED)?;
        bytes.try_into().map(Self).map_err(|_| REFUSED)
    }

    /// The challenge as it was accepted.
    pub fn to_text(self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0)
    }
}

/// Accepts a code verifier: 43 to 128 unreserved characters (RFC 7636, 4.1).
pub fn verifier_fits(text: &str) -> Result<(), Invalid> {
    let unreserved = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~');
    if (43..=128).contains(&text.len()) && text.chars().all(unreserved) {
        return Ok(());
    }
    Err(Invalid::new("must be 43 to 128 characters of A-Z a-z 0-9 - . _ ~"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_one_digest_in_one_spelling() {
        // The example of RFC 7636, appendix B.
        let example = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert_eq!(CodeChallenge::parse(example).unwrap().to_text(), example);
        for bad in [
            "",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c",
            // Another spelling of the same bytes.
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN",
        ] {
            assert!(CodeChallenge::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_verifier_has_43_to_128_unreserved_characters() {
        assert!(verifier_fits(&"a".repeat(43)).is_ok());
        assert!(verifier_fits(&"~".repeat(128)).is_ok());
        assert!(verifier_fits(&"a".repeat(42)).is_err());
        assert!(verifier_fits(&"a".repeat(129)).is_err());
        assert!(verifier_fits(&"é".repeat(43)).is_err());
    }
}
