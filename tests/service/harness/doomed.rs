//! A process that is killed: everything in its memory is gone at once, and its connections with it.

use std::sync::Arc;

use latchkey_identity::{Latchkey, Parts, Providers};
use latchkey_keyring::KeyRing;
use latchkey_proto::v1::social_login_client::SocialLoginClient;
use latchkey_test_database::TestDatabase;
use secrecy::SecretString;
use tokio::runtime::{Builder, Runtime};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::transport::Channel;

use super::{
    TestApp,
    app::{followed, providers, resolver, serve},
    bridge::Bridge,
    clients::{Keyed, login_at},
    held::{Held, Holding},
    mailing::mailer,
    replica::stand_in,
};

/// A second process of the same service, in a runtime of its own. No task of it takes another step
/// once it was killed.
pub(crate) struct Doomed {
    runtime: Option<Runtime>,
    channel: Channel,
    gateway: SecretString,
}

impl TestApp {
    /// Starts a process that reaches the database as this URL says, and asks these providers.
    async fn doomed(&self, database: TestDatabase, providers: Providers) -> Doomed {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let keyring = Arc::new(KeyRing::load(&self.key_file).unwrap());
        let resolver = resolver(&self.dns);
        let (mailer, clock) = (Some(mailer(&self.smtp)), Arc::new(self.clock.clone()));
        let (_, channel) = runtime
            .spawn(async move {
                let store = database.store().await;
                let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
                let cache = followed(&store, &stop, &tasks);
                let parts = Parts { store, cache, keyring, providers, resolver, mailer, clock };
                serve(&Latchkey::new(parts), &stop, &tasks).await
            })
            .await
            .unwrap();
        Doomed { runtime: Some(runtime), channel, gateway: self.keys.gateway.clone() }
    }

    /// Starts a process on the same database.
    pub(crate) async fn doomed_process(&self) -> Doomed {
        self.doomed(self.database.clone(), providers(self.bitbucket_url())).await
    }

    /// Starts a process on the same database that comes as far as this with a sign-in.
    pub(crate) async fn held_process(&self, at: Held) -> (Doomed, Arc<Holding>) {
        let mut providers = providers(self.bitbucket_url());
        let bitbucket = providers.get_mut(&stand_in()).unwrap();
        let holding = Holding::new(bitbucket.clone(), at);
        *bitbucket = holding.clone();
        (self.doomed(self.database.clone(), providers).await, holding)
    }

    /// Starts a process on the same database, which is PostgreSQL, and beyond a bridge.
    pub(crate) async fn beyond_a_bridge(&self) -> (Doomed, Bridge) {
        let bridge = Bridge::to(&self.database.url).await;
        let mut database = self.database.through(bridge.port);
        // What is encrypted cannot be looked at.
        database.url.push_str("?sslmode=disable");
        (self.doomed(database, providers(self.bitbucket_url())).await, bridge)
    }
}

impl Doomed {
    /// Signing in, as a gateway does.
    pub(crate) fn login(&self) -> SocialLoginClient<Keyed> {
        login_at(&self.channel, &self.gateway)
    }

    /// Ends it, as SIGKILL does.
    pub(crate) fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for Doomed {
    fn drop(&mut self) {
        // A runtime may not end by itself within another.
        self.end();
    }
}
