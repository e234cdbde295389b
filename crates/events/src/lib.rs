//! Domain events as CloudEvents bytes.
//!
//! [`record`] fixes what is told of an event, [`envelope`] makes the same bytes of it every time,
//! and [`decode`] reads them back at a consumer.

mod body;
mod by_type;
mod decode;
mod envelope;
mod error;
mod organization;
mod recorded;
mod tolerant;
mod user;
mod when;

pub use decode::{Decoded, decode};
pub use envelope::{CONTENT_TYPE, envelope, routing_key};
pub use error::Error;
pub use recorded::{Recorded, data, record};
