//! The bytes of each kind of event, frozen: nothing on the wire changes unseen.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod samples;

use std::{collections::BTreeSet, fs, path::PathBuf};

use latchkey_domain::time::Timestamp;
use latchkey_events::{Error, data, decode, envelope, record, routing_key};
use latchkey_proto::events::{EventData, event_data::Data};
use prost::Message;
use prost_types::{FileDescriptorProto, FileDescriptorSet};

/// The envelope that was frozen for the event of this name.
fn frozen(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.json"));
    let text = fs::read_to_string(&path).unwrap_or_default();
    assert!(!text.is_empty(), "{} is missing: freeze the new event's bytes there", path.display());
    text.trim_end().to_owned()
}

/// The contract's file that describes the data of events.
fn contract() -> FileDescriptorProto {
    let set = FileDescriptorSet::decode(latchkey_proto::FILE_DESCRIPTOR_SET).unwrap();
    set.file.into_iter().find(|file| file.name() == "latchkey/events/v1/event.proto").unwrap()
}

/// The types that the contract names in the comments of `EventData`'s fields.
fn types_in_the_contract() -> BTreeSet<String> {
    // Message 0's (4, 0) fields (2), by number.
    let field = |path: &[i32]| path.len() == 4 && path[..3] == [4, 0, 2];
    let info = contract().source_code_info.unwrap();
    let comments = info.location.into_iter().filter(|location| field(&location.path));
    comments
        .map(|location| location.leading_comments().trim().trim_matches('`').to_owned())
        .collect()
}

#[test]
fn every_kind_of_event_is_written_as_it_was_frozen() {
    for event in samples::every_kind() {
        let recorded = record(&event, Some(samples::TRACEPARENT.to_owned())).unwrap();
        let bytes = envelope(&recorded).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), frozen(event.body.name()));
    }
}

#[test]
fn every_frozen_event_reads_back() {
    for event in samples::every_kind() {
        let recorded = record(&event, None).unwrap();
        let read = decode(frozen(event.body.name()).as_bytes()).unwrap();
        assert_eq!(read.id, event.id);
        assert_eq!(read.event_type, format!("latchkey.{}.v1", event.body.name()));
        assert_eq!(read.source, "environments/dev");
        assert_eq!((read.subject, read.sequence), (recorded.subject.clone(), recorded.sequence));
        assert_eq!(read.time, Timestamp(1_700_000_000_000_001));
        assert_eq!(read.data, data(&recorded).unwrap());
    }
}

#[test]
fn the_samples_the_contract_and_the_types_are_one_to_one() {
    let samples = samples::every_kind();
    let types: BTreeSet<_> =
        samples.iter().map(|event| record(event, None).unwrap().event_type).collect();
    assert_eq!(types, types_in_the_contract());
    for name in &types {
        let rest = name.strip_prefix("latchkey.").and_then(|rest| rest.strip_suffix(".v1"));
        assert!(rest.is_some(), "{name}");
    }
    assert_eq!(types.len(), contract().message_type[0].field.len(), "one type for each field");
    assert_eq!(types.len(), samples.len(), "one sample for each type");
}

#[test]
fn an_event_is_published_under_its_environment_and_its_name() {
    let mut recorded = record(&samples::signed_up(), None).unwrap();
    assert_eq!(routing_key(&recorded), "dev.user.signed_up.v1");
    recorded.test = true;
    assert_eq!(routing_key(&recorded), "test.dev.user.signed_up.v1");
}

#[test]
fn a_test_event_says_so_and_no_other_does() {
    let mut recorded = record(&samples::tested(), Some(samples::TRACEPARENT.to_owned())).unwrap();
    assert!(!String::from_utf8(envelope(&recorded).unwrap()).unwrap().contains("\"test\""));
    recorded.test = true;
    let written = String::from_utf8(envelope(&recorded).unwrap()).unwrap();
    assert_eq!(written, frozen("test.user.signed_in"));
    assert!(decode(written.as_bytes()).unwrap().test);
    assert!(!decode(frozen("user.signed_in").as_bytes()).unwrap().test);
}

#[test]
fn an_event_about_nobody_has_neither_a_subject_nor_a_sequence() {
    let refused = record(&samples::refused_unknown_person(), None).unwrap();
    let text = String::from_utf8(envelope(&refused).unwrap()).unwrap();
    for attribute in ["\"subject\"", "\"sequence\"", "\"partitionkey\"", "\"traceparent\""] {
        assert!(!text.contains(attribute), "{attribute} in {text}");
    }
    assert_eq!(decode(text.as_bytes()).unwrap().sequence, 0);
}

#[test]
fn what_a_newer_publisher_adds_is_passed_over() {
    let newer = frozen("user.signed_up")
        .replacen("{\"specversion\"", "{\"severity\":[1],\"specversion\"", 1)
        .replacen("\"data\":{\"subject\":{", "\"data\":{\"new\":1,\"subject\":{\"newer\":{},", 1);
    assert!(newer.contains("newer") && newer.contains("severity"));
    let EventData { data: Some(Data::UserSignedUp(message)) } =
        decode(newer.as_bytes()).unwrap().data
    else {
        panic!("another kind of event")
    };
    assert_eq!(message.subject.unwrap().email, "rowan@mail.example");
}

#[test]
fn an_event_of_an_unknown_type_says_which() {
    let unknown = frozen("user.signed_up").replace("user.signed_up.v1", "user.signed_up.v2");
    let error = decode(unknown.as_bytes()).unwrap_err();
    assert!(matches!(error, Error::UnknownType(name) if name == "latchkey.user.signed_up.v2"));
}

#[test]
fn an_envelope_that_is_not_one_of_ours_is_refused() {
    let good = frozen("user.signed_up");
    for (from, to) in [
        ("\"specversion\":\"1.0\"", "\"specversion\":\"2.0\""),
        ("\"datacontenttype\":\"application/json\"", "\"datacontenttype\":\"text/plain\""),
        ("\"id\":\"evt_", "\"id\":\"user_"),
        ("\"sequence\":\"0", "\"sequence\":\"x"),
        ("2023-11-14T", "yesterday "),
        ("\"data\":{", "\"dada\":{"),
        ("\"subject\":{\"user\":\"", "\"subject\":{\"user\":1,\"x\":\""),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "{from} is not there to be replaced");
        assert!(decode(bad.as_bytes()).is_err(), "{to}");
    }
}

#[test]
fn a_row_whose_data_is_broken_is_an_error_and_not_a_broken_envelope() {
    let mut recorded = record(&samples::signed_up(), None).unwrap();
    recorded.data = b"{".to_vec();
    assert!(matches!(envelope(&recorded), Err(Error::Json(_))));
    recorded.content_type = "application/protobuf".to_owned();
    assert!(matches!(envelope(&recorded), Err(Error::ContentType(_))));
    assert!(matches!(data(&recorded), Err(Error::ContentType(_))));
}

#[test]
fn what_an_event_says_of_a_person_does_not_show_in_debug_output() {
    let recorded = record(&samples::signed_up(), None).unwrap();
    assert!(String::from_utf8_lossy(&recorded.data).contains("rowan"));
    assert!(!format!("{recorded:?}").contains("rowan"));
}
