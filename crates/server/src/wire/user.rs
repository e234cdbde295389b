//! People, and the ways that they are known.

use latchkey_domain::{
    email::EmailAddress,
    id::EnvironmentId,
    name::{ConnectionName, EnvironmentName, UserName},
    page::{Listed, Page},
    user::{Identity, IdentityKind, User},
};
use latchkey_identity::{Cursor, UserView, etag};
use latchkey_proto::v1;
use tonic::Status;
use uuid::Uuid;

use super::{Fields, filter, page, time};

/// Which page of which users.
pub(crate) type UserList = (EnvironmentName, Option<EmailAddress>, Page<Cursor<Uuid>>);

pub(crate) fn list(request: &v1::ListUsersRequest) -> Result<UserList, Status> {
    let mut fields = Fields::new();
    let parent = fields.check("parent", request.parent.parse());
    let email = filter::equals(&request.filter, "email", EmailAddress::parse);
    let email = fields.check("filter", email).flatten();
    let question = ("users", request.parent.as_str(), request.filter.as_str());
    let page = page::page(&mut fields, question, (request.page_size, &request.page_token));
    let read = parent.zip(page).map(|(parent, page)| (parent, email, page));
    fields.finish(read)
}

pub(crate) fn listed(
    request: &v1::ListUsersRequest,
    listed: Listed<User, Cursor<Uuid>>,
) -> v1::ListUsersResponse {
    let question = ("users", request.parent.as_str(), request.filter.as_str());
    v1::ListUsersResponse {
        users: listed.items.into_iter().map(|user| encode(user, &[])).collect(),
        next_page_token: page::token(question, listed.next),
    }
}

pub(crate) fn view(view: UserView) -> v1::User {
    encode(view.user, &view.identities)
}

pub(crate) fn encode(user: User, identities: &[Identity]) -> v1::User {
    let identities = identities.iter().map(|found| encode_identity(&user.environment, found));
    let state = if user.is_suspended() { v1::UserState::Suspended } else { v1::UserState::Active };
    v1::User {
        name: user.name().to_string(),
        identities: identities.collect(),
        display_name: user.display_name.unwrap_or_default(),
        email: user.email.as_ref().map(ToString::to_string).unwrap_or_default(),
        email_verified: user.email_verified,
        picture_uri: user.picture_url.unwrap_or_default(),
        create_time: Some(time::encode(user.created_at)),
        update_time: Some(time::encode(user.updated_at)),
        last_sign_in_time: Some(time::encode(user.last_signed_in_at)),
        state: state.into(),
        suspend_time: user.suspended_at.map(time::encode),
        etag: etag(user.version),
    }
}

/// Which page of whose identities.
pub(crate) type IdentityList = (UserName, Page<Cursor<Uuid>>);

pub(crate) fn list_identities(request: &v1::ListIdentitiesRequest) -> Result<IdentityList, Status> {
    let mut fields = Fields::new();
    let parent = fields.check("parent", request.parent.parse());
    let question = ("identities", request.parent.as_str(), "");
    let page = page::page(&mut fields, question, (request.page_size, &request.page_token));
    fields.finish(parent.zip(page))
}

pub(crate) fn listed_identities(
    request: &v1::ListIdentitiesRequest,
    environment: &EnvironmentId,
    listed: Listed<Identity, Cursor<Uuid>>,
) -> v1::ListIdentitiesResponse {
    let identities = listed.items.iter().map(|found| encode_identity(environment, found));
    let question = ("identities", request.parent.as_str(), "");
    v1::ListIdentitiesResponse {
        identities: identities.collect(),
        next_page_token: page::token(question, listed.next),
    }
}

pub(crate) fn encode_identity(environment: &EnvironmentId, identity: &Identity) -> v1::Identity {
    let encoded = v1::Identity {
        name: identity.name(environment).to_string(),
        create_time: Some(time::encode(identity.created_at)),
        last_use_time: identity.last_used_at.map(time::encode),
        ..v1::Identity::default()
    };
    match &identity.kind {
        IdentityKind::Email(address) => v1::Identity {
            kind: v1::IdentityKind::Email.into(),
            email: address.to_string(),
            ..encoded
        },
        IdentityKind::Social(social) => v1::Identity {
            kind: v1::IdentityKind::Social.into(),
            issuer: social.issuer.0.clone(),
            subject: social.subject.to_string(),
            email: social.email.as_ref().map(ToString::to_string).unwrap_or_default(),
            username: social.username.clone().unwrap_or_default(),
            connections: social
                .connections
                .iter()
                .map(|connection| {
                    let (environment, connection) = (environment.clone(), connection.clone());
                    ConnectionName { environment, connection }.to_string()
                })
                .collect(),
            ..encoded
        },
    }
}
