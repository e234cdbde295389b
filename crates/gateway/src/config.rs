//! The settings of a gateway.

use std::net::{Ipv4Addr, SocketAddr};

use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::{Host, Url};

use crate::{names, networks};

/// The settings of a gateway, which serves one environment.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where it listens, in plain HTTP: whoever stands in front ends TLS.
    pub listen: SocketAddr,
    /// Where browsers reach it, such as `https://login.example.com`; the host is one of the
    /// environment's. A request is on another host only where one of `trusted_proxies` says so.
    pub base_url: Url,
    /// Networks of the proxies that say truly which host a browser is on: in `X-Forwarded-Host`, or
    /// else in `Host`; and where it is, in `X-Forwarded-For`. Nobody else is believed.
    #[serde(deserialize_with = "networks::deserialize")]
    pub trusted_proxies: Vec<IpNet>,
    /// The environment that it serves: `environments/{environment}`.
    pub environment: String,
    /// Where the service answers gRPC: `http://host:port`, or `https://host:port` where something ends
    /// TLS in front of it, with a certificate that this machine trusts.
    pub endpoint: Url,
    /// A gateway key of that environment.
    pub key: SecretString,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            base_url: constant("http://localhost:8080"),
            trusted_proxies: Vec::new(),
            environment: String::new(),
            endpoint: constant("http://127.0.0.1:50051"),
            key: SecretString::default(),
        }
    }
}

impl Config {
    /// Lists everything that is wrong, each with the name of its field; empty when it can be used.
    pub fn problems(&self) -> Vec<String> {
        let checks = [
            ("base_url", base_url_problem(&self.base_url)),
            ("environment", environment_problem(&self.environment)),
            ("endpoint", endpoint_problem(&self.endpoint)),
            ("key", key_problem(&self.key)),
        ];
        checks
            .into_iter()
            .filter_map(|(field, problem)| Some(format!("{field}: {}", problem?)))
            .collect()
    }

    /// Whether the key goes to another machine for everybody on the way to read: not for production.
    pub fn key_is_exposed(&self) -> bool {
        self.endpoint.scheme() != "https" && !is_loopback(&self.endpoint)
    }
}

fn base_url_problem(url: &Url) -> Option<&'static str> {
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(url) => {}
        "http" => return Some("must be https, unless its host is a loopback host"),
        _ => return Some("must be https"),
    }
    is_not_an_origin(url).then_some("must be a scheme, a host and maybe a port, nothing more")
}

fn environment_problem(name: &str) -> Option<&'static str> {
    let id = name.strip_prefix("environments/").unwrap_or_default();
    (!names::is_id(id)).then_some("must be environments/{environment}")
}

fn endpoint_problem(url: &Url) -> Option<&'static str> {
    if !matches!(url.scheme(), "http" | "https") {
        return Some("must begin with https:// or http://");
    }
    is_not_an_origin(url).then_some("must be a scheme, a host and maybe a port, nothing more")
}

fn key_problem(key: &SecretString) -> Option<&'static str> {
    let key = key.expose_secret();
    if key.is_empty() {
        return Some("is missing");
    }
    (!key.bytes().all(|byte| byte.is_ascii_graphic())).then_some("must be visible ASCII")
}

/// Whether the URL says more than where a server is.
fn is_not_an_origin(url: &Url) -> bool {
    let named = !url.username().is_empty() || url.password().is_some();
    !url.has_host() || named || url.path() != "/" || url.query().or(url.fragment()).is_some()
}

/// Whether the URL is on this machine itself.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn constant(url: &str) -> Url {
    Url::parse(url).expect("a constant URL")
}
