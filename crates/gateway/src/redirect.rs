//! Where a browser may be sent.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use url::{Url, form_urlencoded};

use crate::{fault::Fault, reason::Reason};

/// Keeps the fragment of the page before from travelling on (RFC 9700, section 4.1.3).
const NO_FRAGMENT: &str = "#_";

/// Sends the browser to a URL that the service gave, as it stands.
pub(crate) fn to_provider(url: &str) -> Result<Response, Fault> {
    checked(url, "")
}

/// Sends the browser back to an application, by a URL that the service gave.
pub(crate) fn to_application(url: &str) -> Result<Response, Fault> {
    checked(url, fragment(url))
}

/// The same as the address of a link; `None` if it does not lead to the web.
pub(crate) fn checked_application(url: &str) -> Option<String> {
    leads_to_the_web(url).then(|| format!("{url}{}", fragment(url)))
}

fn fragment(url: &str) -> &'static str {
    if url.contains('#') { "" } else { NO_FRAGMENT }
}

/// A URI has no other characters than these (RFC 3986, section 2): what stands in a header beyond them,
/// browsers read as they like.
fn leads_to_the_web(url: &str) -> bool {
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic());
    plain && Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
}

/// Tells an application that its request was not right (RFC 6749, section 4.1.2.1).
/// `redirect_uri` is one that the service has just said is registered.
pub(crate) fn invalid_request(redirect_uri: &str, state: &str) -> Result<Response, Fault> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("error", "invalid_request");
    if !state.is_empty() {
        query.append_pair("state", state);
    }
    let joint = if redirect_uri.contains('?') { '&' } else { '?' };
    to_application(&format!("{redirect_uri}{joint}{}", query.finish()))
}

/// 303, so that a form's fields are never sent on (RFC 9700, section 4.12).
fn checked(url: &str, fragment: &str) -> Result<Response, Fault> {
    let location = HeaderValue::try_from(format!("{url}{fragment}"));
    match location {
        Ok(location) if leads_to_the_web(url) => {
            Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
        }
        _ => Err(Fault::new(Reason::INTERNAL)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_sent_to_a_uri_of_the_web_and_nowhere_else() {
        for url in
            ["https://notes.example/cb", "http://localhost:3000/cb?a=%C3%BC#f", "https://[::1]/"]
        {
            assert!(to_application(url).is_ok() && to_provider(url).is_ok(), "{url}");
        }
        for url in [
            "",
            "notes.example/cb",
            "//notes.example/cb",
            "javascript:alert(1)",
            " https://notes.example/cb",
            "https://notes.example/c b",
            "https://notes\t.example/cb",
            "https://notes.example/cb\r\nset-cookie: a=b",
            "https://n\u{f6}tes.example/cb",
            "https://notes.example/cb#\u{202e}",
        ] {
            assert!(to_application(url).is_err() && to_provider(url).is_err(), "{url:?}");
            assert_eq!(checked_application(url), None, "{url:?}");
        }
    }
}
