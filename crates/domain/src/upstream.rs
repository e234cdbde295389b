//! Parameters that a connection adds to the provider's authorization URL.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Invalid;

/// Extra parameters, by their name at the provider.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UpstreamParams(BTreeMap<String, UpstreamParam>);

/// Where the value of a parameter comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpstreamParam {
    /// The same at every sign-in.
    Value(String),
    /// What the sign-in was started with.
    Alias(UpstreamAlias),
}

/// What a sign-in is started with that may be passed on (Kinde has these two).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpstreamAlias {
    /// What the person is known by.
    LoginHint,
    /// OpenID Connect's `prompt`.
    Prompt,
}

/// OAuth's own parameters: who asks, for what, where the answer goes and how it is bound (RFC 6749,
/// 7521, 7636, 8707, 9101, 9126, 9207, 9396, 9449; OpenID Connect Core 3.1.2.1 and 6). They are ours to
/// set. What only tells the provider how to ask a person, such as `prompt` or `max_age`, is not.
const RESERVED: [&str; 28] = [
    "client_id",
    "client_secret",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "scopes",
    "state",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "grant_type",
    "nonce",
    "request",
    "request_uri",
    "claims",
    "iss",
    "access_token",
    "id_token",
    "id_token_hint",
    "refresh_token",
    "client_assertion",
    "client_assertion_type",
    "registration",
    "resource",
    "authorization_details",
    "dpop_jkt",
];

impl UpstreamParams {
    const MAX_PARAMS: usize = 16;
    const MAX_NAME_LENGTH: usize = 64;
    const MAX_VALUE_CHARS: usize = 256;

    /// Accepts parameters.
    pub fn parse(
        params: impl IntoIterator<Item = (String, UpstreamParam)>,
    ) -> Result<Self, Invalid> {
        let mut accepted = BTreeMap::new();
        for (name, param) in params {
            Self::fits(&name, &param)?;
            accepted.insert(name, param);
            if accepted.len() > Self::MAX_PARAMS {
                return Err(Invalid::new("must hold at most 16 parameters"));
            }
        }
        Ok(Self(accepted))
    }

    /// Lets one parameter through.
    pub fn fits(name: &str, param: &UpstreamParam) -> Result<(), Invalid> {
        Self::name_fits(name).and(Self::value_fits(param))
    }

    fn name_fits(name: &str) -> Result<(), Invalid> {
        let shape = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        if name.is_empty() || name.len() > Self::MAX_NAME_LENGTH || !name.chars().all(shape) {
            return Err(Invalid::new("must be named with 1 to 64 characters of A-Z a-z 0-9 _ . -"));
        }
        if RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(Invalid::new("is a parameter of OAuth itself and cannot be set"));
        }
        Ok(())
    }

    fn value_fits(param: &UpstreamParam) -> Result<(), Invalid> {
        let UpstreamParam::Value(value) = param else { return Ok(()) };
        if value.is_empty() || value.chars().count() > Self::MAX_VALUE_CHARS {
            return Err(Invalid::new("must have a value of 1 to 256 characters"));
        }
        if value.chars().any(char::is_control) {
            return Err(Invalid::new("must not hold control characters"));
        }
        Ok(())
    }

    /// The parameters with their sources.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &UpstreamParam)> {
        self.0.iter().map(|(name, param)| (name.as_str(), param))
    }

    /// The parameters of one sign-in; what it has no value for is left out.
    pub fn filled(&self, login_hint: &str, prompt: &str) -> Vec<(String, String)> {
        let value = |param: &UpstreamParam| match param {
            UpstreamParam::Value(value) => value.clone(),
            UpstreamParam::Alias(UpstreamAlias::LoginHint) => login_hint.to_owned(),
            UpstreamParam::Alias(UpstreamAlias::Prompt) => prompt.to_owned(),
        };
        let filled = self.0.iter().map(|(name, param)| (name.clone(), value(param)));
        filled.filter(|(_, value)| !value.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &str, value: &str) -> Result<UpstreamParams, Invalid> {
        UpstreamParams::parse([(name.to_owned(), UpstreamParam::Value(value.to_owned()))])
    }

    #[test]
    fn the_names_of_oauth_are_refused_in_any_case() {
        // What RFC 6749 to 9449 let an authorization request hold, as the registry of OAuth parameters
        // lists it, and what would look like an answer.
        let names = "client_id client_secret response_type response_mode redirect_uri scope state code \
            nonce claims registration request request_uri id_token_hint code_challenge \
            code_challenge_method code_verifier grant_type resource authorization_details dpop_jkt \
            client_assertion client_assertion_type access_token refresh_token id_token iss";
        for name in names.split_whitespace() {
            assert!(with(name, "x").is_err(), "{name}");
            assert!(with(&name.to_ascii_uppercase(), "x").is_err(), "{name}");
        }
    }

    #[test]
    fn how_a_person_is_asked_can_be_set() {
        for name in ["prompt", "max_age", "acr_values", "display", "ui_locales", "login_hint"] {
            assert!(with(name, "x").is_ok(), "{name}");
        }
    }

    #[test]
    fn limits_are_kept() {
        assert!(with(&"n".repeat(64), &"v".repeat(256)).is_ok());
        assert!(with(&"n".repeat(65), "v").is_err());
        assert!(with("n", &"v".repeat(257)).is_err());
        assert!(with("n", "").is_err());
        assert!(with("a b", "v").is_err());
        let many = (0..17).map(|n| (format!("p{n}"), UpstreamParam::Value("v".to_owned())));
        assert!(UpstreamParams::parse(many).is_err());
    }

    #[test]
    fn an_alias_without_a_value_is_left_out() {
        let params = UpstreamParams::parse([
            ("username".to_owned(), UpstreamParam::Alias(UpstreamAlias::LoginHint)),
            ("prompt".to_owned(), UpstreamParam::Alias(UpstreamAlias::Prompt)),
            ("team".to_owned(), UpstreamParam::Value("acme".to_owned())),
        ])
        .unwrap();
        assert_eq!(
            params.filled("rowan@mail.example", ""),
            [
                ("team".to_owned(), "acme".to_owned()),
                ("username".to_owned(), "rowan@mail.example".to_owned())
            ]
        );
    }
}
