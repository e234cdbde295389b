//! Another process of the same service: the same database, its own memory.

use std::sync::Arc;

use bitbucket_stand_in::StandIn;
use latchkey_domain::{mail::Mailer, provider::ProviderName};
use latchkey_identity::{Latchkey, Parts, Providers};
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
    clients::{Keyed, login_at},
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
        self.replica_with(&self.key_file, providers(self.bitbucket_url()), None).await
    }

    /// Starts a second process whose configuration says that Bitbucket is elsewhere.
    pub(crate) async fn replica_at(&self, keys: &KeyFile, base_url: &str) -> Replica {
        self.replica_with(keys, providers(base_url), Some(mailer(&self.smtp))).await
    }

    /// Starts a second process that knows another provider as well, and is the one that is called from now on.
    pub(crate) async fn replace_with_another(&mut self, provider: &str, base_url: &str) {
        let another = providers(base_url).remove(&stand_in()).unwrap();
        let mut all = providers(self.bitbucket_url());
        all.insert(ProviderName::parse(provider).unwrap(), another);
        let mailer = Some(mailer(&self.smtp) as Arc<dyn Mailer>);
        self.channel = self.replica_with(&self.key_file, all, mailer).await.channel;
    }

    async fn replica_with(
        &self,
        keys: &KeyFile,
        providers: Providers,
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
            providers,
            resolver: resolver(&self.dns),
            mailer,
            clock,
        });
        let (_, channel) = serve(&latchkey, &self.stop, &self.tasks).await;
        let (gateway, environment) = (self.keys.gateway.clone(), self.keys.environment.clone());
        Replica { latchkey, channel, gateway, environment }
    }
}

/// The provider of every test's connection.
pub(super) fn stand_in() -> ProviderName {
    ProviderName::parse("stand-in").unwrap()
}

impl Replica {
    /// The same process, called with another gateway key.
    pub(crate) fn with_gateway_key(self, key: &str) -> Self {
        Self { gateway: key.into(), ..self }
    }

    /// Configuring connections, as an environment's administrator does.
    pub(crate) fn connections(&self) -> ConnectionAdminClient<Keyed> {
        let key = Key::new(&self.environment);
        ConnectionAdminClient::new(InterceptedService::new(self.channel.clone(), key))
    }

    /// Signing in, as a gateway does.
    pub(crate) fn login(&self) -> SocialLoginClient<Keyed> {
        login_at(&self.channel, &self.gateway)
    }

    /// Redeems a login code, as the application does.
    pub(crate) async fn redeem(
        &self,
        app: &TestApp,
        code: &str,
    ) -> Result<RedeemLoginResponse, Status> {
        let request =
            RedeemLoginRequest { code: code.to_owned(), code_verifier: VERIFIER.to_owned() };
        let redeemed = login_at(&self.channel, &app.keys.application).redeem_login(request).await?;
        Ok(redeemed.into_inner())
    }
}

/// Another Bitbucket, with consumers and accounts like the first one's.
pub(crate) async fn another_bitbucket() -> StandIn {
    StandIn::start(settings()).await.unwrap()
}
