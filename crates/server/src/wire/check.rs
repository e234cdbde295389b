//! Checks of a connection.

use latchkey_domain::{
    check::{CheckKind, CheckReason, Verdict},
    host::Host,
    name::{ConnectionName, CredentialName},
};
use latchkey_identity::{CheckedConnection, WhatToCheck};
use latchkey_proto::v1::{self, ConnectionCheckKind, ConnectionCheckReason, ConnectionCheckStatus};
use tonic::Status;

use super::Fields;

pub(crate) fn what(request: v1::CheckConnectionRequest) -> Result<WhatToCheck, Status> {
    let mut fields = Fields::new();
    let connection = fields.check("name", request.name.parse());
    let host = fields.check_if("host", &request.host, Host::parse);
    let credential = fields.check_if("credential", &request.credential, str::parse);
    let what = connection.map(|connection| WhatToCheck { connection, host, credential });
    fields.finish(what)
}

pub(crate) fn encode(
    connection: &ConnectionName,
    checked: Vec<CheckedConnection>,
) -> v1::CheckConnectionResponse {
    let checks = checked.into_iter().map(|checked| encode_one(connection, checked));
    v1::CheckConnectionResponse { checks: checks.collect() }
}

fn encode_one(connection: &ConnectionName, checked: CheckedConnection) -> v1::ConnectionCheck {
    let CheckedConnection { check, description } = checked;
    let status = match check.verdict {
        Verdict::Passed => ConnectionCheckStatus::Passed,
        Verdict::Failed(_) => ConnectionCheckStatus::Failed,
        Verdict::Unknown(_) => ConnectionCheckStatus::Unknown,
    };
    let reason = check.verdict.reason().map_or(ConnectionCheckReason::Unspecified, reason);
    let credential = check.credential.map(|credential| {
        let (environment, connection) =
            (connection.environment.clone(), connection.connection.clone());
        CredentialName { environment, connection, credential }.to_string()
    });
    v1::ConnectionCheck {
        kind: kind(check.kind).into(),
        status: status.into(),
        reason: reason.into(),
        description: description.to_owned(),
        credential: credential.unwrap_or_default(),
        host: check.host.as_ref().map(ToString::to_string).unwrap_or_default(),
    }
}

const fn kind(kind: CheckKind) -> ConnectionCheckKind {
    match kind {
        CheckKind::Provider => ConnectionCheckKind::Provider,
        CheckKind::TokenEndpoint => ConnectionCheckKind::TokenEndpoint,
        CheckKind::Api => ConnectionCheckKind::Api,
        CheckKind::Tls => ConnectionCheckKind::Tls,
        CheckKind::Credentials => ConnectionCheckKind::Credentials,
        CheckKind::Scopes => ConnectionCheckKind::Scopes,
        CheckKind::Callback => ConnectionCheckKind::Callback,
        CheckKind::CallbackExact => ConnectionCheckKind::CallbackExact,
    }
}

const fn reason(reason: CheckReason) -> ConnectionCheckReason {
    match reason {
        CheckReason::ProviderNotConfigured => ConnectionCheckReason::ProviderNotConfigured,
        CheckReason::ProviderIsStandIn => ConnectionCheckReason::ProviderIsStandIn,
        CheckReason::ProviderUnavailable => ConnectionCheckReason::ProviderUnavailable,
        CheckReason::ProviderRateLimited => ConnectionCheckReason::ProviderRateLimited,
        CheckReason::ProviderMalformed => ConnectionCheckReason::ProviderMalformed,
        CheckReason::TlsFailed => ConnectionCheckReason::TlsFailed,
        CheckReason::TlsNotUsed => ConnectionCheckReason::TlsNotUsed,
        CheckReason::CredentialsMissing => ConnectionCheckReason::CredentialsMissing,
        CheckReason::CredentialsRejected => ConnectionCheckReason::CredentialsRejected,
        CheckReason::ScopeMissing => ConnectionCheckReason::ScopeMissing,
        CheckReason::ScopesNotTold => ConnectionCheckReason::ScopesNotTold,
        CheckReason::NoCallbackRegistered => ConnectionCheckReason::NoCallbackRegistered,
        CheckReason::CallbackNotRegistered => ConnectionCheckReason::CallbackNotRegistered,
        CheckReason::CallbackTooWide => ConnectionCheckReason::CallbackTooWide,
        CheckReason::CallbackNotTold => ConnectionCheckReason::CallbackNotTold,
        CheckReason::NotAsked => ConnectionCheckReason::NotAsked,
        CheckReason::KeyMissing => ConnectionCheckReason::KeyMissing,
    }
}
