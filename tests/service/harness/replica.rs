//! Another process of the same service: the same database, its own memory.

use std::sync::Arc;

use bitbucket_stand_in::StandIn;
use latchkey_domain::mail::Mailer;
use latchkey_identity::{Latchkey, Parts};
use latchkey_keyring::{KeyFile, KeyRing};
use latchkey_proto::v1::{
    RedeemLoginRequest, RedeemLoginResponse, connection_admin_client::ConnectionAdminClient,
    social_login_client::SocialLoginClient,
};
use secrecy::SecretString;
use tonic::{Status, service::interceptor::InterceptedService, transport::Channel};

use super::{
    Key, TestApp,
    app::{followed, providers, resolver, serve, settings},
    mailing::mailer,
    person::VERIFIER,
};

/// A second process.
pub(crate) struct Replica {
    pub(crate) latchkey: Latchkey,
    pub(crate) channel: Channel,
    gateway: SecretString,
    environment: SecretString,
}

impl TestApp {
    /// Starts a second process with these keys, on the same database and Bitbucket.
    pub(crate) async fn replica(&self, keys: &KeyFile) -> Replica {
        self.replica_at(keys, self.bitbucket_url()).await
    }

    /// Starts a second process with the same keys that has nobody to carry mail.
    pub(crate) async fn replica_without_mail(&self) -> Replica {
        self.replica_with(&self.key_file, self.bitbucket_url(), None).await
    }

    /// Starts a second process whose configuration says that Bitbucket is elsewhere.
    pub(crate) async fn replica_at(&self, keys: &KeyFile, base_url: &str) -> Replica {
        self.replica_with(keys, base_url, Some(mailer(&self.smtp))).await
    }

    async fn replica_with(
        &self,
        keys: &KeyFile,
        base_url: &str,
        mailer: Option<Arc<dyn Mailer>>,
    ) -> Replica {
        let store = self.database.store().await;
        let cache = followed(&store, &self.stop, &self.tasks);
        let keyring = Arc::new(KeyRing::load(keys).unwrap());
        let clock = Arc::new(self.clock.clone());
        let latchkey = Latchkey::new(Parts {
            store,
            cache,
            keyring,
            providers: providers(base_url),
            resolver: resolver(&self.dns),
            mailer,
            clock,
        });
        let (_, channel) = serve(&latchkey, &self.stop, &self.tasks).await;
        let (gateway, environment) = (self.keys.gateway.clone(), self.keys.environment.clone());
        Replica { latchkey, channel, gateway, environment }
    }
}

impl Replica {
    /// The same process, called with another gateway key.
    pub(crate) fn with_gateway_key(self, key: &str) -> Self {
        Self { gateway: key.into(), ..self }
    }

    /// Configuring connections, as an environment's administrator does.
    pub(crate) fn connections(&self) -> ConnectionAdminClient<InterceptedService<Channel, Key>> {
        let key = Key::new(&self.environment);
        ConnectionAdminClient::new(InterceptedService::new(self.channel.clone(), key))
    }

    /// Signing in, as a gateway does.
    pub(crate) fn login(&self) -> SocialLoginClient<InterceptedService<Channel, Key>> {
        let key = Key::new(&self.gateway);
        SocialLoginClient::new(InterceptedService::new(self.channel.clone(), key))
    }

    /// Redeems a login code, as the application does.
    pub(crate) async fn redeem(
        &self,
        app: &TestApp,
        code: &str,
    ) -> Result<RedeemLoginResponse, Status> {
        let key = Key::new(&app.keys.application);
        let channel = InterceptedService::new(self.channel.clone(), key);
        let request =
            RedeemLoginRequest { code: code.to_owned(), code_verifier: VERIFIER.to_owned() };
        let redeemed = SocialLoginClient::new(channel).redeem_login(request).await?;
        Ok(redeemed.into_inner())
    }
}

/// Another Bitbucket, with consumers and accounts like the first one's.
pub(crate) async fn another_bitbucket() -> StandIn {
    StandIn::start(settings()).await.unwrap()
}
