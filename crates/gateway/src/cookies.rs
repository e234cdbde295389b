//! Cookies in and out.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, header};
use sha2::{Digest, Sha256};

use crate::names::is_plain;

/// How many sign-ins a browser may have under way, the one being started included.
pub(crate) const MOST_ATTEMPTS: usize = 5;

/// Characters of BASE64URL(SHA-256(state)) in the name of an attempt's cookie.
const ATTEMPT_SUFFIX: usize = 16;

/// How cookies are named and marked on this site.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Jar {
    /// Whether browsers come by https.
    pub(crate) https: bool,
}

impl Jar {
    /// The beginning of every cookie's name.
    pub(crate) fn prefix(self) -> &'static str {
        if self.https { "__Host-latchkey-" } else { "latchkey-" }
    }

    /// The name of the cookie that belongs to a sign-in's `state`.
    pub(crate) fn attempt_name(self, state: &str) -> String {
        self.named(&suffix(state))
    }

    /// The name with this end.
    pub(crate) fn named(self, suffix: &str) -> String {
        format!("{}{suffix}", self.prefix())
    }

    /// Whether this may be the name of an attempt's cookie.
    pub(crate) fn is_attempt(self, name: &str) -> bool {
        name.strip_prefix(self.prefix()).is_some_and(is_suffix)
    }

    /// A `Set-Cookie` that scripts cannot read and that comes back after a visit to the provider;
    /// `None` if the value cannot stand in a cookie.
    pub(crate) fn set(self, name: &str, value: &str, age: Duration) -> Option<HeaderValue> {
        // RFC 6265, section 4.1.1, less what nobody needs.
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~=".contains(&byte);
        if !value.bytes().all(plain) {
            return None;
        }
        let secure = if self.https { "; Secure" } else { "" };
        let age = age.as_secs();
        let cookie =
            format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::try_from(cookie).ok()
    }

    /// A `Set-Cookie` that makes the browser forget one.
    pub(crate) fn forget(self, name: &str) -> Option<HeaderValue> {
        self.set(name, "", Duration::ZERO)
    }
}

/// Whether the name of an attempt's cookie may end so.
pub(crate) fn is_suffix(text: &str) -> bool {
    text.len() == ATTEMPT_SUFFIX && is_plain(text)
}

/// What tells the cookies of one state from those of another.
pub(crate) fn suffix(state: &str) -> String {
    let mut hash = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(state));
    hash.truncate(ATTEMPT_SUFFIX);
    hash
}

/// The request's cookies, in the browser's order: the oldest first (RFC 6265, section 5.4).
pub(crate) fn all(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

/// The value of the one cookie of this name; `None` when there is none, or a second one.
pub(crate) fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = all(headers).filter(|(found, _)| *found == name).map(|(_, value)| value);
    let value = values.next().filter(|value| !value.is_empty())?;
    values.next().is_none().then_some(value)
}
