//! Bytes that are no message: a mistake of the caller's, which tonic reports as a fault of ours.

use tonic::{Code, Status, body::Body};

use crate::status;

/// How prost's `DecodeError` begins; the field follows, from the innermost message out, and then what
/// is wrong.
const UNDECODABLE: &str = "failed to decode Protobuf message: ";

/// Says of an answer that tells of undecodable bytes what it should: which field the caller is to mend.
pub(crate) fn told(answer: http::Response<Body>) -> http::Response<Body> {
    match Status::from_header_map(answer.headers()) {
        Some(status) if status.code() == Code::Internal => match undecodable(status.message()) {
            Some((field, what)) => status::malformed(&field, what).into_http(),
            None => answer,
        },
        _ => answer,
    }
}

/// The field, as a path from the request on, and what is wrong with it.
fn undecodable(message: &str) -> Option<(String, &str)> {
    let mut rest = message.strip_prefix(UNDECODABLE)?;
    let mut path = Vec::new();
    while let Some((place, behind)) = rest.split_once(": ")
        && let Some((message, field)) = place.split_once('.')
        && !message.contains(' ')
    {
        path.insert(0, field);
        rest = behind;
    }
    Some((path.join("."), rest))
}

#[cfg(test)]
mod tests {
    use latchkey_proto::v1::{Connection, CreateConnectionRequest};
    use prost::Message;

    use super::*;

    #[test]
    fn a_field_within_a_field_is_told_from_the_request_on() {
        let connection = Connection { display_name: "~~~~".to_owned(), ..Connection::default() };
        let request = CreateConnectionRequest {
            connection: Some(connection),
            ..CreateConnectionRequest::default()
        };
        let mut bytes = request.encode_to_vec();
        bytes.iter_mut().filter(|byte| **byte == b'~').for_each(|byte| *byte = 0xff);

        let refused = CreateConnectionRequest::decode(bytes.as_slice()).unwrap_err().to_string();

        let (field, what) = undecodable(&refused).unwrap();
        assert_eq!(field, "connection.display_name");
        assert!(what.contains("UTF-8"), "{what}");
    }

    #[test]
    fn the_field_is_read_from_what_prost_says() {
        for (said, told) in [
            ("buffer underflow", Some(("", "buffer underflow"))),
            (
                "GetConnectionRequest.name: invalid string value: data is not UTF-8 encoded",
                Some(("name", "invalid string value: data is not UTF-8 encoded")),
            ),
            (
                "Connection.display_name: CreateConnectionRequest.connection: invalid wire type: \
                 Varint (expected LengthDelimited)",
                Some((
                    "connection.display_name",
                    "invalid wire type: Varint (expected LengthDelimited)",
                )),
            ),
        ] {
            let said = format!("{UNDECODABLE}{said}");
            let told = told.map(|(field, what)| (field.to_owned(), what));
            assert_eq!(undecodable(&said), told);
        }
        assert_eq!(undecodable("the database failed"), None);
    }
}
