//! Reading fields: every one that is wrong is told, not only the first.

use latchkey_domain::Invalid;
use latchkey_identity::RequestId;
use prost::Message;
use tonic::Status;
use tonic_types::FieldViolation;
use uuid::Uuid;

use crate::status;

/// More than any request has fields: a refusal travels in headers, which clients take up to 16 KiB of.
const MAX_TOLD: usize = 16;
/// How much is repeated of a key that a caller made up.
const MAX_KEY_CHARS: usize = 64;

/// Collects what is wrong with a request.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    wrong: Vec<FieldViolation>,
    /// Messages that are not there: nothing is said of their fields.
    missing: Vec<String>,
}

/// The path of an entry of a map.
pub(crate) fn entry(map: &str, key: &str) -> String {
    let mut shown = key.escape_default();
    let start: String = shown.by_ref().take(MAX_KEY_CHARS).collect();
    let rest = if shown.next().is_some() { "…" } else { "" };
    format!("{map}[\"{start}{rest}\"]")
}

impl Fields {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Takes a value, or notes what is wrong with its field.
    pub(crate) fn check<T>(
        &mut self,
        field: impl Into<String>,
        value: Result<T, Invalid>,
    ) -> Option<T> {
        value.map_err(|invalid| self.refuse(field, invalid)).ok()
    }

    /// Takes a value that may be left out.
    pub(crate) fn check_if<T>(
        &mut self,
        field: &str,
        text: &str,
        read: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Option<T> {
        if text.is_empty() { None } else { self.check(field, read(text)) }
    }

    /// Takes a message that must be there.
    pub(crate) fn require<T>(&mut self, field: &str, message: Option<T>) -> Option<T> {
        if message.is_none() {
            self.refuse(field, Invalid::new("must be set"));
            self.missing.push(format!("{field}."));
        }
        message
    }

    /// Notes that a text is too long.
    pub(crate) fn limit(&mut self, field: &str, text: &str, max: usize) {
        if text.chars().count() > max {
            self.refuse(field, Invalid(format!("must have at most {max} characters").into()));
        }
    }

    /// Notes the first thing that is wrong with a field.
    pub(crate) fn refuse(&mut self, field: impl Into<String>, invalid: Invalid) {
        let field = field.into();
        let told = self.wrong.iter().any(|wrong| wrong.field == field)
            || self.missing.iter().any(|message| field.starts_with(message));
        if !told && self.wrong.len() < MAX_TOLD {
            self.wrong.push(FieldViolation::new(field, invalid.to_string()));
        }
    }

    /// Lets a value through that was read while nothing was wrong with any field.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Status> {
        match value {
            Some(value) if self.wrong.is_empty() => Ok(value),
            _ => Err(status::invalid_fields(self.wrong)),
        }
    }
}

/// Reads a request's id; the method and the rest of the request tell it from others.
pub(crate) fn request_id<M: Message>(
    fields: &mut Fields,
    (method, text): (&str, &str),
    rest: impl FnOnce() -> M,
) -> Option<RequestId> {
    let id = fields.check_if("request_id", text, |text| {
        Uuid::try_parse(text).map_err(|_| Invalid::new("must be a UUID"))
    })?;
    // Messages of two methods can have the same bytes.
    let mut body = format!("{method}\n").into_bytes();
    body.extend(rest().encode_to_vec());
    Some(RequestId { id, body })
}
