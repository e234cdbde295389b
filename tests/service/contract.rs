//! What the contract itself promises, read from its description.

use std::{
    collections::{BTreeSet, HashMap},
    sync::LazyLock,
};

use prost_types::{DescriptorProto, field_descriptor_proto::Type};

use crate::harness::raw::{contract, methods};

/// Read once: to read the contract takes longer than many a call.
static MESSAGES: LazyLock<HashMap<String, DescriptorProto>> = LazyLock::new(messages);
static FIELDS: LazyLock<BTreeSet<(String, Type)>> = LazyLock::new(fields_of_requests);

fn messages() -> HashMap<String, DescriptorProto> {
    let mut found = HashMap::new();
    for file in contract().file {
        let package = file.package().to_owned();
        for message in file.message_type {
            add(&mut found, &format!(".{package}"), message);
        }
    }
    found
}

fn add(found: &mut HashMap<String, DescriptorProto>, outer: &str, message: DescriptorProto) {
    let name = format!("{outer}.{}", message.name());
    for nested in message.nested_type.clone() {
        add(found, &name, nested);
    }
    found.insert(name, message);
}

/// The paths of the fields of a message and of those in it.
fn fields(name: &str, path: &str, into: &mut BTreeSet<(String, Type)>) {
    let message = &MESSAGES[name];
    for field in &message.field {
        let path = format!("{path}{}", field.name());
        if field.r#type() == Type::Message && !field.type_name().starts_with(".google.") {
            fields(field.type_name(), &format!("{path}."), into);
        } else {
            into.insert((path, field.r#type()));
        }
    }
}

fn fields_of_requests() -> BTreeSet<(String, Type)> {
    let mut found = BTreeSet::new();
    for method in methods() {
        let name = method.request.rsplit('.').next().unwrap();
        fields(&method.request, &format!("{name}."), &mut found);
    }
    found
}

/// The paths of the fields of a request, by the name of its message.
pub(crate) fn fields_of(request: &str) -> impl Iterator<Item = String> {
    let message = format!("{request}.");
    FIELDS.iter().filter_map(move |(name, _)| name.strip_prefix(&message).map(str::to_owned))
}

/// RFC 9700 and security bar 24: who a person is comes from our own code exchange alone.
#[test]
fn no_request_of_a_sign_in_carries_a_token_a_profile_or_an_address() {
    let of_sign_ins = methods().into_iter().filter(|found| found.path.contains(".SocialLogin/"));
    let mut names = BTreeSet::new();
    for method in of_sign_ins {
        let mut of_request = BTreeSet::new();
        fields(&method.request, "", &mut of_request);
        if method.request.ends_with(".SubmitEmailRequest") {
            // It proves nothing before a code has come back from it.
            of_request.retain(|(name, _)| name != "email");
        }
        if method.request.ends_with(".CreateLinkTicketRequest") {
            // It is one of ours, and proves no more than who signed in here.
            of_request.retain(|(name, _)| name != "id_token");
        }
        names.append(&mut of_request);
    }
    assert!(names.len() > 12, "{names:?}");
    for (name, _) in &names {
        for word in [
            "token",
            "email",
            "mail",
            "profile",
            "user",
            "subject",
            "identity",
            "issuer",
            "uuid",
            "account",
            "verified",
            "claims",
            "picture",
            "display_name",
        ] {
            assert!(!name.contains(word), "{name} says {word}");
        }
    }
}

/// A secret in a reply is a secret in logs; these are the only ones, each shown once.
#[test]
fn only_these_answers_carry_secrets() {
    let mut found = BTreeSet::new();
    for (name, message) in messages() {
        for field in message.field {
            let secret = ["secret", "key", "token", "ticket", "code", "verifier", "password"]
                .iter()
                .any(|word| field.name().split('_').any(|part| part == *word));
            if secret && field.r#type() == Type::String && !name.ends_with("Request") {
                found.insert(format!("{}.{}", name.rsplit('.').next().unwrap(), field.name()));
            }
        }
    }
    found.retain(|name| !name.ends_with(".next_page_token") && !name.contains("Entry."));
    let known = [
        "CreateApiKeyResponse.key",
        // For the application alone, and for a minute.
        "CreateLinkTicketResponse.ticket",
        // Input only.
        "Credential.client_secret",
        // A keyed hash.
        "Credential.secret_fingerprint",
        // For the application alone, and for minutes.
        "RedeemLoginResponse.id_token",
        "RedeemTestTicketResponse.browser_secret",
        "RotateApiKeyResponse.key",
        "StartLoginResponse.browser_secret",
    ];
    assert_eq!(found.into_iter().collect::<Vec<_>>(), known);
}

/// Every text that a caller can send has a limit, and a test of it: `bad_input` tries these.
#[test]
fn every_text_of_a_request_has_a_test_of_its_limit() {
    let texts = fields_of_requests()
        .into_iter()
        .filter(|(_, kind)| *kind == Type::String)
        .map(|(name, _)| name);
    let tested: BTreeSet<_> = crate::bad_input::tried().into_iter().collect();
    let ignored: BTreeSet<_> =
        crate::bad_input::IGNORED.iter().map(|&name| name.to_owned()).collect();
    let missing: Vec<_> =
        texts.filter(|name| !tested.contains(name) && !ignored.contains(name)).collect();
    assert_eq!(missing, Vec::<String>::new(), "no test sends too much of these");
}

/// Every number that stands for a value has a test with one that stands for none.
#[test]
fn every_enum_of_a_request_has_a_test_of_an_unknown_number() {
    let numbers = fields_of_requests().into_iter().filter(|(_, kind)| *kind == Type::Enum);
    let numbers: BTreeSet<_> = numbers.map(|(name, _)| name).collect();
    let known = crate::bad_input::NUMBERS.into_iter().chain(crate::bad_input::READ_ONLY_NUMBERS);
    assert_eq!(numbers, known.map(str::to_owned).collect());
}

/// Every list is asked for with the place of another, every change with a mask that names nothing, and
/// every etag with one of another time: `bad_input` tries what its table holds.
#[test]
fn every_request_is_in_the_table_of_bad_input() {
    let tried = crate::bad_input::methods_tried();
    let missing: Vec<_> = methods()
        .into_iter()
        .map(|method| method.path)
        .filter(|path| !tried.contains(path))
        .collect();
    // It asks for nothing.
    assert_eq!(missing, Vec::<String>::new());
}
