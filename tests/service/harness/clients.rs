//! gRPC clients, each with a key.

use latchkey_proto::v1::{
    connection_admin_client::ConnectionAdminClient, event_feed_client::EventFeedClient,
    social_login_client::SocialLoginClient, tenant_admin_client::TenantAdminClient,
    user_directory_client::UserDirectoryClient,
};
use secrecy::{ExposeSecret, SecretString};
use tonic::{
    Request, Status,
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};
use tonic_types::StatusExt;

use super::TestApp;

/// Sends a key with every call.
#[derive(Clone)]
pub(crate) struct Key(pub(crate) SecretString);

impl Key {
    pub(crate) fn new(key: &SecretString) -> Self {
        Self(key.clone())
    }
}

impl Interceptor for Key {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let value = format!("Bearer {}", self.0.expose_secret());
        request.metadata_mut().insert("authorization", value.parse().unwrap());
        Ok(request)
    }
}

/// A channel with a key.
pub(crate) type Keyed = InterceptedService<Channel, Key>;

/// The reason of a refusal, as callers read it.
pub(crate) fn reason(status: &Status) -> String {
    let info = status.get_details_error_info();
    info.map_or_else(|| format!("no reason: {status:?}"), |info| info.reason)
}

/// `SocialLogin` at whatever answers there, with a key.
pub(crate) fn login_at(channel: &Channel, key: &SecretString) -> SocialLoginClient<Keyed> {
    SocialLoginClient::new(InterceptedService::new(channel.clone(), Key::new(key)))
}

impl TestApp {
    /// The channel with a key.
    pub(crate) fn keyed(&self, key: &SecretString) -> Keyed {
        InterceptedService::new(self.channel.clone(), Key::new(key))
    }

    /// Signing in, as a gateway does.
    pub(crate) fn login(&self) -> SocialLoginClient<Keyed> {
        SocialLoginClient::new(self.keyed(&self.keys.gateway))
    }

    /// Redeeming, as an application does.
    pub(crate) fn application(&self) -> SocialLoginClient<Keyed> {
        SocialLoginClient::new(self.keyed(&self.keys.application))
    }

    /// Configuring connections, as an environment's administrator does.
    pub(crate) fn connections(&self) -> ConnectionAdminClient<Keyed> {
        ConnectionAdminClient::new(self.keyed(&self.keys.environment))
    }

    /// Administering tenants, as an operator does.
    pub(crate) fn tenants(&self) -> TenantAdminClient<Keyed> {
        TenantAdminClient::new(self.keyed(&self.keys.operator))
    }

    /// Looking people up, as an environment's administrator does.
    pub(crate) fn users(&self) -> UserDirectoryClient<Keyed> {
        UserDirectoryClient::new(self.keyed(&self.keys.environment))
    }

    /// Reading events, as a consumer does.
    pub(crate) fn feed(&self) -> EventFeedClient<Keyed> {
        EventFeedClient::new(self.keyed(&self.keys.consumer))
    }
}
