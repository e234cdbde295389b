//! Suspending a user, deleting one, and taking a way in from one.

use anyhow::Result;
use latchkey_proto::v1;

use crate::client::{Api, Dry, Guard, ask};

/// How a change is guarded, and whether it is only tried.
type Terms = (Guard, Dry);

pub(super) async fn suspend(
    api: &Api,
    name: &str,
    reason: String,
    (Guard { etag }, Dry { validate_only }): Terms,
) -> Result<()> {
    let name = api.place.name(&["users"], name)?;
    let mut users = api.client()?.users();
    let request = v1::SuspendUserRequest { name, reason, etag, validate_only };
    api.show(users.suspend_user(ask(request))).await
}

pub(super) async fn unsuspend(
    api: &Api,
    name: &str,
    (Guard { etag }, Dry { validate_only }): Terms,
) -> Result<()> {
    let name = api.place.name(&["users"], name)?;
    let mut users = api.client()?.users();
    let request = v1::UnsuspendUserRequest { name, etag, validate_only };
    api.show(users.unsuspend_user(ask(request))).await
}

pub(super) async fn delete(
    api: &Api,
    name: &str,
    (Guard { etag }, Dry { validate_only }): Terms,
) -> Result<()> {
    let told = if validate_only {
        "the user can be deleted, and was left as they are"
    } else {
        "the user is deleted; the same account may sign up anew"
    };
    let name = api.place.name(&["users"], name)?;
    let mut users = api.client()?.users();
    let request = v1::DeleteUserRequest { name, etag, validate_only };
    api.done(users.delete_user(ask(request)), told).await
}

pub(super) async fn unlink(
    api: &Api,
    name: &str,
    (Guard { etag }, Dry { validate_only }): Terms,
) -> Result<()> {
    let name = api.place.name(&["users", "identities"], name)?;
    let mut users = api.client()?.users();
    let request = v1::UnlinkIdentityRequest { name, etag, validate_only };
    api.show(users.unlink_identity(ask(request))).await
}
