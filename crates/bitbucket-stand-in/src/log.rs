//! The requests that came in, without the secrets that were in them.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Mutex;

use axum::extract::ConnectInfo;
use http::request::Parts;
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};

use crate::bounded::lock;
use crate::fields::Fields;
use crate::listener::Wire;

/// How many requests are kept; the oldest go first.
const CAPACITY: usize = 10_000;
/// Stands where a secret was.
const REDACTED: &str = "[redacted]";
/// Query and form fields whose values are secrets.
const SECRET_FIELDS: [&str; 6] =
    ["access_token", "assertion", "client_secret", "code", "code_verifier", "refresh_token"];

/// A request as it came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedRequest {
    /// When its head had come, in microseconds since the Unix epoch by the machine's clock.
    pub arrived_micros: u64,
    /// The client's end of the connection, if the stand-in has its own listener.
    pub peer: Option<SocketAddr>,
    /// The HTTP method.
    pub method: String,
    /// The path without the query.
    pub path: String,
    /// The query's fields in order; the values of secrets are redacted.
    pub query: Vec<(String, String)>,
    /// The headers with lower-case names; `authorization` is its scheme alone.
    pub headers: Vec<(String, String)>,
    /// The form's fields in order, if the body was one; the values of secrets are redacted.
    pub form: Vec<(String, String)>,
}

impl LoggedRequest {
    /// The first value of a query field.
    pub fn query(&self, name: &str) -> Option<&str> {
        first(&self.query, name)
    }

    /// The first value of a header, named in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        first(&self.headers, name)
    }

    /// The first value of a form field.
    pub fn form(&self, name: &str) -> Option<&str> {
        first(&self.form, name)
    }

    /// Describes a request.
    pub(crate) fn of(parts: &Parts, body: &[u8], arrived_micros: u64) -> Self {
        Self {
            arrived_micros,
            peer: parts.extensions.get::<ConnectInfo<Wire>>().map(|wire| wire.0.peer),
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: Fields::parse(parts.uri.query().unwrap_or_default().as_bytes())
                .hiding(&SECRET_FIELDS, REDACTED),
            headers: headers(&parts.headers),
            form: Fields::of_body(&parts.headers, body).hiding(&SECRET_FIELDS, REDACTED),
        }
    }
}

fn first<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let text = String::from_utf8_lossy(value.as_bytes());
            let shown = match *name {
                header::AUTHORIZATION => text.split(' ').next().unwrap_or_default().to_owned(),
                header::COOKIE => REDACTED.to_owned(),
                _ => text.into_owned(),
            };
            (name.as_str().to_owned(), shown)
        })
        .collect()
}

/// The last requests.
#[derive(Debug, Default)]
pub(crate) struct Log {
    requests: Mutex<VecDeque<LoggedRequest>>,
}

impl Log {
    pub(crate) fn add(&self, request: LoggedRequest) {
        let mut requests = lock(&self.requests);
        if requests.len() == CAPACITY {
            requests.pop_front();
        }
        requests.push_back(request);
    }

    pub(crate) fn all(&self) -> Vec<LoggedRequest> {
        lock(&self.requests).iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        lock(&self.requests).clear();
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::{CAPACITY, Log, LoggedRequest};

    fn request(path: &str) -> LoggedRequest {
        let (parts, ()) = Request::get(path).body(()).unwrap().into_parts();
        LoggedRequest::of(&parts, b"", 0)
    }

    #[test]
    fn the_log_keeps_the_last_ten_thousand_requests() {
        let log = Log::default();
        log.add(request("/first"));
        for _ in 0..CAPACITY {
            log.add(request("/later"));
        }

        let kept = log.all();

        assert_eq!(kept.len(), 10_000);
        assert!(kept.iter().all(|request| request.path == "/later"));
    }
}
