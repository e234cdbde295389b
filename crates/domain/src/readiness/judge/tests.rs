//! Each fact, and what is told of it.

use super::*;
use crate::{
    environment::EnvironmentKind::{NonProduction, Production},
    host::Host,
    id::CredentialId,
    name::{ApplicationName, CredentialName},
    policy::EnvironmentPolicies,
    text::DisplayName,
    time::Timestamp,
};

fn live() -> Environment {
    Environment {
        id: "live".parse().unwrap(),
        display_name: DisplayName::parse("Live").unwrap(),
        kind: EnvironmentKind::Production,
        default_domain: Host::parse("login.example.com").unwrap(),
        policies: EnvironmentPolicies::default(),
        version: 1,
        created_at: Timestamp(0),
        updated_at: Timestamp(0),
    }
}

fn application() -> ApplicationName {
    "environments/live/applications/shop".parse().unwrap()
}

fn connection() -> ConnectionName {
    "environments/live/connections/bitbucket".parse().unwrap()
}

fn credential() -> CredentialName {
    let ConnectionName { environment, connection } = connection();
    CredentialName { environment, connection, credential: CredentialId::new(Timestamp(0)) }
}

fn complete() -> Facts {
    Facts {
        application: Some(application()),
        safe_application: Some(application()),
        connection: Some(connection()),
        granted: Some(connection()),
        served: Some(connection()),
        providers: vec![(ProviderName::parse("bitbucket").unwrap(), connection())],
        application_keys: Keys::Used,
        gateway_keys: Keys::Used,
        relayed: true,
        ..Facts::default()
    }
}

/// What is not ready.
fn open(environment: &Environment, facts: &Facts) -> Vec<(ReadinessState, Reason)> {
    let items = judge(environment, facts, |_| None);
    items.into_iter().filter_map(|item| Some((item.state, item.reason?))).collect()
}

#[test]
fn nothing_is_to_be_done_where_everything_is_there() {
    assert_eq!(open(&live(), &complete()), []);
}

#[test]
fn an_empty_environment_lacks_everything() {
    let expected = [
        (Missing, Reason::NoApplication),
        (Missing, Reason::NoApplicationKey),
        (Missing, Reason::NoConnection),
        (Missing, Reason::NoCredentials),
        (Missing, Reason::NoGatewayKey),
        (Attention, Reason::NoEventReader),
    ];
    assert_eq!(open(&live(), &Facts::default()), expected);
}

#[test]
fn each_fact_is_told_by_its_own_reason() {
    type Change = fn(&mut Facts);
    let cases: [(Change, ReadinessState, Reason); 10] = [
        (
            |it| it.unproven_domain = "environments/live/organizations/acme".parse().ok(),
            Attention,
            Reason::CustomDomainProblem,
        ),
        (|it| it.safe_application = None, Attention, Reason::RedirectUriWithoutTls),
        (|it| it.application_keys = Keys::Unused, Attention, Reason::ApplicationKeyUnused),
        (|it| it.granted = None, Missing, Reason::NoApplicationGranted),
        (|it| it.served = None, Missing, Reason::NoCredentials),
        (|it| it.unserved = Some(connection()), Attention, Reason::CredentialsMissing),
        (|it| it.unproven = Some(credential()), Attention, Reason::CredentialsUnproven),
        (|it| it.trusting = Some(connection()), Attention, Reason::TrustedProvider),
        (|it| it.gateway_keys = Keys::Unused, Attention, Reason::GatewayKeyUnused),
        (|it| it.relayed = false, Attention, Reason::NoEventReader),
    ];
    for (change, state, reason) in cases {
        let mut facts = complete();
        change(&mut facts);
        assert_eq!(open(&live(), &facts), [(state, reason)]);
    }
}

#[test]
fn what_is_refused_is_told_before_what_was_never_used() {
    let (refused, unproven) = (Some(credential()), Some(credential()));
    let facts = Facts { refused, unproven, ..complete() };
    assert_eq!(open(&live(), &facts), [(Attention, Reason::CredentialsRejected)]);
}

#[test]
fn events_are_heard_of_through_a_relay_or_a_consumer() {
    for (relayed, consumer_keys, expected) in [
        (true, Keys::None, None),
        (true, Keys::Unused, None),
        (false, Keys::Used, None),
        (false, Keys::Unused, Some(Reason::ConsumerKeyUnused)),
        (false, Keys::None, Some(Reason::NoEventReader)),
    ] {
        let facts = Facts { consumer_keys, relayed, ..complete() };
        let told = open(&live(), &facts).first().map(|(_, reason)| *reason);
        assert_eq!(told, expected, "{relayed} {consumer_keys:?}");
    }
}

#[test]
fn a_stand_in_is_worse_in_production() {
    let states = |kind, problem| {
        let environment = Environment { kind, ..live() };
        let items = judge(&environment, &complete(), |_| Some(problem));
        items.into_iter().find(|it| it.requirement == Requirement::Provider).unwrap().state
    };
    assert_eq!(states(Production, ProviderProblem::StandIn), Missing);
    assert_eq!(states(NonProduction, ProviderProblem::StandIn), Attention);
    assert_eq!(states(NonProduction, ProviderProblem::NotConfigured), Missing);
}

#[test]
fn development_on_loopback_is_not_live() {
    let environment = Environment {
        kind: EnvironmentKind::NonProduction,
        default_domain: Host::parse("localhost:8080").unwrap(),
        ..live()
    };
    let expected = [(Attention, Reason::NotProduction), (Missing, Reason::LoopbackDomain)];
    assert_eq!(open(&environment, &complete()), expected);
}
