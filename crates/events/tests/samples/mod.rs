//! One event of each kind, always the same.

use latchkey_domain::{
    email::EmailAddress,
    event::{Event, EventBody, EventSubject, SignInContext, SignInFacts},
    grant::GrantRights,
    host::Host,
    id::EventId,
    name::{ApplicationName, ConnectionName, OrganizationName, UserName},
    organization::DomainProblem,
    profile::{Issuer, Subject},
    provider::ProviderName,
    sign_in::{Refusal, SignInResult},
    time::Timestamp,
    user::{IdentityKind, SocialIdentity},
};
use uuid::Uuid;

/// The trace that the samples happened in.
pub(crate) const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

const REFERENCE: &str = "ref_01h455vb4pex5vsknk084sn02q";

const REPLACED: &str = "cred_01h455vb4pex5vsknk084sn02p";

/// An event of each kind.
pub(crate) fn every_kind() -> Vec<Event> {
    let mut events = vec![signed_up(), refused_unknown_person()];
    let people = [
        EventBody::UserSignedIn(facts(), SignInResult::SignedUp),
        EventBody::UserLinked(facts()),
        EventBody::UserUpdated {
            user: user(),
            email: facts().email,
            email_verified: false,
            display_name: Some("Rowan \"R\" Ätherton".to_owned()),
            picture_url: Some("https://avatars.example/rowan.png".to_owned()),
            changed_fields: vec!["email", "display_name", "picture_uri"],
        },
    ];
    events.extend(people.into_iter().map(about_user));
    events.extend(what_administrators_do().into_iter().map(about_user));
    events.extend(changes_of_connections().into_iter().map(about_connection));
    events.extend(changes_of_applications().into_iter().map(about_application));
    events.extend(changes_of_organizations().into_iter().map(about_organization));
    events
}

/// What administrators do with users.
fn what_administrators_do() -> [EventBody; 4] {
    let facts = facts();
    let social = SocialIdentity {
        issuer: facts.issuer,
        subject: facts.subject,
        account_id: None,
        username: Some("rowan".to_owned()),
        email: facts.email,
        connections: vec![connection().connection],
    };
    let (identity, kind) = (facts.identity, IdentityKind::Social(social));
    [
        EventBody::UserUnlinked { identity, kind },
        EventBody::UserSuspended(user()),
        EventBody::UserUnsuspended(user()),
        EventBody::UserDeleted(user()),
    ]
}

/// What can happen to a connection and its credentials.
fn changes_of_connections() -> [EventBody; 10] {
    [
        EventBody::ConnectionCreated {
            connection: connection(),
            provider: provider(),
            display_name: "Bitbucket".to_owned(),
        },
        EventBody::ConnectionUpdated {
            connection: connection(),
            changed_fields: vec!["display_name".to_owned(), "trust_email".to_owned()],
        },
        EventBody::ConnectionDeleted(connection()),
        EventBody::ConnectionUndeleted(connection()),
        EventBody::ConnectionPurged(connection()),
        EventBody::ConnectionApplicationGranted(
            connection(),
            application(),
            GrantRights { may_sign_up: false, ..GrantRights::ALL },
        ),
        EventBody::ConnectionApplicationRevoked(connection(), application()),
        EventBody::CredentialCreated {
            credential: credential().parse().unwrap(),
            client_id: "key-of-the-consumer".to_owned(),
            host: Some("login.example".to_owned()),
        },
        EventBody::CredentialDeleted(credential().parse().unwrap()),
        EventBody::CredentialPromoted {
            credential: credential().parse().unwrap(),
            replaced: Some(format!("{}/credentials/{REPLACED}", connection()).parse().unwrap()),
        },
    ]
}

/// What can happen to an application.
fn changes_of_applications() -> [EventBody; 3] {
    let application = application();
    [
        EventBody::ApplicationCreated {
            application: application.clone(),
            display_name: "Web".to_owned(),
        },
        EventBody::ApplicationUpdated {
            application: application.clone(),
            changed_fields: vec!["redirect_uris".to_owned()],
        },
        EventBody::ApplicationDeleted(application),
    ]
}

/// Somebody new.
pub(crate) fn signed_up() -> Event {
    about_user(EventBody::UserSignedUp(facts()))
}

/// Somebody tried a connection out: nobody signed in, and to nothing.
pub(crate) fn tested() -> Event {
    let mut facts = facts();
    facts.context.application = None;
    facts.context.organization = None;
    about_user(EventBody::UserSignedIn(facts, SignInResult::SignedUp))
}

/// Somebody who is not known was turned away.
pub(crate) fn refused_unknown_person() -> Event {
    let reason = Refusal::AccountNotFound;
    event(EventBody::SignInRefused { context: context(), reason, user: None }, None)
}

fn about_user(body: EventBody) -> Event {
    event(body, Some((EventSubject::User(user()), 7)))
}

fn about_connection(body: EventBody) -> Event {
    event(body, Some((EventSubject::Connection(connection()), 12)))
}

fn about_application(body: EventBody) -> Event {
    event(body, Some((EventSubject::Application(application()), 3)))
}

/// What can happen to an organization and its custom domain.
fn changes_of_organizations() -> [EventBody; 5] {
    let domain = || Host::parse("login.acme.example").unwrap();
    [
        EventBody::OrganizationCreated {
            organization: organization(),
            display_name: "Acme".to_owned(),
            custom_domain: Some(domain()),
        },
        EventBody::OrganizationUpdated {
            organization: organization(),
            changed_fields: vec!["custom_domain".to_owned()],
        },
        EventBody::OrganizationDeleted(organization()),
        EventBody::OrganizationDomainVerified(organization(), domain()),
        EventBody::OrganizationDomainFailed(organization(), domain(), DomainProblem::RecordMissing),
    ]
}

fn about_organization(body: EventBody) -> Event {
    event(body, Some((EventSubject::Organization(organization()), 5)))
}

fn event(body: EventBody, subject: Option<(EventSubject, i64)>) -> Event {
    Event {
        id: EventId(Uuid::from_u128(0x018c_c251_f400_7000_8000_0000_0000_0001)),
        environment: connection().environment,
        time: Timestamp(1_700_000_000_000_001),
        subject,
        causation_id: Some(REFERENCE.to_owned()),
        body,
    }
}

fn user() -> UserName {
    "environments/dev/users/user_01h455vb4pex5vsknk084sn02q".parse().unwrap()
}

fn connection() -> ConnectionName {
    "environments/dev/connections/bitbucket".parse().unwrap()
}

fn application() -> ApplicationName {
    "environments/dev/applications/web".parse().unwrap()
}

fn organization() -> OrganizationName {
    "environments/dev/organizations/acme".parse().unwrap()
}

fn credential() -> String {
    format!("{}/credentials/cred_01h455vb4pex5vsknk084sn02q", connection())
}

fn provider() -> ProviderName {
    ProviderName::parse("bitbucket").unwrap()
}

fn facts() -> SignInFacts {
    SignInFacts {
        user: user(),
        identity: format!("{}/identities/idn_01h455vb4pex5vsknk084sn02q", user()).parse().unwrap(),
        issuer: Issuer("https://bitbucket.org".to_owned()),
        subject: Subject::parse("{2f6b1c1e-0d4c-4a55-9a3e-6a1f0a3f6f11}").unwrap(),
        email: Some(EmailAddress::parse("rowan@mail.example").unwrap()),
        email_verified: true,
        display_name: Some("Rowan".to_owned()),
        picture_url: Some("https://pictures.example/rowan".to_owned()),
        context: context(),
    }
}

fn context() -> SignInContext {
    SignInContext {
        connection: connection(),
        application: Some(application()),
        organization: Some(organization()),
        provider: provider(),
        reference_id: REFERENCE.to_owned(),
    }
}
