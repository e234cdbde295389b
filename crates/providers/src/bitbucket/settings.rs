//! Where Bitbucket is.

use latchkey_domain::profile::Issuer;
use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use crate::endpoint::{self, Reach};

/// Where Bitbucket is; the defaults are Bitbucket Cloud (developer.atlassian.com/cloud/bitbucket/oauth-2).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Settings {
    /// Who vouches for the accounts; with an account's id it names a person for ever.
    pub(super) issuer: Url,
    /// Where browsers are sent to sign in.
    pub(super) authorize_url: Url,
    /// Where a code is traded for a token.
    pub(super) token_url: Url,
    /// What the paths of the API are appended to.
    pub(super) api_url: Url,
    /// It only plays Bitbucket: it may be on a private network without TLS, and serves no production environment.
    pub(super) stand_in: bool,
}

impl Default for Settings {
    fn default() -> Self {
        let url = |text| Url::parse(text).expect("a constant URL");
        Self {
            issuer: url("https://bitbucket.org"),
            authorize_url: url("https://bitbucket.org/site/oauth2/authorize"),
            token_url: url("https://bitbucket.org/site/oauth2/access_token"),
            api_url: url("https://api.bitbucket.org/2.0"),
            stand_in: false,
        }
    }
}

impl Settings {
    /// Reads a configuration table; each problem begins with the field that has it.
    pub(super) fn read(table: Map<String, Value>) -> Result<Self, Vec<String>> {
        let read = serde_path_to_error::deserialize(Value::Object(table));
        let settings: Self =
            read.map_err(|error| vec![format!("{}: {}", error.path(), error.inner())])?;
        let fields = [
            ("issuer", &settings.issuer),
            ("authorize_url", &settings.authorize_url),
            ("token_url", &settings.token_url),
            ("api_url", &settings.api_url),
        ];
        let check = |(field, url)| {
            endpoint::check(url, settings.reach())
                .err()
                .map(|problem| format!("{field}: {problem}"))
        };
        let problems: Vec<_> = fields.into_iter().filter_map(check).collect();
        if problems.is_empty() { Ok(settings) } else { Err(problems) }
    }

    /// Where it may be.
    pub(super) fn reach(&self) -> Reach {
        if self.stand_in { Reach::StandIn } else { Reach::Public }
    }

    /// Whether anything that we call ourselves has TLS.
    pub(super) fn has_tls(&self) -> bool {
        [&self.token_url, &self.api_url].iter().any(|url| url.scheme() == "https")
    }

    /// The issuer as identities keep it: without the slash that a URL without a path gets.
    pub(super) fn issuer(&self) -> Issuer {
        Issuer(self.issuer.as_str().trim_end_matches('/').to_owned())
    }

    /// An endpoint of the API.
    pub(super) fn api(&self, path: &[&str]) -> Url {
        let mut url = self.api_url.clone();
        url.path_segments_mut().expect("settings hold http URLs").pop_if_empty().extend(path);
        url
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Settings;

    fn read(table: Value) -> Result<Settings, Vec<String>> {
        let Value::Object(table) = table else { panic!("a table") };
        Settings::read(table)
    }

    #[test]
    fn without_settings_it_is_bitbucket_cloud() {
        let settings = read(json!({})).unwrap();
        assert_eq!(settings.issuer().0, "https://bitbucket.org");
        assert_eq!(
            settings.api(&["user", "emails"]).as_str(),
            "https://api.bitbucket.org/2.0/user/emails"
        );
    }

    #[test]
    fn every_problem_names_its_field() {
        let problems = read(json!({
            "token_url": "http://bitbucket.org/token",
            "api_url": "https://169.254.169.254/2.0",
        }));
        assert_eq!(
            problems.unwrap_err(),
            [
                "token_url: must be an https URL, unless stand_in is set",
                "api_url: must be on the public Internet, unless stand_in is set",
            ]
        );
        for (field, value) in
            [("colour", json!("blue")), ("stand_in", json!("yes")), ("token_url", json!("token"))]
        {
            let problems = read(json!({ field: value })).unwrap_err();
            assert!(problems[0].starts_with(&format!("{field}: ")), "{problems:?}");
        }
    }

    #[test]
    fn a_stand_in_needs_no_tls() {
        let settings = read(json!({ "stand_in": true, "api_url": "http://127.0.0.1:7990/2.0/" }));
        let user = settings.unwrap().api(&["user"]);
        assert_eq!(user.as_str(), "http://127.0.0.1:7990/2.0/user");
    }
}
