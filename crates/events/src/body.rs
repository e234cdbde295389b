//! From what happened to the message that says so.

use std::fmt::Display;

use latchkey_domain::{
    event::{EventBody, SignInContext, SignInFacts},
    grant::GrantRights,
    name::{ApplicationName, ConnectionName, CredentialName},
    provider::ProviderName,
    sign_in::{Refusal, SignInResult},
};
use latchkey_proto::events::{self as proto, event_data::Data};

use crate::{organization, user};

/// The message of an event: a new kind of event does not compile before it has an arm.
#[expect(clippy::too_many_lines, reason = "one match, so that the compiler demands every arm")]
pub(crate) fn message(body: &EventBody) -> Data {
    use EventBody as Body;
    match body {
        Body::UserSignedUp(facts) => Data::UserSignedUp(signed_up(facts)),
        Body::UserSignedIn(facts, result) => Data::UserSignedIn(signed_in(facts, *result)),
        Body::UserLinked(facts) => Data::UserLinked(linked(facts)),
        Body::UserUpdated {
            user,
            email,
            email_verified,
            display_name,
            picture_url,
            changed_fields,
        } => Data::UserUpdated(proto::UserUpdated {
            user: user.to_string(),
            email: text(email.as_ref()),
            email_verified: *email_verified,
            display_name: text(display_name.as_ref()),
            picture_uri: text(picture_url.as_ref()),
            changed_fields: owned(changed_fields),
        }),
        Body::UserUnlinked { identity, kind } => Data::UserUnlinked(user::unlinked(identity, kind)),
        Body::UserSuspended(name) => Data::UserSuspended(user::suspended(name)),
        Body::UserUnsuspended(name) => Data::UserUnsuspended(user::unsuspended(name)),
        Body::UserDeleted(name) => Data::UserDeleted(user::deleted(name)),
        Body::SignInRefused { context, reason, user } => {
            Data::SignInRefused(refused(context, *reason, text(user.as_ref())))
        }
        Body::ConnectionCreated { connection, provider, display_name } => {
            Data::ConnectionCreated(created(connection, provider, display_name))
        }
        Body::ConnectionUpdated { connection, changed_fields } => {
            Data::ConnectionUpdated(updated(connection, changed_fields))
        }
        Body::ConnectionDeleted(name) => Data::ConnectionDeleted(deleted(name)),
        Body::ConnectionUndeleted(name) => Data::ConnectionUndeleted(undeleted(name)),
        Body::ConnectionPurged(name) => Data::ConnectionPurged(purged(name)),
        Body::ConnectionApplicationGranted(connection, application, rights) => {
            Data::ConnectionApplicationGranted(granted(connection, application, *rights))
        }
        Body::ConnectionApplicationRevoked(connection, application) => {
            Data::ConnectionApplicationRevoked(revoked(connection, application))
        }
        Body::CredentialCreated { credential, client_id, host } => {
            Data::CredentialCreated(credential_created(credential, client_id, text(host.as_ref())))
        }
        Body::CredentialDeleted(name) => Data::CredentialDeleted(credential_deleted(name)),
        Body::CredentialPromoted { credential, replaced } => {
            Data::CredentialPromoted(credential_promoted(credential, text(replaced.as_ref())))
        }
        Body::ApplicationCreated { application, display_name } => {
            Data::ApplicationCreated(application_created(application, display_name))
        }
        Body::ApplicationUpdated { application, changed_fields } => {
            Data::ApplicationUpdated(application_updated(application, changed_fields))
        }
        Body::ApplicationDeleted(name) => Data::ApplicationDeleted(application_deleted(name)),
        Body::OrganizationCreated { organization, display_name, custom_domain } => {
            let domain = text(custom_domain.as_ref());
            Data::OrganizationCreated(organization::created(organization, display_name, domain))
        }
        Body::OrganizationUpdated { organization, changed_fields } => {
            Data::OrganizationUpdated(organization::updated(organization, changed_fields))
        }
        Body::OrganizationDeleted(name) => Data::OrganizationDeleted(organization::deleted(name)),
        Body::OrganizationDomainVerified(name, domain) => {
            Data::OrganizationDomainVerified(organization::domain_verified(name, domain))
        }
        Body::OrganizationDomainFailed(name, domain, problem) => {
            Data::OrganizationDomainFailed(organization::domain_failed(name, domain, *problem))
        }
    }
}

fn signed_up(facts: &SignInFacts) -> proto::UserSignedUp {
    proto::UserSignedUp { subject: Some(subject(facts)), context: Some(context(&facts.context)) }
}

fn signed_in(facts: &SignInFacts, result: SignInResult) -> proto::UserSignedIn {
    proto::UserSignedIn {
        subject: Some(subject(facts)),
        context: Some(context(&facts.context)),
        new_user: result == SignInResult::SignedUp,
        linked: result == SignInResult::Linked,
    }
}

fn linked(facts: &SignInFacts) -> proto::UserLinked {
    proto::UserLinked { subject: Some(subject(facts)), context: Some(context(&facts.context)) }
}

fn refused(through: &SignInContext, reason: Refusal, user: String) -> proto::SignInRefused {
    proto::SignInRefused { context: Some(context(through)), reason: reason.to_string(), user }
}

fn subject(facts: &SignInFacts) -> proto::SignInSubject {
    proto::SignInSubject {
        user: facts.user.to_string(),
        identity: facts.identity.to_string(),
        issuer: facts.issuer.0.clone(),
        provider_subject: facts.subject.to_string(),
        email: text(facts.email.as_ref()),
        email_verified: facts.email_verified,
        display_name: text(facts.display_name.as_ref()),
        picture_uri: text(facts.picture_url.as_ref()),
    }
}

fn context(context: &SignInContext) -> proto::SignInContext {
    proto::SignInContext {
        connection: context.connection.to_string(),
        application: text(context.application.as_ref()),
        provider: context.provider.to_string(),
        reference_id: context.reference_id.clone(),
        organization: text(context.organization.as_ref()),
    }
}

fn created(
    connection: &ConnectionName,
    provider: &ProviderName,
    display_name: &str,
) -> proto::ConnectionCreated {
    proto::ConnectionCreated {
        connection: connection.to_string(),
        provider: provider.to_string(),
        display_name: display_name.to_owned(),
    }
}

fn updated(connection: &ConnectionName, changed_fields: &[String]) -> proto::ConnectionUpdated {
    let changed_fields = changed_fields.to_vec();
    proto::ConnectionUpdated { connection: connection.to_string(), changed_fields }
}

fn deleted(connection: &ConnectionName) -> proto::ConnectionDeleted {
    proto::ConnectionDeleted { connection: connection.to_string() }
}

fn undeleted(connection: &ConnectionName) -> proto::ConnectionUndeleted {
    proto::ConnectionUndeleted { connection: connection.to_string() }
}

fn purged(connection: &ConnectionName) -> proto::ConnectionPurged {
    proto::ConnectionPurged { connection: connection.to_string() }
}

fn granted(
    connection: &ConnectionName,
    application: &ApplicationName,
    rights: GrantRights,
) -> proto::ConnectionApplicationGranted {
    proto::ConnectionApplicationGranted {
        connection: connection.to_string(),
        application: application.to_string(),
        may_sign_up: rights.may_sign_up,
        may_sign_in: rights.may_sign_in,
        may_link: rights.may_link,
    }
}

fn revoked(
    connection: &ConnectionName,
    application: &ApplicationName,
) -> proto::ConnectionApplicationRevoked {
    proto::ConnectionApplicationRevoked {
        connection: connection.to_string(),
        application: application.to_string(),
    }
}

fn credential_created(
    credential: &CredentialName,
    client_id: &str,
    host: String,
) -> proto::CredentialCreated {
    let (credential, client_id) = (credential.to_string(), client_id.to_owned());
    proto::CredentialCreated { credential, client_id, host }
}

fn credential_deleted(credential: &CredentialName) -> proto::CredentialDeleted {
    proto::CredentialDeleted { credential: credential.to_string() }
}

fn credential_promoted(
    credential: &CredentialName,
    replaced_credential: String,
) -> proto::CredentialPromoted {
    proto::CredentialPromoted { credential: credential.to_string(), replaced_credential }
}

fn application_created(
    application: &ApplicationName,
    display_name: &str,
) -> proto::ApplicationCreated {
    let (application, display_name) = (application.to_string(), display_name.to_owned());
    proto::ApplicationCreated { application, display_name }
}

fn application_updated(
    application: &ApplicationName,
    changed_fields: &[String],
) -> proto::ApplicationUpdated {
    let changed_fields = changed_fields.to_vec();
    proto::ApplicationUpdated { application: application.to_string(), changed_fields }
}

fn application_deleted(application: &ApplicationName) -> proto::ApplicationDeleted {
    proto::ApplicationDeleted { application: application.to_string() }
}

/// A text that may be absent: the contract says empty then.
fn text(value: Option<&impl Display>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}
