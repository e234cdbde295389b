//! What a URL in a provider's settings must be like.

use latchkey_domain::host;
use url::{Host, Url};

use crate::address;

/// Where a provider may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// On the public Internet, with TLS.
    Public,
    /// Anywhere, with or without TLS: it only plays a provider.
    StandIn,
}

/// Accepts an endpoint, or says what is wrong with it.
pub(crate) fn check(url: &Url, reach: Reach) -> Result<(), &'static str> {
    if !url.has_host() || !matches!(url.scheme(), "https" | "http") {
        return Err("must be an https URL");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must hold neither a query nor a fragment");
    }
    if reach == Reach::StandIn {
        return Ok(());
    }
    if url.scheme() != "https" {
        return Err("must be an https URL, unless stand_in is set");
    }
    if is_public(url) {
        Ok(())
    } else {
        Err("must be on the public Internet, unless stand_in is set")
    }
}

/// Names are looked at again when they are resolved.
fn is_public(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(literal)) => address::is_public(literal.into()),
        Some(Host::Ipv6(literal)) => address::is_public(literal.into()),
        Some(Host::Domain(name)) => !host::is_loopback(name.trim_end_matches('.')),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Reach, check};

    fn fits(url: &str, reach: Reach) -> bool {
        check(&url.parse().unwrap(), reach).is_ok()
    }

    #[test]
    fn a_real_provider_is_public_and_has_tls() {
        assert!(fits("https://api.bitbucket.org/2.0", Reach::Public));
        for bad in [
            "http://api.bitbucket.org/2.0",
            "ftp://bitbucket.org/",
            "file:///etc/passwd",
            "https://localhost/",
            "https://api.localhost./",
            "https://127.0.0.1/",
            // The same address as browsers and attackers write it.
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::1]/",
            "https://[::ffff:169.254.169.254]/",
            "https://169.254.169.254/latest",
            "https://key:secret@bitbucket.org/",
            "https://bitbucket.org/?a=b",
            "https://bitbucket.org/#a",
        ] {
            assert!(!fits(bad, Reach::Public), "{bad}");
        }
    }

    #[test]
    fn a_stand_in_can_be_anywhere_but_its_urls_are_as_plain() {
        assert!(fits("http://127.0.0.1:7990/2.0", Reach::StandIn));
        assert!(fits("http://bitbucket:7990/2.0", Reach::StandIn));
        for bad in ["ftp://127.0.0.1/", "http://key@127.0.0.1/", "http://127.0.0.1/?a=b"] {
            assert!(!fits(bad, Reach::StandIn), "{bad}");
        }
    }
}
