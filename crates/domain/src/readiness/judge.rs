//! The checklist, made from what is known.

use super::{
    Facts, Keys, ReadinessItem, ReadinessReason as Reason,
    ReadinessState::{self, Attention, Missing, Ready},
    Requirement,
};
use crate::{
    environment::{Environment, EnvironmentKind, ProviderProblem},
    name::ConnectionName,
    provider::ProviderName,
};

/// A line's state with its reason, and what it is about if that is not the environment.
type Standing = (ReadinessState, Option<Reason>, Option<String>);

/// The checklist of an environment. `problem_of` says what there is against a provider: even outside production
/// nobody goes live with a stand-in.
pub fn judge(
    environment: &Environment,
    facts: &Facts,
    problem_of: impl Fn(&ProviderName) -> Option<ProviderProblem>,
) -> Vec<ReadinessItem> {
    let lines = [
        (Requirement::Production, production(environment)),
        (Requirement::DefaultDomain, default_domain(environment)),
        (Requirement::Application, application(facts)),
        (Requirement::ApplicationKey, application_key(facts.application_keys)),
        (Requirement::Connection, connection(facts)),
        (Requirement::Credentials, credentials(facts)),
        (Requirement::Provider, providers(environment.kind, facts, problem_of)),
        (Requirement::AcceptedCredentials, accepted_credentials(facts)),
        (
            Requirement::ProviderTrust,
            attention_to(facts.trusting.as_ref(), Reason::TrustedProvider),
        ),
        (Requirement::GatewayKey, gateway_key(facts.gateway_keys)),
        (Requirement::KeyExpiry, key_expiry(facts)),
        (Requirement::EventReader, event_reader(facts)),
    ];
    let item = |(requirement, (state, reason, resource)): (Requirement, Standing)| {
        let resource = resource.unwrap_or_else(|| environment.name().to_string());
        ReadinessItem { requirement, state, reason, resource }
    };
    lines.into_iter().map(item).collect()
}

const READY: Standing = (Ready, None, None);

const fn missing(reason: Reason) -> Standing {
    (Missing, Some(reason), None)
}

const fn attention(reason: Reason) -> Standing {
    (Attention, Some(reason), None)
}

fn attention_to(what: Option<&impl ToString>, reason: Reason) -> Standing {
    what.map_or(READY, |what| (Attention, Some(reason), Some(what.to_string())))
}

fn production(environment: &Environment) -> Standing {
    match environment.kind {
        EnvironmentKind::Production => READY,
        EnvironmentKind::NonProduction => attention(Reason::NotProduction),
    }
}

fn default_domain(environment: &Environment) -> Standing {
    if environment.default_domain.is_loopback() { missing(Reason::LoopbackDomain) } else { READY }
}

fn application(facts: &Facts) -> Standing {
    match (&facts.application, &facts.safe_application) {
        (None, _) => missing(Reason::NoApplication),
        (Some(any), None) => attention_to(Some(any), Reason::RedirectUriWithoutTls),
        (Some(_), Some(safe)) => (Ready, None, Some(safe.to_string())),
    }
}

const fn application_key(keys: Keys) -> Standing {
    match keys {
        Keys::None => missing(Reason::NoApplicationKey),
        Keys::Unused => attention(Reason::ApplicationKeyUnused),
        Keys::Used => READY,
    }
}

const fn gateway_key(keys: Keys) -> Standing {
    match keys {
        Keys::None => missing(Reason::NoGatewayKey),
        Keys::Unused => attention(Reason::GatewayKeyUnused),
        Keys::Used => READY,
    }
}

fn connection(facts: &Facts) -> Standing {
    match (&facts.connection, &facts.granted) {
        (None, _) => missing(Reason::NoConnection),
        (Some(any), None) => (Missing, Some(Reason::NoApplicationGranted), Some(any.to_string())),
        (Some(_), Some(granted)) => (Ready, None, Some(granted.to_string())),
    }
}

fn credentials(facts: &Facts) -> Standing {
    match (&facts.served, &facts.unserved) {
        (None, any) => {
            (Missing, Some(Reason::NoCredentials), any.as_ref().map(ConnectionName::to_string))
        }
        (Some(_), unserved) => attention_to(unserved.as_ref(), Reason::CredentialsMissing),
    }
}

/// A refusal is known, and a credential that was never used is only in doubt.
fn accepted_credentials(facts: &Facts) -> Standing {
    match (&facts.refused, &facts.unproven) {
        (Some(refused), _) => attention_to(Some(refused), Reason::CredentialsRejected),
        (None, unproven) => attention_to(unproven.as_ref(), Reason::CredentialsUnproven),
    }
}

fn providers(
    kind: EnvironmentKind,
    facts: &Facts,
    problem_of: impl Fn(&ProviderName) -> Option<ProviderProblem>,
) -> Standing {
    let mut problems = facts.providers.iter().filter_map(|(provider, connection)| {
        let connection = Some(connection.to_string());
        Some(match problem_of(provider)? {
            ProviderProblem::NotConfigured => {
                (Missing, Some(Reason::ProviderNotConfigured), connection)
            }
            ProviderProblem::StandIn if kind == EnvironmentKind::Production => {
                (Missing, Some(Reason::ProviderIsStandIn), connection)
            }
            ProviderProblem::StandIn => (Attention, Some(Reason::ProviderIsStandIn), connection),
        })
    });
    problems.next().unwrap_or(READY)
}

fn key_expiry(facts: &Facts) -> Standing {
    let name = facts.expiring.as_ref().map(crate::access::ApiKey::name);
    attention_to(name.as_ref(), Reason::KeyExpiresSoon)
}

const fn event_reader(facts: &Facts) -> Standing {
    match (facts.relayed, facts.consumer_keys) {
        (true, _) | (_, Keys::Used) => READY,
        (false, Keys::Unused) => attention(Reason::ConsumerKeyUnused),
        (false, Keys::None) => attention(Reason::NoEventReader),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        environment::EnvironmentKind::{NonProduction, Production},
        host::Host,
        id::CredentialId,
        name::{ApplicationName, CredentialName},
        text::DisplayName,
        time::Timestamp,
    };

    fn live() -> Environment {
        Environment {
            id: "live".parse().unwrap(),
            display_name: DisplayName::parse("Live").unwrap(),
            kind: EnvironmentKind::Production,
            default_domain: Host::parse("login.example.com").unwrap(),
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
        let cases: [(Change, ReadinessState, Reason); 9] = [
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
}
