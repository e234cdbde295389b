//! Reading fields: every one that is wrong is told, not only the first.

use latchkey_domain::Invalid;
use latchkey_identity::RequestId;
use prost::Message;
use tonic::Status;
use tonic_types::FieldViolation;
use uuid::Uuid;

use crate::status;

/// Collects what is wrong with a request.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<FieldViolation>);

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
        self.check(field, message.ok_or(Invalid::new("must be set")))
    }

    /// Notes that a text is too long.
    pub(crate) fn limit(&mut self, field: &str, text: &str, max: usize) {
        if text.chars().count() > max {
            self.refuse(field, Invalid(format!("must have at most {max} characters").into()));
        }
    }

    /// Notes what is wrong with a field.
    pub(crate) fn refuse(&mut self, field: impl Into<String>, invalid: Invalid) {
        self.0.push(FieldViolation::new(field, invalid.to_string()));
    }

    /// Lets a value through that was read while nothing was wrong with any field.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Status> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(status::invalid_fields(self.0)),
        }
    }
}

/// Reads a request's id; the rest of the request tells it from others.
pub(crate) fn request_id<M: Message>(
    fields: &mut Fields,
    text: &str,
    rest: impl FnOnce() -> M,
) -> Option<RequestId> {
    let id = fields.check_if("request_id", text, |text| {
        Uuid::try_parse(text).map_err(|_| Invalid::new("must be a UUID"))
    })?;
    Some(RequestId { id, body: rest().encode_to_vec() })
}
