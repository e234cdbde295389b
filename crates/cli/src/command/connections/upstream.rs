//! Upstream params, written as Kinde writes them: a JSON object of name to `value` or `alias`.

use std::{collections::BTreeMap, str::FromStr};

use latchkey_domain::upstream::UpstreamParams as Rules;
use latchkey_proto::v1::{UpstreamAlias, UpstreamParam, upstream_param::Source};
use serde_json::{Map, Value};

/// Extra parameters of the provider's authorization URL.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct UpstreamParams(pub(crate) BTreeMap<String, UpstreamParam>);

impl FromStr for UpstreamParams {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = serde_json::from_str::<Map<String, Value>>(text);
        let params = read.map_err(|error| {
            format!(
                "must be a JSON object, such as {{\"prompt\":{{\"value\":\"login\"}}}}: {error}"
            )
        })?;
        let (mut read, mut problems) = (BTreeMap::new(), Vec::new());
        for (name, param) in params {
            match upstream_param(&name, &param) {
                Ok(param) => drop(read.insert(name, param)),
                Err(problem) => problems.push(format!("{name}: {problem}")),
            }
        }
        if problems.is_empty() { Ok(Self(read)) } else { Err(problems.join("; ")) }
    }
}

/// Reads one parameter, if the service would take it.
pub(crate) fn upstream_param(name: &str, param: &Value) -> Result<UpstreamParam, String> {
    const SHAPE: &str = "must be {\"value\": …} or {\"alias\": …}, and nothing else";
    let fields = param.as_object().ok_or(SHAPE)?;
    let mut fields = fields.iter();
    let (Some((kind, value)), None) = (fields.next(), fields.next()) else {
        return Err(SHAPE.to_owned());
    };
    let text = value.as_str().ok_or_else(|| format!("{kind} must be text"))?;
    let (source, rule) = match kind.as_str() {
        "value" => {
            let rule = latchkey_domain::upstream::UpstreamParam::Value(text.to_owned());
            (Source::Value(text.to_owned()), rule)
        }
        "alias" => {
            let alias = alias(text)?;
            // Both aliases fit any name alike.
            let any = latchkey_domain::upstream::UpstreamAlias::Prompt;
            (Source::Alias(alias.into()), latchkey_domain::upstream::UpstreamParam::Alias(any))
        }
        _ => return Err(SHAPE.to_owned()),
    };
    Rules::fits(name, &rule).map_err(|invalid| invalid.to_string())?;
    Ok(UpstreamParam { source: Some(source) })
}

/// An alias as Kinde writes it, or as our own JSON does.
fn alias(text: &str) -> Result<UpstreamAlias, String> {
    match text {
        "login_hint" | "UPSTREAM_ALIAS_LOGIN_HINT" => Ok(UpstreamAlias::LoginHint),
        "prompt" | "UPSTREAM_ALIAS_PROMPT" => Ok(UpstreamAlias::Prompt),
        _ => Err("alias must be login_hint or prompt".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(params: &UpstreamParams, name: &str) -> Source {
        params.0[name].source.clone().unwrap()
    }

    #[test]
    fn the_json_of_kinde_is_taken_as_it_is() {
        let text = r#"{"prompt":{"value":"select_account"},"username":{"alias":"login_hint"},"p":{"alias":"prompt"}}"#;
        let read: UpstreamParams = text.parse().unwrap();
        assert_eq!(source(&read, "prompt"), Source::Value("select_account".to_owned()));
        assert_eq!(source(&read, "username"), Source::Alias(UpstreamAlias::LoginHint.into()));
        assert_eq!(source(&read, "p"), Source::Alias(UpstreamAlias::Prompt.into()));
        assert_eq!("{}".parse(), Ok(UpstreamParams::default()));
    }

    #[test]
    fn what_is_wrong_is_told_by_the_parameters_name() {
        for (text, told) in [
            ("[]", "must be a JSON object"),
            ("prompt=login", "must be a JSON object"),
            (r#"{"prompt":"login"}"#, "prompt: must be {\"value\""),
            (r#"{"prompt":{"value":"a","alias":"prompt"}}"#, "prompt: must be {\"value\""),
            (r#"{"prompt":{}}"#, "prompt: must be {\"value\""),
            (r#"{"max_age":{"value":3}}"#, "max_age: value must be text"),
            (r#"{"username":{"alias":"email"}}"#, "username: alias must be login_hint or prompt"),
            (r#"{"state":{"value":"x"}}"#, "state: is a parameter of OAuth itself"),
            (r#"{"a b":{"alias":"prompt"}}"#, "a b: must be named with"),
            (r#"{"prompt":{"value":""}}"#, "prompt: must have a value"),
        ] {
            let problem = text.parse::<UpstreamParams>().unwrap_err();
            assert!(problem.starts_with(told), "{text}: {problem}");
        }
        let both = r#"{"state":{"value":"x"},"prompt":{}}"#.parse::<UpstreamParams>().unwrap_err();
        assert!(both.contains("state: ") && both.contains("prompt: "), "{both}");
    }
}
