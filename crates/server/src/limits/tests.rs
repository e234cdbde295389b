//! Who is counted with whom, and what a flood costs.

use latchkey_domain::caller::Origin;
use tonic::{Code, Request};
use tonic_types::StatusExt;

use super::{person::CLIENT_ADDRESS, *};

fn gateway(environment: &str) -> Caller {
    let principal = Principal::Gateway(environment.parse().unwrap());
    Caller { principal, key: None, origin: Origin::default() }
}

fn person(caller: &Caller, address: &str) -> Person {
    let mut request = Request::new(());
    request.metadata_mut().insert(CLIENT_ADDRESS, address.parse().unwrap());
    Person::of(&request, caller).unwrap()
}

fn start(limits: &Limits, environment: &str, address: &str, application: &str) -> bool {
    let caller = gateway(environment);
    let person = person(&caller, address);
    limits.start(&caller, &person, &application.parse().unwrap()).is_ok()
}

fn only(change: impl FnOnce(&mut LimitsConfig)) -> Limits {
    let mut config = LimitsConfig::NONE;
    change(&mut config);
    Limits::new(&config)
}

#[test]
fn an_address_an_application_and_an_environment_have_each_their_own() {
    let limits = only(|limits| limits.starts_per_address = 1);
    assert!(start(&limits, "one", "192.0.2.1", "notes"));
    assert!(!start(&limits, "one", "192.0.2.1", "wiki"));
    assert!(start(&limits, "one", "192.0.2.2", "notes"));
    assert!(start(&limits, "two", "192.0.2.1", "notes"), "another tenant's person");

    let limits = only(|limits| limits.starts_per_application = 1);
    assert!(start(&limits, "one", "192.0.2.1", "notes"));
    assert!(!start(&limits, "one", "192.0.2.2", "notes"));
    assert!(start(&limits, "one", "192.0.2.1", "wiki"));
    assert!(start(&limits, "two", "192.0.2.1", "notes"), "another tenant's application");

    let limits = only(|limits| limits.starts_per_environment = 1);
    assert!(start(&limits, "one", "192.0.2.1", "notes"));
    assert!(!start(&limits, "one", "192.0.2.2", "wiki"));
    assert!(start(&limits, "two", "192.0.2.1", "notes"));
}

#[test]
fn whom_their_address_stops_does_not_use_up_what_is_everybodys() {
    let limits = only(|limits| {
        limits.starts_per_address = 1;
        limits.starts_per_environment = 2;
    });
    for turn in 0..10 {
        assert_eq!(start(&limits, "one", "192.0.2.1", "notes"), turn == 0);
    }
    assert!(start(&limits, "one", "192.0.2.2", "notes"));
}

#[test]
fn a_refusal_tells_its_reason_and_the_wait() {
    let limits = only(|limits| limits.email_calls_per_address = 2);
    let person = person(&gateway("one"), "192.0.2.1");
    limits.email(&person).unwrap();
    limits.email(&person).unwrap();

    let refused = limits.email(&person).unwrap_err();

    assert_eq!(refused.code(), Code::ResourceExhausted);
    assert_eq!(refused.get_details_error_info().unwrap().reason, "RATE_LIMITED");
    let wait = refused.get_details_retry_info().unwrap().retry_delay.unwrap();
    assert!(wait > Duration::from_secs(25) && wait <= Duration::from_secs(30), "{wait:?}");
}

#[test]
fn only_what_went_wrong_at_a_callback_is_counted() {
    let limits = only(|limits| limits.bad_callbacks_per_address = 1);
    let person = person(&gateway("one"), "192.0.2.1");
    for error in [Error::StateExpired, Error::AttemptUsed, Error::NotFound] {
        limits.callback_failed(&person, &error);
    }
    for error in [Error::StateInvalid, Error::BrowserMismatch] {
        limits.callback(&person).unwrap();
        limits.callback_failed(&person, &error);
    }
    assert_eq!(limits.callback(&person).unwrap_err().code(), Code::ResourceExhausted);
}

#[test]
fn a_key_that_worked_is_asked_for_among_any_number_of_wrong_ones() {
    let limits = only(|limits| limits.wrong_keys_per_peer = 1);
    let peer = "192.0.2.1".parse().ok();
    let (good, bad) = ("lk_gateway_good".into(), "lk_gateway_bad".into());
    limits.key_worked(&good);
    limits.key_failed(peer);
    limits.key_failed(peer);

    assert!(limits.ask(peer, Some(&good)).is_ok());
    assert!(limits.ask(peer, Some(&bad)).is_err());
    assert!(limits.ask(peer, None).is_err());
    assert!(limits.ask("192.0.2.2".parse().ok(), Some(&bad)).is_ok());
}

/// Bytes of this process that are in memory, by `/proc/self/statm` (proc(5)): its second number, in
/// pages of 4 KiB. Each test has a process of its own (cargo nextest).
fn resident() -> usize {
    let read = std::fs::read_to_string("/proc/self/statm").unwrap();
    read.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

#[test]
fn a_flood_from_a_hundred_thousand_addresses_stays_within_some_megabytes() {
    let limits = Limits::new(&LimitsConfig::default());
    let before = resident();
    for n in 0..100_000_u32 {
        let address = std::net::Ipv4Addr::from(0x0a00_0000 + n).to_string();
        let caller = gateway("one");
        let person = person(&caller, &address);
        let _let_through_or_not =
            limits.start(&caller, &person, &format!("app-{n}").parse().unwrap());
        limits.callback_failed(&person, &Error::StateInvalid);
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < 48 * 1024 * 1024, "{grown}");
}
