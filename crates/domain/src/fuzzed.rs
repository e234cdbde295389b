//! What fuzzing calls, and the corpus runs through: texts that strangers write.
#![expect(clippy::missing_panics_doc, reason = "each panics when it finds something")]

use url::Url;

use crate::{
    email::EmailAddress, email_code::EmailCode, environment::EnvironmentKind, host::Host,
    policy::EmailDomain, redirect_uri::RedirectUri,
};

/// A redirect URI to be registered: whatever is accepted leads where a browser takes it, with any answer.
pub fn redirect_uri(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(uri) = RedirectUri::parse(text, EnvironmentKind::Production) else { return };
    let registered = Url::parse(uri.as_str()).expect("it was accepted");
    assert_eq!(registered.scheme(), "https");
    let answer = uri.answer(&[("code", text), ("state", "\r\n#@\\//evil.example")]);
    let answer = Url::parse(&answer).expect("an answer is a URL");
    assert_eq!(answer.origin(), registered.origin());
    assert_eq!(answer.path(), registered.path());
    assert!(answer.fragment().is_none() && answer.username().is_empty());
}

/// An address that somebody types: whatever is accepted has one `@` and reads back as itself.
pub fn email_address(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(address) = EmailAddress::parse(text) {
        assert_eq!(EmailAddress::parse(address.as_str()), Ok(address.clone()));
        assert_eq!(address.as_str().matches('@').count(), 1);
        assert!(!address.as_str().chars().any(char::is_control));
        assert!(address.as_str().len() <= EmailAddress::MAX_LENGTH);
        let domain = EmailDomain::parse(address.domain()).expect("the domain of an address");
        assert!(domain.holds(&address));
    }
    let _: Result<EmailCode, _> = EmailCode::parse(text);
}

/// A host: whatever is accepted is what a browser sends for it.
pub fn host(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(host) = Host::parse(text) {
        let url = Url::parse(&format!("{}/", host.origin())).expect("an origin is a URL");
        assert!(url.path() == "/" && url.username().is_empty() && url.query().is_none());
        assert_eq!(Host::parse(host.as_str()), Ok(host));
    }
}

#[cfg(test)]
mod tests {
    use latchkey_test_corpus::run;

    #[test]
    fn the_corpus_goes_through() {
        run("redirect_uri", super::redirect_uri);
        run("email_address", super::email_address);
        run("host", super::host);
    }
}
