//! What fuzzing calls, and the corpus runs through: what a browser sends.
#![expect(clippy::missing_panics_doc, reason = "each panics when it finds something")]

use http::{HeaderMap, HeaderValue, header};
use url::Url;

use crate::{
    cookies, language,
    login::{self, attempt::Attempt},
    query::Params,
    redirect,
};

/// A callback's query: whatever is taken is short, and cannot stand beside its contrary.
pub fn callback_query(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    login::callback::read_any(text);
    let params = Params::parse(data);
    for name in ["code", "state", "error"] {
        if let Ok(value) = params.once(name) {
            assert_eq!(params.has(name), params.has(name) || !value.is_empty());
        }
    }
}

/// Cookies: the one of a name is one that the browser sent, alone.
pub fn cookies(data: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(data) else { return };
    let headers = HeaderMap::from_iter([(header::COOKIE, value)]);
    for (name, value) in cookies::all(&headers) {
        assert!(!value.contains(';'), "{name}");
        if cookies::only(&headers, name).is_some() {
            assert_eq!(cookies::all(&headers).filter(|(other, _)| other == &name).count(), 1);
        }
        if let Some(kept) = Attempt::read(name.to_owned(), &headers) {
            assert!(value.starts_with(&kept.browser_secret), "{name}");
        }
    }
}

/// `ui_locales` and `Accept-Language`: some language is found, in no time.
pub fn languages(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let accepted = HeaderValue::from_bytes(data).ok();
    let headers = accepted.map(|value| (header::ACCEPT_LANGUAGE, value)).into_iter().collect();
    assert!(["en", "de"].contains(&language::pick(text, None, &headers).lang));
}

/// Where a browser is sent: never but to the URL that the service gave, or to a registered address with
/// an error.
pub fn location(data: &[u8]) {
    const REGISTERED: &str = "https://notes.example/callback";
    let Ok(text) = std::str::from_utf8(data) else { return };
    let answers = [
        redirect::to_application(text).ok().map(|answer| (answer, text)),
        redirect::to_provider(text).ok().map(|answer| (answer, text)),
        redirect::invalid_request(REGISTERED, text).ok().map(|answer| (answer, REGISTERED)),
    ];
    for (answer, given) in answers.into_iter().flatten() {
        let location = answer.headers()[header::LOCATION].to_str().expect("a URL is ASCII");
        let given = Url::parse(given).expect("it was taken");
        assert!(matches!(given.scheme(), "http" | "https"));
        let location = Url::parse(location).expect("a place to go");
        assert_eq!(location.origin(), given.origin());
    }
}

#[cfg(test)]
mod tests {
    use latchkey_test_corpus::run;

    #[test]
    fn the_corpus_goes_through() {
        run("callback_query", super::callback_query);
        run("cookies", super::cookies);
        run("languages", super::languages);
        run("location", super::location);
    }
}
