//! Where an application takes its people back.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Invalid, environment::EnvironmentKind, host};

/// An application's redirect URI, kept and compared character by character (RFC 9700, 2.1).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RedirectUri(String);

/// Parameters that the answer itself carries, so that a registered URI cannot pose as one.
const ANSWER_PARAMETERS: [&str; 5] = ["code", "state", "error", "error_description", "response"];

impl RedirectUri {
    /// Keeps a sealed state and the answer's URL far below what servers accept.
    pub const MAX_LENGTH: usize = 512;

    /// Accepts a URI for registration.
    pub fn parse(text: &str, kind: EnvironmentKind) -> Result<Self, Invalid> {
        if text.is_empty() || text.len() > Self::MAX_LENGTH {
            return Err(Invalid::new("must have 1 to 512 characters"));
        }
        let url = Url::parse(text).map_err(|_| Invalid::new("must be an absolute URI"))?;
        Self::scheme_fits(&url, kind)?;
        if url.as_str() != text {
            return Err(Invalid::new(
                "must be in its normal form: lower-case host, no default port, no dot segments, \
                 a path, nothing unescaped",
            ));
        }
        if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(Invalid::new("must hold neither a fragment nor a user name"));
        }
        if url.query_pairs().any(|(name, _)| ANSWER_PARAMETERS.contains(&&*name)) {
            return Err(Invalid::new(
                "must not hold a parameter called code, state, error or response",
            ));
        }
        Ok(Self(text.to_owned()))
    }

    fn scheme_fits(url: &Url, kind: EnvironmentKind) -> Result<(), Invalid> {
        let loopback = host::is_loopback(url.authority());
        match url.scheme() {
            "https" if url.has_host() => Ok(()),
            "http" if loopback && kind == EnvironmentKind::NonProduction => Ok(()),
            _ => Err(Invalid::new(
                "must be https, or http to a loopback host in a non-production environment",
            )),
        }
    }

    /// The URI as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URI with the answer's parameters behind what it already has.
    pub fn answer(&self, parameters: &[(&str, &str)]) -> String {
        let mut url = Url::parse(&self.0).expect("a registered URI is a URL");
        url.query_pairs_mut().extend_pairs(parameters);
        url.into()
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_is_answered_the_browser_goes_to_the_registered_place(
            uri in "https://[a-z]{1,8}(\\.[a-z]{2,5}){1,2}/[a-z@:;%/?&=.~-]{0,40}",
            code in ".{0,60}",
            state in ".{0,60}",
        ) {
            if let Ok(uri) = RedirectUri::parse(&uri, EnvironmentKind::Production) {
                let answer = Url::parse(&uri.answer(&[("code", &code), ("state", &state)])).unwrap();
                let registered = Url::parse(uri.as_str()).unwrap();
                prop_assert_eq!(answer.origin(), registered.origin());
                prop_assert_eq!(answer.path(), registered.path());
                let brought = answer.query_pairs().find(|(name, _)| name == "code").unwrap().1;
                prop_assert_eq!(brought.into_owned(), code);
            }
        }

        #[test]
        fn no_text_is_registered_that_a_browser_would_read_otherwise(text in ".{0,80}") {
            if let Ok(uri) = RedirectUri::parse(&text, EnvironmentKind::NonProduction) {
                let read = Url::parse(uri.as_str()).unwrap();
                prop_assert_eq!(read.as_str(), text);
            }
        }
    }

    #[test]
    fn an_answer_keeps_the_query_that_is_there() {
        let uri =
            RedirectUri::parse("https://app.example/cb?a=1", EnvironmentKind::Production).unwrap();
        assert_eq!(uri.answer(&[("code", "x y")]), "https://app.example/cb?a=1&code=x+y");
    }

    #[test]
    fn plain_http_is_for_this_machine_and_not_for_production() {
        let uri = "http://127.0.0.1:3000/cb";
        assert!(RedirectUri::parse(uri, EnvironmentKind::NonProduction).is_ok());
        assert!(RedirectUri::parse(uri, EnvironmentKind::Production).is_err());
        let elsewhere = "http://app.example/cb";
        assert!(RedirectUri::parse(elsewhere, EnvironmentKind::NonProduction).is_err());
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for bad in [
            "/cb",
            "app.example/cb",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://app.example",
            "https://APP.example/cb",
            "https://app.example:443/cb",
            "https://app.example/a/../cb",
            "https://app.example/%2e%2e/cb",
            "https://app.example\\cb",
            "https://app.example/cb\t",
            "https://user@app.example/cb",
            "https://app.example/cb#",
            "https://app.example/cb?code=1",
            "https://app.example/cb?error=1",
            "https://bücher.example/cb",
            "https:///cb",
        ] {
            assert!(RedirectUri::parse(bad, EnvironmentKind::NonProduction).is_err(), "{bad}");
        }
    }
}
