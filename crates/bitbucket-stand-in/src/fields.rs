//! The fields of a query or a form, in order, repeats included.

use http::{HeaderMap, header};
use url::form_urlencoded;

/// Names and values as they were sent.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded` text; nothing in it can be wrong.
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// Reads a body if its headers say that it is a form.
    pub(crate) fn of_body(headers: &HeaderMap, body: &[u8]) -> Self {
        if is_form(headers) { Self::parse(body) } else { Self::default() }
    }

    /// The first value of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// The fields with some values hidden.
    pub(crate) fn hiding(self, secret: &[&str], shown: &str) -> Vec<(String, String)> {
        let hide = |(name, value): (String, String)| {
            let value = if secret.contains(&name.as_str()) { shown.to_owned() } else { value };
            (name, value)
        };
        self.0.into_iter().map(hide).collect()
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}
