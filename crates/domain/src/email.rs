//! E-mail addresses.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::Invalid;

/// An address in one normal form: the local part in NFC (Unicode, annex 15) with its ASCII letters folded,
/// the domain in punycode.
///
/// Two people must never be taken for one because of how an address is written, so nothing but
/// ASCII case is folded in the local part, and look-alikes stay apart. One person must not be two
/// because a keyboard writes an accent by itself, so characters are composed first.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// RFC 5321, 4.5.3.1: a path has at most 256 octets, brackets included.
    pub const MAX_LENGTH: usize = 254;
    /// RFC 5321, 4.5.3.1.
    const MAX_LOCAL_LENGTH: usize = 64;

    /// Accepts an address as providers and people write it.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const REFUSED: Invalid = Invalid::new("must be an e-mail address");
        let (local, domain) = text.trim().rsplit_once('@').ok_or(REFUSED)?;
        let local: String = local.nfc().collect();
        let local_fits = !local.is_empty()
            && local.len() <= Self::MAX_LOCAL_LENGTH
            && !local.contains(['@', '"', ' ', ',', ';', ':', '<', '>', '(', ')', '[', ']', '\\'])
            // Another service may fold what looks like an `@`, and then read another domain.
            && !local.nfkc().any(|c| c == '@')
            && !local.chars().any(crate::text::is_unprintable)
            && !local.chars().any(char::is_whitespace);
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| REFUSED)?;
        let domain_fits =
            domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.');
        let address = format!("{}@{domain}", local.to_ascii_lowercase());
        if local_fits && domain_fits && address.len() <= Self::MAX_LENGTH {
            return Ok(Self(address));
        }
        Err(REFUSED)
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind the `@`, in punycode.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Addresses are personal data: they do not reach a log by way of `Debug`.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_case_and_the_form_of_the_domain_do_not_matter() {
        let parse = |text: &str| EmailAddress::parse(text).unwrap();
        assert_eq!(parse("Rowan@Mail.Example"), parse("rowan@mail.example"));
        assert_eq!(parse("rowan@bücher.example"), parse("rowan@xn--bcher-kva.example"));
    }

    #[test]
    fn an_accent_is_the_same_however_a_keyboard_writes_it() {
        let composed = EmailAddress::parse("jos\u{e9}@mail.example").unwrap();
        assert_eq!(EmailAddress::parse("jose\u{301}@mail.example").unwrap(), composed);
        assert_eq!(composed.as_str(), "jos\u{e9}@mail.example");
    }

    #[test]
    fn look_alikes_stay_apart() {
        let latin = EmailAddress::parse("rowan@mail.example").unwrap();
        let cyrillic = EmailAddress::parse("rоwan@mail.example").unwrap();
        assert_ne!(latin, cyrillic);
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in [
            "",
            "rowan",
            "@mail.example",
            "rowan@",
            "rowan@mail",
            "rowan@@mail.example",
            "rowan\u{ff20}mail.example",
            "victim\u{ff20}corp.example@mail.example",
            "victim\u{fe6b}corp.example@mail.example",
            "row an@mail.example",
            "rowan@mail.example\r\nBcc: x@y.example",
            "<rowan@mail.example>",
            "rowan@-mail.example",
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_address_does_not_show_in_debug_output() {
        let address = EmailAddress::parse("rowan@mail.example").unwrap();
        assert!(!format!("{address:?}").contains("rowan"));
    }
}
