//! The services: decode, call, encode; never more.

mod connection_admin;
mod event_feed;
mod social_login;
mod tenant_admin;
mod user_directory;

pub(crate) use connection_admin::Admin;
pub(crate) use event_feed::Feed;
pub(crate) use social_login::Login;
pub(crate) use tenant_admin::Tenants;
pub(crate) use user_directory::Directory;

/// An etag that a caller sent, if they did.
fn sent(etag: &str) -> Option<&str> {
    (!etag.is_empty()).then_some(etag)
}
