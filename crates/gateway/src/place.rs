//! Where a request is: on the environment's own domain, or on a custom domain of an organization.

use std::net::IpAddr;

use axum::extract::{FromRequestParts, Request};
use http::{HeaderMap, request::Parts};
use ipnet::IpNet;
use url::Url;

use crate::{client, config, cookies::Jar, fault::Fault, reason::Reason};

/// Where a proxy says which host the browser is on, unless it passes `Host` on.
const FORWARDED_HOST: &str = "x-forwarded-host";
/// `host` of the service's requests, in characters.
const LONGEST_HOST: usize = 253;

/// Where a request is. Whether people sign in there is for the service to say.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// `scheme://host[:port]`, as a browser writes it in `Origin`.
    pub(crate) origin: String,
    /// The host that the browser is on, with its port where it has one.
    pub(crate) host: String,
    /// How cookies are named and marked.
    pub(crate) jar: Jar,
    /// Whether it is the environment's own domain, and not a customer's.
    pub(crate) own: bool,
}

impl Place {
    fn at(url: &Url, own: bool) -> Self {
        Self {
            origin: url.origin().ascii_serialization(),
            host: host(url),
            jar: Jar { https: url.scheme() == "https" },
            own,
        }
    }
}

/// Refuses a request of which nobody can tell where it is.
impl<S: Sync> FromRequestParts<S> for Place {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Fault> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Reason::HostInvalid.into())
    }
}

/// Who is at the other end of a request's connection: a browser, or a proxy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Tells where requests are.
#[derive(Debug)]
pub(crate) struct Places {
    scheme: String,
    own: Place,
    proxies: Vec<IpNet>,
}

impl Places {
    /// Only `proxies` are believed that a request is anywhere but at `base_url`.
    pub(crate) fn new(base_url: &Url, proxies: Vec<IpNet>) -> Self {
        let scheme = base_url.scheme().to_owned();
        Self { scheme, own: Place::at(base_url, true), proxies }
    }

    /// The environment's own domain.
    pub(crate) fn own(&self) -> &Place {
        &self.own
    }

    /// Where `request` is; `None` if a listed proxy names no host, several, or what is none.
    pub(crate) fn of(&self, request: &Request) -> Option<Place> {
        if !self.believes(request.extensions().get::<Peer>()) {
            return Some(self.own.clone());
        }
        self.called(&named(request.headers())?.to_ascii_lowercase())
    }

    /// Where the person is whose `request` it is: at the other end of the connection, or where a listed
    /// proxy says; `None` if it does not say.
    pub(crate) fn client(&self, request: &Request) -> Option<IpAddr> {
        let peer = request.extensions().get::<Peer>();
        if self.believes(peer) {
            return client::forwarded(request.headers(), |address| self.is_proxy(address));
        }
        peer.map(|peer| peer.0)
    }

    fn believes(&self, peer: Option<&Peer>) -> bool {
        peer.is_some_and(|peer| self.is_proxy(peer.0))
    }

    fn is_proxy(&self, address: IpAddr) -> bool {
        // An IPv4 address, also where the listener takes IPv6 and shows it mapped.
        let address = address.to_canonical();
        self.proxies.iter().any(|net| net.contains(&address))
    }

    fn called(&self, host: &str) -> Option<Place> {
        if Place::at(&read(&self.scheme, host)?, true).origin == self.own.origin {
            return Some(self.own.clone());
        }
        let url = read("https", host)?;
        // There are no certificates for this machine itself.
        let url = if config::is_loopback(&url) { read("http", host)? } else { url };
        Some(Place::at(&url, false))
    }
}

/// The host that a proxy names. Of two, nobody knows which a browser made up.
fn named(headers: &HeaderMap) -> Option<&str> {
    let name = if headers.contains_key(FORWARDED_HOST) { FORWARDED_HOST } else { "host" };
    let mut values = headers.get_all(name).into_iter();
    let only = values.next().filter(|_| values.next().is_none())?;
    only.to_str().ok()
}

/// Reads `host[:port]` as what a browser sends by `scheme`; nothing that a URL would understand as
/// another host.
fn read(scheme: &str, text: &str) -> Option<Url> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte);
    if text.len() > LONGEST_HOST || !text.bytes().all(plain) {
        return None;
    }
    let port = if scheme == "https" { ":443" } else { ":80" };
    let text = text.strip_suffix(port).unwrap_or(text);
    let url = Url::parse(&format!("{scheme}://{text}")).ok()?;
    (host(&url) == text).then_some(url)
}

fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::HeaderValue;

    use super::*;

    fn place(base_url: &str, host: &str) -> Option<(String, String, bool)> {
        let places = Places::new(&base_url.parse().unwrap(), Vec::new());
        places.called(host).map(|place| (place.origin, place.host, place.own))
    }

    #[test]
    fn the_port_of_the_scheme_goes_without_saying() {
        for (base_url, said, origin, own) in [
            ("https://login.example", "login.example:443", "https://login.example", true),
            ("https://login.example:443", "login.example", "https://login.example", true),
            ("https://login.example", "acme.example:443", "https://acme.example", false),
            ("https://login.example", "acme.example:80", "https://acme.example:80", false),
            ("https://login.example:8443", "login.example", "https://login.example", false),
            ("http://localhost", "localhost:80", "http://localhost", true),
            ("http://localhost", "acme.localhost:80", "http://acme.localhost", false),
            ("http://localhost", "localhost:443", "http://localhost:443", false),
            ("https://localhost", "localhost", "https://localhost", true),
            ("http://[::1]:8080", "[::1]:8080", "http://[::1]:8080", true),
        ] {
            let (_, host) = origin.split_once("//").unwrap();
            let place = place(base_url, said);
            assert_eq!(place, Some((origin.to_owned(), host.to_owned(), own)), "{said}");
        }
    }

    #[test]
    fn who_is_not_listed_or_not_known_is_not_believed() {
        let base_url = "https://login.example".parse().unwrap();
        let places = Places::new(&base_url, vec!["10.0.0.0/8".parse().unwrap()]);
        for (peer, host) in [
            (None, "login.example"),
            (Some("192.0.2.1"), "login.example"),
            (Some("::1"), "login.example"),
            (Some("10.1.2.3"), "acme.example"),
            (Some("::ffff:10.1.2.3"), "acme.example"),
        ] {
            let mut request = Request::new(Body::empty());
            request.headers_mut().insert("host", HeaderValue::from_static("acme.example"));
            if let Some(peer) = peer {
                request.extensions_mut().insert(Peer(peer.parse().unwrap()));
            }
            assert_eq!(places.of(&request).unwrap().host, host, "{peer:?}");
        }
    }

    #[test]
    fn what_a_browser_does_not_send_is_no_host() {
        let long = format!("{}.example", "a.".repeat(123));
        for text in [
            "",
            ":443",
            "acme.example:",
            "acme.example:0443",
            "acme.example:65536",
            "acme.example:x",
            "acme.example:443:443",
            "acme.example/x",
            "acme.example?x",
            "acme.example#x",
            "ann@acme.example",
            "acme.example,evil.example",
            "acme.example, evil.example",
            "acme .example",
            "acme%2eexample",
            "m\u{fc}nchen.example",
            "127.1",
            "0x7f.0.0.1",
            "::1",
            "[::1",
            "[0:0::1]",
            &long,
        ] {
            assert_eq!(place("https://login.example", text), None, "{text}");
        }
    }
}
