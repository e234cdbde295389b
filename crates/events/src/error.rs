//! Why an event cannot be written or read.

use latchkey_domain::{Invalid, time::Timestamp};

/// Why an event cannot be written or read. It repeats nothing of the event's data.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is of a type that this version does not know: a consumer passes over it.
    #[error("the event's type `{0}` is not known")]
    UnknownType(String),
    /// Its data or its envelope is no JSON, or not of the type's shape.
    #[error("the event's JSON is not of the shape that its type has")]
    Json(#[source] serde_json::Error),
    /// Its data is not JSON, by its own word.
    #[error("the content type `{0}` is not supported")]
    ContentType(String),
    /// It is of another major version of CloudEvents.
    #[error("version `{0}` of CloudEvents is not supported")]
    SpecVersion(String),
    /// One of the envelope's attributes is not what it should be.
    #[error("the attribute `{attribute}` {invalid}")]
    Attribute {
        /// Its name.
        attribute: &'static str,
        /// What it must be.
        invalid: Invalid,
    },
    /// RFC 3339 has no way to write this moment.
    #[error("the moment {} is beyond the years 0 to 9999", .0.0)]
    Time(Timestamp),
}
