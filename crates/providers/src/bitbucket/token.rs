//! Bitbucket's answer to a code, in the wording of either side of May 2026.

use std::time::Duration;

use oauth2::{AccessToken, RefreshToken, Scope, TokenResponse, basic::BasicTokenType};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A token answer, as far as a sign-in needs it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(try_from = "Wire")]
pub(super) struct Token {
    secret: AccessToken,
    kind: BasicTokenType,
    scopes: Option<Vec<Scope>>,
}

/// What comes. Only the token is vital: `expires_in` (a number, a string, or not there) and the refresh token do not
/// matter to somebody who reads two pages and forgets the token.
#[derive(Deserialize)]
struct Wire {
    access_token: AccessToken,
    /// `bearer` in any case, which is also what a reply without it means.
    token_type: Option<String>,
    /// Since 4 May 2026 (CHANGE-3052).
    scope: Option<Value>,
    /// Before.
    scopes: Option<Value>,
    /// Some servers refuse with status 200.
    error: Option<Value>,
}

impl TryFrom<Wire> for Token {
    type Error = &'static str;

    fn try_from(wire: Wire) -> Result<Self, &'static str> {
        if wire.error.is_some() {
            return Err("an error");
        }
        if wire.token_type.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
            return Err("another type of token");
        }
        // RFC 6750, 2.1; and nothing else can be put into a header.
        let secret = wire.access_token.secret();
        if secret.is_empty() || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("no token");
        }
        Ok(Self {
            secret: wire.access_token,
            kind: BasicTokenType::Bearer,
            scopes: wire.scope.or(wire.scopes).and_then(|told| scopes(&told)),
        })
    }
}

/// Separated by spaces (RFC 6749, 3.3), by commas, or as a list.
fn scopes(told: &Value) -> Option<Vec<Scope>> {
    let split = |text: &str| {
        let words = text.split([' ', ',']).filter(|word| !word.is_empty());
        words.map(|word| Scope::new(word.to_owned())).collect::<Vec<_>>()
    };
    match told {
        Value::String(text) => Some(split(text)),
        Value::Array(list) => Some(list.iter().filter_map(Value::as_str).flat_map(split).collect()),
        _ => None,
    }
}

impl Token {
    /// Whether the answer tells scopes.
    pub(super) fn tells_scopes(&self) -> bool {
        self.scopes.is_some()
    }

    /// Whether the answer tells scopes that leave one of `wanted` out. One that tells none is given the benefit of
    /// the doubt: the API will say.
    pub(super) fn lacks(&self, wanted: &[&str]) -> bool {
        let told = |scopes: &Vec<Scope>, name: &str| scopes.iter().any(|scope| ***scope == *name);
        self.scopes.as_ref().is_some_and(|scopes| !wanted.iter().all(|name| told(scopes, name)))
    }
}

impl TokenResponse for Token {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.secret
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.kind
    }

    fn expires_in(&self) -> Option<Duration> {
        None
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        None
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        self.scopes.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Token;

    fn read(answer: Value) -> Option<Token> {
        serde_json::from_value(answer).ok()
    }

    #[test]
    fn scopes_are_told_in_several_ways_or_not_at_all() {
        for (scopes, lacks) in [
            (json!({}), false),
            (json!({ "scope": "account email" }), false),
            (json!({ "scopes": "email account" }), false),
            (json!({ "scopes": ["account", "email"] }), false),
            (json!({ "scope": null, "scopes": "account,email" }), false),
            (json!({ "scope": "account" }), true),
            (json!({ "scopes": "" }), true),
            (json!({ "scope": "accounts emails" }), true),
        ] {
            let mut answer = json!({ "access_token": "t" });
            answer.as_object_mut().unwrap().extend(scopes.as_object().unwrap().clone());
            assert_eq!(
                read(answer.clone()).unwrap().lacks(&["account", "email"]),
                lacks,
                "{answer}"
            );
        }
    }

    #[test]
    fn the_rest_of_the_answer_may_be_odd() {
        for odd in [
            json!({ "access_token": "t", "token_type": "BEARER", "expires_in": "7200" }),
            json!({ "access_token": "t", "token_type": null, "expires_in": {}, "refresh_token": 7 }),
            json!({ "access_token": "t", "state": "authorization_code" }),
        ] {
            assert!(read(odd.clone()).is_some(), "{odd}");
        }
    }

    #[test]
    fn without_a_usable_token_it_is_none() {
        for bad in [
            json!({}),
            json!({ "access_token": null }),
            json!({ "access_token": "" }),
            json!({ "access_token": 7 }),
            json!({ "access_token": "two words" }),
            json!({ "access_token": "t\r\nx: y" }),
            json!({ "access_token": "t", "token_type": "mac" }),
            json!({ "access_token": "t", "error": "invalid_grant" }),
            json!([]),
        ] {
            assert!(read(bad.clone()).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_token_does_not_show_in_debug_output() {
        let token = read(json!({ "access_token": "very-secret" })).unwrap();
        assert!(!format!("{token:?}").contains("very-secret"));
    }
}
