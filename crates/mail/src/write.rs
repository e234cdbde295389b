//! A message as it goes over the wire (RFC 5322, RFC 2045).

use std::time::{Duration, SystemTime};

use latchkey_domain::{email::EmailAddress, mail::Message};
use lettre::{
    Address,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};

/// Nobody wrote it, so nobody's absence note is to answer it (RFC 3834, section 5).
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// The mail with both bodies; `None` for an address that cannot be written.
pub(crate) fn mail(from: &Mailbox, message: &Message) -> Option<lettre::Message> {
    let micros = u64::try_from(message.date.0).unwrap_or(0);
    let written = lettre::Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, address(&message.to)?))
        .date(SystemTime::UNIX_EPOCH + Duration::from_micros(micros))
        .message_id(Some(format!("<{}@{}>", message.id, from.email.domain())))
        .subject(message.subject.as_str())
        .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()));
    let bodies = MultiPart::alternative_plain_html(message.text.clone(), message.html.clone());
    written.multipart(bodies).ok()
}

pub(crate) fn address(address: &EmailAddress) -> Option<Address> {
    let (local, domain) = address.as_str().rsplit_once('@')?;
    Address::new(local, domain).ok()
}
