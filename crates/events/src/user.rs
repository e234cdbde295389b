//! The messages about what administrators do with users.

use latchkey_domain::{
    name::{IdentityName, UserName},
    user::IdentityKind,
};
use latchkey_proto::events as proto;

pub(crate) fn unlinked(identity: &IdentityName, kind: &IdentityKind) -> proto::UserUnlinked {
    let user = UserName { environment: identity.environment.clone(), user: identity.user };
    let message = proto::UserUnlinked {
        user: user.to_string(),
        identity: identity.to_string(),
        ..proto::UserUnlinked::default()
    };
    match kind {
        IdentityKind::Email(address) => {
            proto::UserUnlinked { email: address.to_string(), ..message }
        }
        IdentityKind::Social(social) => proto::UserUnlinked {
            issuer: social.issuer.0.clone(),
            provider_subject: social.subject.to_string(),
            ..message
        },
    }
}

pub(crate) fn suspended(user: &UserName) -> proto::UserSuspended {
    proto::UserSuspended { user: user.to_string() }
}

pub(crate) fn unsuspended(user: &UserName) -> proto::UserUnsuspended {
    proto::UserUnsuspended { user: user.to_string() }
}

pub(crate) fn deleted(user: &UserName) -> proto::UserDeleted {
    proto::UserDeleted { user: user.to_string() }
}
