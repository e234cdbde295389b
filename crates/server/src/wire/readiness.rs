//! The checklist before going live.

use latchkey_domain::readiness::{ReadinessItem, ReadinessReason, ReadinessState, Requirement};
use latchkey_proto::v1::{self, ReadinessRequirement};

pub(crate) fn encode(items: Vec<ReadinessItem>) -> v1::GetReadinessResponse {
    let worst = items.iter().map(|item| item.state).max().unwrap_or(ReadinessState::Ready);
    v1::GetReadinessResponse {
        state: state(worst).into(),
        items: items.into_iter().map(encode_one).collect(),
    }
}

fn encode_one(item: ReadinessItem) -> v1::ReadinessItem {
    let description = item.reason.map_or("", ReadinessReason::description);
    v1::ReadinessItem {
        requirement: requirement(item.requirement).into(),
        state: state(item.state).into(),
        reason: item.reason.map_or(v1::ReadinessReason::Unspecified, reason).into(),
        resource: item.resource,
        description: description.to_owned(),
    }
}

const fn state(state: ReadinessState) -> v1::ReadinessState {
    match state {
        ReadinessState::Ready => v1::ReadinessState::Ready,
        ReadinessState::Attention => v1::ReadinessState::Attention,
        ReadinessState::Missing => v1::ReadinessState::Missing,
    }
}

const fn requirement(requirement: Requirement) -> ReadinessRequirement {
    match requirement {
        Requirement::Production => ReadinessRequirement::Production,
        Requirement::DefaultDomain => ReadinessRequirement::DefaultDomain,
        Requirement::CustomDomains => ReadinessRequirement::CustomDomains,
        Requirement::Application => ReadinessRequirement::Application,
        Requirement::ApplicationKey => ReadinessRequirement::ApplicationKey,
        Requirement::Connection => ReadinessRequirement::Connection,
        Requirement::Credentials => ReadinessRequirement::Credentials,
        Requirement::Provider => ReadinessRequirement::Provider,
        Requirement::AcceptedCredentials => ReadinessRequirement::AcceptedCredentials,
        Requirement::ProviderTrust => ReadinessRequirement::ProviderTrust,
        Requirement::GatewayKey => ReadinessRequirement::GatewayKey,
        Requirement::KeyExpiry => ReadinessRequirement::KeyExpiry,
        Requirement::EventReader => ReadinessRequirement::EventReader,
    }
}

const fn reason(reason: ReadinessReason) -> v1::ReadinessReason {
    match reason {
        ReadinessReason::NotProduction => v1::ReadinessReason::NotProduction,
        ReadinessReason::LoopbackDomain => v1::ReadinessReason::LoopbackDomain,
        ReadinessReason::CustomDomainProblem => v1::ReadinessReason::CustomDomainProblem,
        ReadinessReason::NoApplication => v1::ReadinessReason::NoApplication,
        ReadinessReason::RedirectUriWithoutTls => v1::ReadinessReason::RedirectUriWithoutTls,
        ReadinessReason::NoApplicationKey => v1::ReadinessReason::NoApplicationKey,
        ReadinessReason::ApplicationKeyUnused => v1::ReadinessReason::ApplicationKeyUnused,
        ReadinessReason::NoConnection => v1::ReadinessReason::NoConnection,
        ReadinessReason::NoApplicationGranted => v1::ReadinessReason::NoApplicationGranted,
        ReadinessReason::NoCredentials => v1::ReadinessReason::NoCredentials,
        ReadinessReason::CredentialsMissing => v1::ReadinessReason::CredentialsMissing,
        ReadinessReason::ProviderNotConfigured => v1::ReadinessReason::ProviderNotConfigured,
        ReadinessReason::ProviderIsStandIn => v1::ReadinessReason::ProviderIsStandIn,
        ReadinessReason::CredentialsRejected => v1::ReadinessReason::CredentialsRejected,
        ReadinessReason::CredentialsUnproven => v1::ReadinessReason::CredentialsUnproven,
        ReadinessReason::TrustedProvider => v1::ReadinessReason::TrustedProvider,
        ReadinessReason::NoGatewayKey => v1::ReadinessReason::NoGatewayKey,
        ReadinessReason::GatewayKeyUnused => v1::ReadinessReason::GatewayKeyUnused,
        ReadinessReason::KeyExpiresSoon => v1::ReadinessReason::KeyExpiresSoon,
        ReadinessReason::NoEventReader => v1::ReadinessReason::NoEventReader,
        ReadinessReason::ConsumerKeyUnused => v1::ReadinessReason::ConsumerKeyUnused,
    }
}
