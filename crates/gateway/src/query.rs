//! Parameters, read without guessing which of two is meant.

use url::form_urlencoded;

/// Parameters of a query or of a form.
#[derive(Debug)]
pub(crate) struct Params(Vec<(String, String)>);

/// A parameter came twice.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Twice;

impl Params {
    /// Decodes `application/x-www-form-urlencoded`.
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// Whether there is a parameter of this name, be it empty.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(found, _)| found == name)
    }

    /// The value of a parameter that may come once; empty if it does not come.
    pub(crate) fn once(&self, name: &str) -> Result<&str, Twice> {
        let mut values = self.0.iter().filter(|(found, _)| found == name);
        let value = values.next().map_or("", |(_, value)| value);
        if values.next().is_some() { Err(Twice) } else { Ok(value) }
    }
}
