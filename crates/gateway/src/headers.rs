//! The headers of every answer, whatever it is.

use axum::response::Response;
use http::{HeaderName, HeaderValue, header};

use crate::place::Place;

/// Pages bring a style sheet and images of this site, nothing else. No `form-action`: browsers hold
/// it against the redirect to the provider that a form is answered with.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// What every answer carries.
const ALWAYS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// A year, the least that browsers' own lists accept.
const TRANSPORT: &str = "max-age=31536000; includeSubDomains";
/// What is below a customer's domain is the customer's, who may serve it without TLS.
const CUSTOM_TRANSPORT: &str = "max-age=31536000";

/// Adds the headers; only assets and public keys keep a `Cache-Control` of their own.
pub(crate) fn harden(place: &Place, mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if place.jar.https {
        let transport = if place.own { TRANSPORT } else { CUSTOM_TRANSPORT };
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(transport));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
