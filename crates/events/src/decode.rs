//! Reads an envelope back, at a consumer.

use std::borrow::Cow;

use latchkey_domain::{Invalid, id::EventId, time::Timestamp};
use latchkey_proto::events::EventData;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{Error, by_type, envelope::SPEC_VERSION, recorded::JSON, when};

/// An event as a consumer reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// The key to know a repeat by.
    pub id: EventId,
    /// CloudEvents `type`: `latchkey.user.signed_up.v1`.
    pub event_type: String,
    /// CloudEvents `source`: `environments/{environment}`.
    pub source: String,
    /// The resource name of what it is about.
    pub subject: Option<String>,
    /// Its number among its subject's events, from 1; 0 without a subject.
    pub sequence: i64,
    /// When it was recorded.
    pub time: Timestamp,
    /// Whether nothing of it happened: it only tries out the way.
    pub test: bool,
    /// What happened.
    pub data: EventData,
}

/// The attributes that are read; a newer publisher may send more.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    specversion: Cow<'a, str>,
    #[serde(borrow)]
    id: Cow<'a, str>,
    source: String,
    r#type: String,
    subject: Option<String>,
    #[serde(borrow)]
    time: Cow<'a, str>,
    #[serde(borrow)]
    datacontenttype: Option<Cow<'a, str>>,
    #[serde(borrow)]
    sequence: Option<Cow<'a, str>>,
    #[serde(default)]
    test: bool,
    #[serde(borrow)]
    data: &'a RawValue,
}

/// Reads an envelope. Attributes and fields that are not known are passed over; an event of a type
/// that is not known is [`Error::UnknownType`].
pub fn decode(envelope: &[u8]) -> Result<Decoded, Error> {
    let read: Envelope<'_> = serde_json::from_slice(envelope).map_err(Error::Json)?;
    if read.specversion != SPEC_VERSION {
        return Err(Error::SpecVersion(read.specversion.into_owned()));
    }
    if let Some(other) = read.datacontenttype.filter(|content_type| content_type != JSON) {
        return Err(Error::ContentType(other.into_owned()));
    }
    Ok(Decoded {
        id: read.id.parse().map_err(attribute("id"))?,
        sequence: sequence(read.sequence.as_deref()).map_err(attribute("sequence"))?,
        time: when::read(&read.time).map_err(attribute("time"))?,
        test: read.test,
        data: by_type::read(&read.r#type, read.data.get().as_bytes())?,
        event_type: read.r#type,
        source: read.source,
        subject: read.subject,
    })
}

fn attribute(attribute: &'static str) -> impl FnOnce(Invalid) -> Error {
    move |invalid| Error::Attribute { attribute, invalid }
}

fn sequence(text: Option<&str>) -> Result<i64, Invalid> {
    text.map_or(Ok(0), |digits| {
        digits.parse().map_err(|_| Invalid::new("must be a number in digits"))
    })
}
