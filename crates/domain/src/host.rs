//! The hosts that people sign in on.

use std::{fmt, net::IpAddr};

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Invalid, id::ConnectionId};

/// A host, with its port where it has one: `login.example.com`, `localhost:8080`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Host(String);

impl Host {
    /// Accepts a host in the form that browsers send it: lower case, punycode, no default port.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const REFUSED: Invalid = Invalid::new(
            "must be a host in lower case, such as login.example.com or localhost:8080",
        );
        let url = Url::parse(&format!("https://{text}/")).map_err(|_| REFUSED)?;
        let canonical = url.as_str().strip_prefix("https://").and_then(|s| s.strip_suffix('/'));
        // A URL keeps the dot of a name that is written in full, which no certificate has.
        let in_full = text.ends_with('.') || text.contains(".:");
        // What would be another part of a URL: a path, a query, a fragment, a user or a password.
        let plain = !text.contains(['/', '?', '#', '@']) && !in_full;
        if plain && text.len() <= 253 && canonical == Some(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(REFUSED)
        }
    }

    /// The host with its port, as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is this machine itself.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// Scheme and host. Plain http on this machine itself, where there are no certificates.
    pub fn origin(&self) -> String {
        let scheme = if self.is_loopback() { "http" } else { "https" };
        format!("{scheme}://{}", self.0)
    }

    /// Where a provider sends people back to (`design`: nothing else is served below it).
    pub fn callback_url(&self, connection: &ConnectionId) -> Url {
        let url = format!("{}/login/callback/{connection}", self.origin());
        Url::parse(&url).expect("a host and an id make a URL")
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether `authority` (a host, perhaps with a port) is this machine itself.
pub fn is_loopback(authority: &str) -> bool {
    let Ok(url) = Url::parse(&format!("http://{authority}/")) else { return false };
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(url::Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_taken_in_the_form_that_browsers_send() {
        for good in ["login.example.com", "login.example.com:8443", "localhost:8080", "127.0.0.1:1"]
        {
            assert_eq!(Host::parse(good).map(|host| host.to_string()), Ok(good.to_owned()));
        }
        for bad in [
            "",
            "Login.example.com",
            "login.example.com:443",
            "login.example.com/",
            "login.example.com.",
            "login.example.com.:8443",
            "user@login.example.com",
            "a b",
            "https://login.example.com",
            "login.example.com?x",
            "login.example.com/?x",
            "login.example.com/#x",
            "login.example.com/x",
            ":secret@login.example.com",
            "login.example.com\\x",
            "münchen.example",
        ] {
            assert!(Host::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_this_machine_goes_without_tls() {
        let callback = |host: &str| {
            let connection = "bitbucket".parse().unwrap();
            Host::parse(host).unwrap().callback_url(&connection).to_string()
        };
        assert_eq!(callback("localhost:8080"), "http://localhost:8080/login/callback/bitbucket");
        assert_eq!(callback("10.0.0.1"), "https://10.0.0.1/login/callback/bitbucket");
        assert_eq!(
            callback("localhost.example.com"),
            "https://localhost.example.com/login/callback/bitbucket"
        );
    }
}
