//! The envelope: CloudEvents 1.0 in structured JSON.

use latchkey_domain::name::EnvironmentName;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{Error, recorded::JSON, recorded::Recorded, when};

/// The content type of an [`envelope`] (CloudEvents JSON format, 3).
pub const CONTENT_TYPE: &str = "application/cloudevents+json";

/// The version of CloudEvents that is written.
pub(crate) const SPEC_VERSION: &str = "1.0";

/// The attributes in the order in which they are written.
#[derive(Serialize)]
struct Envelope<'a> {
    specversion: &'static str,
    id: String,
    source: String,
    r#type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    time: String,
    datacontenttype: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partitionkey: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    causationid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    test: Option<bool>,
    data: &'a RawValue,
}

/// The envelope of an event: the same bytes every time, since it comes from the columns alone.
pub fn envelope(recorded: &Recorded) -> Result<Vec<u8>, Error> {
    if recorded.content_type != JSON {
        return Err(Error::ContentType(recorded.content_type.clone()));
    }
    let environment = EnvironmentName { environment: recorded.environment.clone() };
    let subject = recorded.subject.as_deref();
    let envelope = Envelope {
        specversion: SPEC_VERSION,
        id: recorded.id.to_string(),
        source: environment.to_string(),
        r#type: &recorded.event_type,
        subject,
        time: when::write(recorded.time)?,
        datacontenttype: &recorded.content_type,
        // The CloudEvents extension "sequence" is compared as text: all of i64's digits.
        sequence: subject.map(|_| format!("{:020}", recorded.sequence)),
        partitionkey: subject,
        traceparent: recorded.traceparent.as_deref(),
        causationid: recorded.causation_id.as_deref(),
        test: recorded.test.then_some(true),
        data: serde_json::from_slice(&recorded.data).map_err(Error::Json)?,
    };
    serde_json::to_vec(&envelope).map_err(Error::Json)
}

/// The key that an event is published under: `{environment}.user.signed_up.v1`, and with `test.`
/// before it if it only tries out the way, so that no ordinary binding matches.
pub fn routing_key(recorded: &Recorded) -> String {
    let prefix = if recorded.test { "test." } else { "" };
    let event_type = recorded.event_type.as_str();
    let name = event_type.strip_prefix("latchkey.").unwrap_or(event_type);
    format!("{prefix}{}.{name}", recorded.environment)
}
