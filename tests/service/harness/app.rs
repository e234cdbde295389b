//! One service for one test: its own database, port and Bitbucket.

use std::{
    collections::BTreeMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex},
};

use bitbucket_stand_in::{Control, StandIn};
use futures_util::FutureExt;
use latchkey_dns::Resolver;
use latchkey_domain::provider::ProviderName;
use latchkey_identity::{Latchkey, Parts, Providers};
use latchkey_keyring::{KeyFile, KeyRing};
use latchkey_providers::{ProviderConfig, Registry};
use latchkey_server::LimitsConfig;
use latchkey_store::{ConfigCache, Store};
use latchkey_test_database::TestDatabase;
use latchkey_test_dns::TestDns;
use latchkey_test_smtp::TestSmtp;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::transport::{Channel, Endpoint};

use super::{broker::Corner, clock::ShiftedClock, mailing::mailer, seed::Keys};

/// The host that people sign in on.
pub(crate) const HOST: &str = "login.example.com";

/// A running service.
pub(crate) struct TestApp {
    pub(crate) database: TestDatabase,
    pub(crate) store: Store,
    pub(crate) latchkey: Latchkey,
    pub(crate) clock: ShiftedClock,
    /// What its keys come from.
    pub(crate) key_file: KeyFile,
    /// What Bitbucket does.
    pub(crate) bitbucket: Control,
    /// Who answers for every name.
    pub(crate) dns: TestDns,
    /// Who takes mail for everybody.
    pub(crate) smtp: TestSmtp,
    pub(crate) keys: Keys,
    pub(crate) channel: Channel,
    /// Where the gRPC server listens.
    pub(crate) address: String,
    pub(crate) http: reqwest::Client,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
    /// What to clear at the broker.
    pub(crate) corners: Arc<Mutex<Vec<Corner>>>,
    /// Ends the giving of positions, which writes on its own.
    pub(crate) sequencer: CancellationToken,
    stand_in: StandIn,
}

/// Runs a test against a service, and ends the service however the test ends.
pub(crate) async fn with_app<F: Future<Output = ()>>(
    database: TestDatabase,
    test: impl FnOnce(TestApp) -> F,
) {
    let app = TestApp::start(database).await;
    let (stop, tasks, corners) = (app.stop.clone(), app.tasks.clone(), app.corners.clone());
    let end = AssertUnwindSafe(test(app)).catch_unwind().await;
    stop.cancel();
    tasks.close();
    tasks.wait().await;
    let corners = std::mem::take(&mut *corners.lock().unwrap());
    for corner in corners {
        corner.clear().await;
    }
    if let Err(panic) = end {
        std::panic::resume_unwind(panic);
    }
}

impl TestApp {
    async fn start(database: TestDatabase) -> Self {
        let store = database.store().await;
        let stand_in = StandIn::start(settings()).await.unwrap();
        let clock = ShiftedClock::new(store.clock());
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let sequencer = stop.child_token();
        tasks.spawn(store.clone().sequence(sequencer.clone()));
        let key_file = KeyFile::generate().unwrap();
        let (dns, smtp) = (TestDns::start().await, TestSmtp::start().await);
        let latchkey = Latchkey::new(Parts {
            store: store.clone(),
            cache: followed(&store, &stop, &tasks),
            keyring: Arc::new(KeyRing::load(&key_file).unwrap()),
            providers: providers(stand_in.base_url()),
            resolver: resolver(&dns),
            mailer: Some(mailer(&smtp)),
            clock: Arc::new(clock.clone()),
        });
        let keys = Keys::seed(&latchkey).await;
        let (address, channel) = serve(&latchkey, &stop, &tasks).await;
        Self {
            bitbucket: stand_in.control(),
            dns,
            smtp,
            http: http_client(),
            database,
            store,
            latchkey,
            clock,
            key_file,
            keys,
            channel,
            address,
            stop,
            tasks,
            corners: Arc::default(),
            sequencer,
            stand_in,
        }
    }

    /// Is called at a server that has no limits, from now on.
    pub(crate) async fn without_limits(&mut self) {
        let config = latchkey_server::Config { limits: LimitsConfig::NONE, ..Default::default() };
        (self.address, self.channel) =
            serve_with(config, &self.latchkey, &self.stop, &self.tasks).await;
    }

    /// Where the stand-in listens.
    pub(crate) fn bitbucket_url(&self) -> &str {
        self.stand_in.base_url()
    }
}

pub(super) fn settings() -> bitbucket_stand_in::Settings {
    bitbucket_stand_in::Settings {
        callback_url: format!("https://{HOST}/login/callback"),
        ..bitbucket_stand_in::Settings::on_free_port()
    }
}

/// What a configuration file says of a Bitbucket at this address.
pub(super) fn providers(base_url: &str) -> Providers {
    let settings = serde_json::json!({
        "kind": "bitbucket",
        "stand_in": true,
        "issuer": base_url,
        "authorize_url": format!("{base_url}/site/oauth2/authorize"),
        "token_url": format!("{base_url}/site/oauth2/access_token"),
        "api_url": format!("{base_url}/2.0"),
    });
    let config: ProviderConfig = serde_json::from_value(settings).unwrap();
    let name = ProviderName::parse("stand-in").unwrap();
    let registry = Registry::open(&BTreeMap::from([(name, config)])).unwrap();
    let names: Vec<_> = registry.names().cloned().collect();
    names.into_iter().map(|name| (name.clone(), registry.provider(&name).unwrap())).collect()
}

/// A cache that is kept current.
pub(super) fn followed(
    store: &Store,
    stop: &CancellationToken,
    tasks: &TaskTracker,
) -> ConfigCache {
    let cache = ConfigCache::new(store.clone());
    tasks.spawn(cache.clone().follow(stop.clone()));
    cache
}

/// Asks the test's own name server.
pub(crate) fn resolver(dns: &TestDns) -> Arc<Resolver> {
    Arc::new(Resolver::new(&latchkey_dns::Config { servers: vec![dns.address()] }))
}

pub(super) async fn serve(
    latchkey: &Latchkey,
    stop: &CancellationToken,
    tasks: &TaskTracker,
) -> (String, Channel) {
    let config = latchkey_server::Config { reflection: true, ..Default::default() };
    serve_with(config, latchkey, stop, tasks).await
}

/// Serves as this says.
pub(crate) async fn serve_with(
    config: latchkey_server::Config,
    latchkey: &Latchkey,
    stop: &CancellationToken,
    tasks: &TaskTracker,
) -> (String, Channel) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (latchkey, stop) = (latchkey.clone(), stop.clone());
    tasks.spawn(async move {
        latchkey_server::serve(listener, latchkey, &config, stop).await.unwrap();
    });
    let channel = Endpoint::from_shared(address.clone()).unwrap().connect_lazy();
    (address, channel)
}

/// A client that stays where it is sent, and needs no certificates on loopback.
fn http_client() -> reqwest::Client {
    let redirect = reqwest::redirect::Policy::none();
    reqwest::Client::builder().redirect(redirect).no_proxy().tls_certs_only([]).build().unwrap()
}
