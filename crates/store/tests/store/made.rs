//! Things to keep, made up.

mod changes;
mod organization;

use std::time::Duration;

use latchkey_domain::{
    access::{ApiKey, Principal},
    application::Application,
    connection::{Connection, Credential, CredentialRole, Deletion},
    email::EmailAddress,
    environment::{Environment, EnvironmentKind},
    event::{Event, EventBody, EventSubject, SignInContext, SignInFacts},
    grant::GrantRights,
    host::Host,
    id::{
        ApiKeyId, AttemptId, CredentialId, EnvironmentId, EventId, IdentityId, SigningKeyId, UserId,
    },
    name::{ApplicationName, ConnectionName},
    pkce::CodeChallenge,
    policy::{CodeLifetime, ConnectionPolicies, EnvironmentPolicies, ProfileSync, SignUpPolicy},
    profile::{Issuer, Subject},
    provider::ProviderName,
    redirect_uri::RedirectUri,
    sign_in::{LOGIN_CODE_LIFETIME, SignInResult},
    signing_key::SigningKey,
    text::DisplayName,
    time::Timestamp,
    upstream::{UpstreamParam, UpstreamParams},
    user::{Identity, IdentityKind, SocialIdentity, User},
    workspace::{AllowedWorkspaces, WorkspaceId},
};
use latchkey_store::{Claim, Finish, NewApiKey, SealedCredential, SealedSigningKey};

pub(crate) use changes::{
    added, claimed, credentials, emit, pages, refused, with_shop_and_bitbucket,
};
pub(crate) use organization::organization;

pub(crate) const NOW: Timestamp = Timestamp(1_790_000_000_123_456);
pub(crate) const CHALLENGE: CodeChallenge = CodeChallenge([7; 32]);
pub(crate) const RIGHTS: GrantRights = GrantRights::ALL;
pub(crate) const CODE_HASH: [u8; 32] = [9; 32];

pub(crate) fn environment_id(id: &str) -> EnvironmentId {
    id.parse().unwrap()
}

pub(crate) fn dev() -> EnvironmentId {
    environment_id("dev")
}

pub(crate) fn shop() -> ApplicationName {
    "environments/dev/applications/shop".parse().unwrap()
}

pub(crate) fn bitbucket() -> ConnectionName {
    "environments/dev/connections/bitbucket".parse().unwrap()
}

/// The default domain.
pub(crate) fn host() -> Host {
    Host::parse("login.example.com").unwrap()
}

pub(crate) fn display(name: &str) -> DisplayName {
    DisplayName::parse(name).unwrap()
}

pub(crate) fn issuer() -> Issuer {
    Issuer("https://bitbucket.org".to_owned())
}

pub(crate) fn subject(text: &str) -> Subject {
    Subject::parse(text).unwrap()
}

pub(crate) fn environment(id: &str) -> Environment {
    Environment {
        id: environment_id(id),
        display_name: display("An environment"),
        kind: EnvironmentKind::NonProduction,
        default_domain: host(),
        policies: EnvironmentPolicies {
            sign_up: SignUpPolicy::Closed,
            email_required: true,
            email_code_lifetime: CodeLifetime::from_minutes(7).unwrap(),
        },
        version: 1,
        created_at: NOW,
        updated_at: NOW,
    }
}

pub(crate) fn application(id: &str) -> Application {
    let uri = "https://shop.example/callback?from=latchkey";
    Application {
        environment: dev(),
        id: id.parse().unwrap(),
        display_name: display("The shop"),
        redirect_uris: vec![RedirectUri::parse(uri, EnvironmentKind::Production).unwrap()],
        logo: None,
        version: 1,
        created_at: NOW,
        updated_at: NOW,
    }
}

pub(crate) fn connection(id: &str) -> Connection {
    let prompt = UpstreamParam::Value("login".to_owned());
    Connection {
        environment: dev(),
        id: id.parse().unwrap(),
        display_name: display("Bitbucket"),
        provider: ProviderName::parse("bitbucket").unwrap(),
        trusted_provider: true,
        upstream_params: UpstreamParams::parse([("prompt".to_owned(), prompt)]).unwrap(),
        policies: connection_policies(),
        disabled: false,
        version: 1,
        created_at: NOW,
        updated_at: NOW,
        deletion: None,
    }
}

fn connection_policies() -> ConnectionPolicies {
    let workspaces = ["{2c4a1bd0-5d86-4b52-9a23-6a3f4b5c6d7e}", "acme"];
    let workspaces = workspaces.map(|text| WorkspaceId::parse(text).unwrap());
    ConnectionPolicies {
        verify_by_code: true,
        allowed_workspaces: AllowedWorkspaces::parse(workspaces.into()).unwrap(),
        profile_sync: ProfileSync::AtSignUp,
    }
}

pub(crate) fn deletion() -> Deletion {
    Deletion::at(NOW)
}

pub(crate) fn credential(host: Option<&str>, role: CredentialRole) -> SealedCredential {
    let credential = Credential {
        id: CredentialId::new(NOW),
        client_id: "consumer".to_owned(),
        host: host.map(|host| Host::parse(host).unwrap()),
        role,
        fingerprint: "f00d".to_owned(),
        created_at: NOW,
        last_used_at: None,
        refused_at: None,
        deleted_at: None,
    };
    SealedCredential { credential, sealed_secret: vec![0, 255, 1] }
}

pub(crate) fn api_key(principal: Principal, secret_hash: [u8; 32]) -> NewApiKey {
    let key = ApiKey {
        id: ApiKeyId::new(NOW),
        principal,
        display_name: display("A key"),
        hint: "lk_gateway_abcd".to_owned(),
        created_at: NOW,
        expires_at: Some(NOW.plus(Duration::from_mins(1))),
        last_used_at: None,
    };
    NewApiKey { key, secret_hash }
}

pub(crate) fn user_in(environment: &EnvironmentId) -> User {
    User {
        environment: environment.clone(),
        id: UserId::new(NOW),
        display_name: Some("Ada".to_owned()),
        email: Some(email("ada@example.com")),
        email_verified: true,
        picture_url: None,
        suspended_at: None,
        version: 1,
        sequence: 2,
        created_at: NOW,
        updated_at: NOW,
        last_signed_in_at: NOW,
    }
}

pub(crate) fn user() -> User {
    user_in(&dev())
}

pub(crate) fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub(crate) fn social(user: &User, subject_text: &str) -> Identity {
    Identity {
        id: IdentityId::new(NOW),
        user: user.id,
        kind: IdentityKind::Social(SocialIdentity {
            issuer: issuer(),
            subject: subject(subject_text),
            account_id: Some("557058:1".to_owned()),
            username: Some("ada".to_owned()),
            email: Some(email("ada@example.com")),
            connections: vec![bitbucket().connection],
        }),
        created_at: NOW,
        last_used_at: Some(NOW.minus(Duration::from_secs(9))),
    }
}

pub(crate) fn proven(user: &User, address: &str) -> Identity {
    Identity {
        id: IdentityId::new(NOW),
        user: user.id,
        kind: IdentityKind::Email(email(address)),
        created_at: NOW,
        last_used_at: None,
    }
}

pub(crate) fn claim(attempt: AttemptId, now: Timestamp) -> Claim {
    Claim {
        attempt,
        connection: bitbucket(),
        application: shop(),
        organization: None,
        custom_domain: None,
        answer_hash: [3; 32],
        code_challenge: CHALLENGE,
        now,
    }
}

pub(crate) fn finish(attempt: AttemptId, user: &User, identity: &Identity) -> Finish {
    Finish {
        attempt,
        result: SignInResult::SignedIn,
        user: user.id,
        identity: identity.id,
        login_code_hash: CODE_HASH,
        login_code_expires_at: NOW.plus(LOGIN_CODE_LIFETIME),
        now: NOW,
    }
}

pub(crate) fn signed_in(user: &User, identity: &Identity, sequence: i64) -> Event {
    let context = SignInContext {
        connection: bitbucket(),
        application: Some(shop()),
        organization: None,
        provider: ProviderName::parse("bitbucket").unwrap(),
        reference_id: "ref_1".to_owned(),
    };
    let facts = SignInFacts {
        user: user.name(),
        identity: identity.name(&user.environment),
        issuer: issuer(),
        subject: subject("{1}"),
        email: user.email.clone(),
        email_verified: user.email_verified,
        display_name: user.display_name.clone(),
        picture_url: None,
        context,
    };
    Event {
        id: EventId::new(NOW),
        environment: user.environment.clone(),
        time: NOW,
        subject: Some((EventSubject::User(user.name()), sequence)),
        causation_id: Some("ref_1".to_owned()),
        body: EventBody::UserSignedIn(facts, SignInResult::SignedIn),
    }
}

/// An event about a connection, or about nothing, at a moment.
pub(crate) fn told(subject: Option<(&str, i64)>, time: Timestamp) -> Event {
    let name = |id: &str| ConnectionName { environment: dev(), connection: id.parse().unwrap() };
    Event {
        id: EventId::new(time),
        environment: dev(),
        time,
        subject: subject.map(|(id, sequence)| (EventSubject::Connection(name(id)), sequence)),
        causation_id: None,
        body: EventBody::ConnectionDeleted(bitbucket()),
    }
}

/// A key that signs from then on.
pub(crate) fn signing_key(signs_from: Timestamp) -> SealedSigningKey {
    let id = SigningKeyId::new(signs_from);
    let key = SigningKey { id, public_key: vec![4; 65], created_at: NOW, signs_from };
    SealedSigningKey { key, sealed_key: vec![1; 60] }
}
