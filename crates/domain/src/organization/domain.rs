//! A custom domain, and the record that proves it.

use url::Url;

use super::Verification;
use crate::{
    Invalid,
    environment::{EnvironmentKind, domain_fits},
    host::Host,
};

/// The host that an organization's people sign in on, once it is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomDomain {
    /// The host.
    pub host: Host,
    /// What proves it; `None` until somebody begins.
    pub verification: Option<Verification>,
}

/// What the record's name begins with: a label with an underscore is no host's (RFC 8552).
const LABEL: &str = "_latchkey.";
/// What the record's value begins with, to be told from those of others.
const VALUE: &str = "latchkey-verification=";
/// A name has at most 253 characters (RFC 1035, section 2.3.4), and the record's has ten more.
const MOST_CHARS: usize = 240;
/// A label has at most 63 (RFC 1035, section 2.3.4).
const MOST_IN_LABEL: usize = 63;

impl CustomDomain {
    /// A host that nobody has begun to prove.
    pub const fn unverified(host: Host) -> Self {
        Self { host, verification: None }
    }

    /// The name of the TXT record that proves it: without the host's port.
    pub fn record_name(&self) -> String {
        format!("{LABEL}{}", name_of(&self.host).unwrap_or_default())
    }
}

impl Verification {
    /// What the TXT record holds.
    pub fn record_value(&self) -> String {
        format!("{VALUE}{}", self.token.as_str())
    }
}

/// Lets a host through that may be a custom domain in an environment of this kind: a name of two
/// labels or more, so that there can be a record, and of what a gateway takes from a proxy.
pub fn custom_domain_fits(host: &Host, kind: EnvironmentKind) -> Result<(), Invalid> {
    domain_fits(host, kind)?;
    if host.as_str().len() > MOST_CHARS {
        return Err(Invalid::new("must have at most 240 characters"));
    }
    let name = name_of(host).ok_or(Invalid::new("must be a name, not an address"))?;
    let mut labels = name.split('.');
    if !name.contains('.') || !labels.all(is_label) {
        return Err(Invalid::new(
            "must be a name of two labels or more of letters, digits and hyphens, such as \
             login.example.com",
        ));
    }
    Ok(())
}

/// Whether a host's name can have this label (RFC 1123, section 2.1). A URL takes more.
fn is_label(label: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let at_ends = label.starts_with('-') || label.ends_with('-');
    (1..=MOST_IN_LABEL).contains(&label.len()) && label.bytes().all(plain) && !at_ends
}

/// The host's name, without its port; `None` of an address.
fn name_of(host: &Host) -> Option<String> {
    let url = Url::parse(&format!("https://{host}/")).ok()?;
    url.domain().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Host {
        Host::parse(text).unwrap()
    }

    #[test]
    fn a_record_is_below_the_name_without_its_port() {
        for host in [host("login.acme.example"), host("login.acme.example:8443")] {
            let domain = CustomDomain::unverified(host);
            assert_eq!(domain.record_name(), "_latchkey.login.acme.example");
        }
    }

    #[test]
    fn a_custom_domain_is_a_name_of_two_labels_or_more() {
        use EnvironmentKind::{NonProduction, Production};
        let longest = format!("{}.{}.{}.example", "a".repeat(63), "b".repeat(63), "c".repeat(63));
        for good in ["acme.example", "login.acme.example:8443", "xn--mnchen-3ya.example", &longest]
        {
            assert_eq!(custom_domain_fits(&host(good), Production), Ok(()), "{good}");
        }
        assert_eq!(custom_domain_fits(&host("acme.localhost:8080"), NonProduction), Ok(()));
        let label = format!("{}.example", "a".repeat(64));
        let long = format!("{longest}.{}", "d".repeat(41));
        let bad = ["example", "192.0.2.1", "[2001:db8::1]", "acme.localhost", &label, &long];
        for bad in bad {
            assert!(custom_domain_fits(&host(bad), Production).is_err(), "{bad}");
        }
        for bad in [
            "_dmarc.acme.example",
            "*.acme.example",
            "login,acme.example",
            "login'acme.example",
            "login&acme.example",
            "login;acme.example",
            "login.-acme.example",
            "login.acme-.example",
            "login_1.acme.example:8443",
        ] {
            assert!(custom_domain_fits(&host(bad), Production).is_err(), "{bad}");
        }
        for bad in ["localhost:8080", "127.0.0.1:8080"] {
            assert!(custom_domain_fits(&host(bad), NonProduction).is_err(), "{bad}");
        }
    }
}
