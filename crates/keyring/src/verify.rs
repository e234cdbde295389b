//! Verifying tokens that were signed here: one algorithm, a known key, and claims that must be there.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    PublicKey,
    sign::{ALGORITHM, Header, TOKEN_TYPE},
};

/// How far two clocks may be apart (RFC 7519, 4.1.4: "usually no more than a few minutes").
pub const LEEWAY: Duration = Duration::from_mins(1);
/// Several times the longest that is signed here; what is longer is not looked at.
const LONGEST: usize = 16 * 1024;

/// What a token must say.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Who signed it: `iss`.
    pub issuer: &'a str,
    /// Whom it is for: `aud`, one text and no list.
    pub audience: &'a str,
    /// What time it is, in seconds.
    pub now: i64,
}

/// Why a token is refused. It says nothing of the token, and no caller is told which it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefused {
    /// It is not a compact JWS with the header and the claims of ours.
    #[error("the token is not one of ours")]
    Malformed,
    /// It is signed with another algorithm, or not at all.
    #[error("the token is signed with another algorithm")]
    Algorithm,
    /// Its key is none of those at hand.
    #[error("the token's key is not known")]
    Key,
    /// The signature is not that of the key.
    #[error("the token's signature is not that of its key")]
    Signature,
    /// It comes from somebody else.
    #[error("the token is of another issuer")]
    Issuer,
    /// It is for somebody else.
    #[error("the token is for another audience")]
    Audience,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Its time has not come.
    #[error("the token is of a later time")]
    NotYet,
}

/// The claims that every token has. Each is required: what does not say when it ends never would.
#[derive(Deserialize)]
struct Required {
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
}

/// Reads the claims of a token, if one of `keys` (by the names that tokens have for them) signed it for
/// who is expected. The header chooses a key and nothing else: the algorithm is always ES256.
pub fn verify<C: DeserializeOwned>(
    token: &SecretString,
    keys: &[(&str, PublicKey)],
    expected: Expected<'_>,
) -> Result<C, TokenRefused> {
    let claims = signed_claims(token.expose_secret(), keys)?;
    let required: Required = read(&claims)?;
    check(&required, expected)?;
    if expected.now.saturating_sub(seconds(LEEWAY)) >= required.exp {
        return Err(TokenRefused::Expired);
    }
    read(&claims)
}

/// The same of a token that may have expired, but was made at most so long ago, by the clock of those
/// who made it (as an `id_token_hint`: OpenID Connect Core 1.0, 3.1.2.1).
pub fn verify_made_within<C: DeserializeOwned>(
    age: Duration,
    token: &SecretString,
    keys: &[(&str, PublicKey)],
    expected: Expected<'_>,
) -> Result<C, TokenRefused> {
    let claims = signed_claims(token.expose_secret(), keys)?;
    let required: Required = read(&claims)?;
    check(&required, expected)?;
    if expected.now.saturating_sub(required.iat) > seconds(age) {
        return Err(TokenRefused::Expired);
    }
    read(&claims)
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

fn signed_claims(token: &str, keys: &[(&str, PublicKey)]) -> Result<Vec<u8>, TokenRefused> {
    if token.len() > LONGEST {
        return Err(TokenRefused::Malformed);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(TokenRefused::Malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(TokenRefused::Malformed)?;
    let header: Header = read(&decode(header)?)?;
    if header.alg != ALGORITHM {
        return Err(TokenRefused::Algorithm);
    }
    if header.typ != TOKEN_TYPE || header.crit.is_some() {
        return Err(TokenRefused::Malformed);
    }
    let key = keys.iter().find(|(kid, _)| *kid == header.kid).ok_or(TokenRefused::Key)?;
    if !key.1.verifies(signed, &decode(signature)?) {
        return Err(TokenRefused::Signature);
    }
    decode(claims)
}

fn check(claims: &Required, expected: Expected<'_>) -> Result<(), TokenRefused> {
    if claims.iss != expected.issuer {
        return Err(TokenRefused::Issuer);
    }
    if claims.aud != expected.audience {
        return Err(TokenRefused::Audience);
    }
    if expected.now.saturating_add(seconds(LEEWAY)) < claims.iat {
        return Err(TokenRefused::NotYet);
    }
    Ok(())
}

fn decode(part: &str) -> Result<Vec<u8>, TokenRefused> {
    BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenRefused::Malformed)
}

fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, TokenRefused> {
    serde_json::from_slice(json).map_err(|_| TokenRefused::Malformed)
}

#[cfg(test)]
mod tests;
