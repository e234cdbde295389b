//! What the line of a call is to tell.

use latchkey_proto::{v1::FieldChange, well_known::Timestamp};

/// Whose lines may tell more than is expected here.
const GROWING: [&str; 3] = ["credential.promoted", "credential.deleted", "application.deleted"];

/// What is told of a call: about what, and which fields are others since.
pub(super) struct Line {
    pub(super) resource: String,
    pub(super) fields: Vec<FieldChange>,
}

impl Line {
    pub(super) fn about(resource: &str) -> Self {
        Self { resource: resource.to_owned(), fields: Vec::new() }
    }

    /// A field of something new, in JSON.
    pub(super) fn sets(self, field: &str, after: &str) -> Self {
        self.replaces(field, "", after)
    }

    /// A field that held something else.
    pub(super) fn replaces(mut self, field: &str, before: &str, after: &str) -> Self {
        let (field, before, after) = (field.to_owned(), before.to_owned(), after.to_owned());
        self.fields.push(FieldChange { field, before, after });
        self
    }

    /// A field whose value is not told.
    pub(super) fn keeps_secret(self, field: &str) -> Self {
        self.sets(field, "")
    }
}

/// Whether the line of an action may tell more than is expected here.
pub(super) fn grows(action: &str) -> bool {
    GROWING.contains(&action)
}

/// What is told, if all that is expected is among it.
pub(super) fn among(expected: Vec<FieldChange>, told: &[FieldChange]) -> Vec<FieldChange> {
    if expected.iter().all(|field| told.contains(field)) { told.to_vec() } else { expected }
}

/// A time in the JSON of the audit: without zeros at the end of its fraction.
pub(super) fn rfc_3339(at: Timestamp) -> String {
    let text = serde_json::to_string(&at).unwrap();
    let whole = text.strip_suffix("+00:00\"").unwrap();
    let short = match whole.split_once('.') {
        Some(_) => whole.trim_end_matches('0').trim_end_matches('.'),
        None => whole,
    };
    format!("{short}Z\"")
}
