//! Tokens that are not what they say, each with why it is refused.

use aws_lc_rs::hmac;
use serde_json::{Value, json};

use super::*;
use crate::PrivateKey;

const NOW: i64 = 1_790_000_000;
const EXPECTED: Expected<'_> =
    Expected { issuer: "https://login.example", audience: "notes", now: NOW };

fn claims() -> Value {
    json!({ "iss": "https://login.example", "aud": "notes", "iat": NOW, "exp": NOW + 300, "sub": "ann" })
}

/// The claims with one that holds something else, or nothing.
fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn part(json: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(json.to_string())
}

/// A token with a header of its own, signed rightly for what is in it.
fn signed(key: &PrivateKey, header: &Value) -> String {
    let token = key.sign("here", &claims()).unwrap();
    let claims = token.expose_secret().split('.').nth(1).unwrap();
    let text = format!("{}.{claims}", part(header));
    format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(key.signature(&text).unwrap()))
}

fn tried(token: String, key: &PrivateKey) -> Result<Value, TokenRefused> {
    verify(&token.into(), &[("elsewhere", other().public()), ("here", key.public())], EXPECTED)
}

fn other() -> PrivateKey {
    PrivateKey::generate().unwrap()
}

#[test]
fn a_token_of_ours_tells_its_claims() {
    let key = other();
    let token = key.sign("here", &claims()).unwrap();
    assert_eq!(tried(token.expose_secret().to_owned(), &key), Ok(claims()));
    assert_eq!(
        tried(signed(&key, &json!({"alg": "ES256", "typ": "JWT", "kid": "here"})), &key),
        Ok(claims())
    );
}

#[test]
fn a_header_that_is_not_ours_is_refused() {
    let key = other();
    for (header, why) in [
        (json!({"alg": "none", "typ": "JWT", "kid": "here"}), TokenRefused::Algorithm),
        (json!({"alg": "NONE", "typ": "JWT", "kid": "here"}), TokenRefused::Algorithm),
        (json!({"alg": "es256", "typ": "JWT", "kid": "here"}), TokenRefused::Algorithm),
        (json!({"alg": "ES384", "typ": "JWT", "kid": "here"}), TokenRefused::Algorithm),
        (json!({"alg": "HS256", "typ": "JWT", "kid": "here"}), TokenRefused::Algorithm),
        (json!({"alg": "ES256", "typ": "at+jwt", "kid": "here"}), TokenRefused::Malformed),
        (
            json!({"alg": "ES256", "typ": "JWT", "kid": "here", "crit": ["b64"]}),
            TokenRefused::Malformed,
        ),
        (json!({"alg": "ES256", "kid": "here"}), TokenRefused::Malformed),
        (json!({"typ": "JWT", "kid": "here"}), TokenRefused::Malformed),
        (json!({"alg": "ES256", "typ": "JWT"}), TokenRefused::Malformed),
        (json!({"alg": "ES256", "typ": "JWT", "kid": ""}), TokenRefused::Key),
        (json!({"alg": "ES256", "typ": "JWT", "kid": "nowhere"}), TokenRefused::Key),
        (json!({"alg": "ES256", "typ": "JWT", "kid": "elsewhere"}), TokenRefused::Signature),
    ] {
        assert_eq!(tried(signed(&key, &header), &key), Err(why), "{header}");
    }
}

#[test]
fn nothing_is_a_signature_but_that_of_the_key() {
    let key = other();
    let token = key.sign("here", &claims()).unwrap().expose_secret().to_owned();
    let (text, signature) = token.rsplit_once('.').unwrap();
    // CVE-2016-10555: the public key, which everybody has, taken for the secret of an HMAC.
    let header = part(&json!({"alg": "HS256", "typ": "JWT", "kid": "here"}));
    let hs256 = format!("{header}.{}", part(&claims()));
    let secret = hmac::Key::new(hmac::HMAC_SHA256, key.public().as_bytes());
    let tag = BASE64_URL_SAFE_NO_PAD.encode(hmac::sign(&secret, hs256.as_bytes()));
    let none = part(&json!({"alg": "none", "typ": "JWT", "kid": "here"}));
    let stranger = other().sign("here", &claims()).unwrap().expose_secret().to_owned();
    // CVE-2022-21449: r and s are zero.
    let zero = BASE64_URL_SAFE_NO_PAD.encode([0; 64]);
    let admin = format!("{}.{}", text.split_once('.').unwrap().0, part(&with("sub", json!("bob"))));
    for (token, why) in [
        (format!("{hs256}.{tag}"), TokenRefused::Algorithm),
        (format!("{none}.{}.", part(&claims())), TokenRefused::Algorithm),
        (format!("{text}."), TokenRefused::Signature),
        (format!("{text}.{zero}"), TokenRefused::Signature),
        (format!("{text}.{tag}"), TokenRefused::Signature),
        (format!("{admin}.{signature}"), TokenRefused::Signature),
        (stranger, TokenRefused::Signature),
    ] {
        assert_eq!(tried(token.clone(), &key), Err(why), "{token}");
    }
}

#[test]
fn what_is_no_token_at_all_is_refused() {
    let key = other();
    let token = key.sign("here", &claims()).unwrap().expose_secret().to_owned();
    let long = "a".repeat(LONGEST + 1);
    for bad in
        ["", ".", "..", "a.b", "lk_code_x", &format!("{token}="), &format!(" {token}"), &long]
    {
        assert_eq!(tried(bad.to_owned(), &key), Err(TokenRefused::Malformed), "{bad}");
    }
    assert!(tried(format!("{token}.x"), &key).is_err());
}

#[test]
fn a_token_of_16_kib_is_read_and_a_longer_one_is_not_looked_at() {
    const LIMIT: usize = 16_384;
    let key = other();
    let (mut lengths, mut padding) = (Vec::new(), LIMIT / 4 * 3 - 400);
    while lengths.last().is_none_or(|length| *length <= LIMIT + 8) {
        padding += 1;
        let claims = with("sub", json!("p".repeat(padding)));
        let token = key.sign("here", &claims).unwrap().expose_secret().to_owned();
        let wanted = if token.len() > LIMIT { Err(TokenRefused::Malformed) } else { Ok(claims) };
        lengths.push(token.len());
        assert_eq!(tried(token, &key), wanted, "{padding}");
    }
    assert!(lengths.contains(&LIMIT) && lengths.contains(&(LIMIT + 1)), "{lengths:?}");
}

#[test]
fn a_claim_that_says_something_else_or_nothing_is_refused() {
    let key = other();
    let leeway = i64::try_from(LEEWAY.as_secs()).unwrap();
    for (claims, why) in [
        (with("iss", json!("https://other.example")), TokenRefused::Issuer),
        (with("aud", json!("other")), TokenRefused::Audience),
        (with("aud", json!(["notes"])), TokenRefused::Malformed),
        (with("exp", json!(NOW - leeway)), TokenRefused::Expired),
        (with("exp", json!("tomorrow")), TokenRefused::Malformed),
        (with("iat", json!(NOW + leeway + 1)), TokenRefused::NotYet),
        (without("iss"), TokenRefused::Malformed),
        (without("aud"), TokenRefused::Malformed),
        (without("exp"), TokenRefused::Malformed),
        (without("iat"), TokenRefused::Malformed),
    ] {
        let token = key.sign("here", &claims).unwrap().expose_secret().to_owned();
        assert_eq!(tried(token, &key), Err(why), "{claims}");
    }
    for claims in [with("exp", json!(NOW - leeway + 1)), with("iat", json!(NOW + leeway))] {
        let token = key.sign("here", &claims).unwrap().expose_secret().to_owned();
        assert_eq!(tried(token, &key), Ok(claims.clone()), "{claims}");
    }
}

proptest::proptest! {
    #[test]
    fn no_character_of_a_token_can_be_another(at in proptest::prelude::any::<proptest::sample::Index>(), to in "[A-Za-z0-9_.-]") {
        let key = other();
        let token = key.sign("here", &claims()).unwrap().expose_secret().to_owned();
        let at = at.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(at..=at, &to);
        proptest::prop_assert!(changed == token || tried(changed, &key).is_err());
    }
}

#[test]
fn a_token_that_expired_is_read_while_it_is_young() {
    let key = PrivateKey::generate().unwrap();
    let token: SecretString = key.sign("here", &claims()).unwrap();
    let at = |seconds| {
        let expected = Expected { now: NOW + seconds, ..EXPECTED };
        let age = Duration::from_mins(10);
        verify_made_within::<Value>(age, &token, &[("here", key.public())], expected)
    };
    assert_eq!(at(600), Ok(claims()));
    assert_eq!(at(601), Err(TokenRefused::Expired));
    assert_eq!(at(-61), Err(TokenRefused::NotYet));
    let elsewhere = Expected { audience: "other", ..EXPECTED };
    let refused =
        verify_made_within::<Value>(Duration::MAX, &token, &[("here", key.public())], elsewhere);
    assert_eq!(refused, Err(TokenRefused::Audience));
}
