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
        (
            Requirement::CustomDomains,
            attention_to(facts.unproven_domain.as_ref(), Reason::CustomDomainProblem),
        ),
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
mod tests;
