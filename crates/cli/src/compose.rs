//! The composition root: which parts there are, and who gets which.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use latchkey_dns::Resolver;
use latchkey_domain::mail::Mailer;
use latchkey_identity::{Latchkey, Parts, Providers};
use latchkey_keyring::KeyRing;
use latchkey_providers::Registry;
use latchkey_relay::Relay;
use latchkey_store::{ConfigCache, Store};
use tokio::net::TcpListener;

use crate::{
    config::{Config, Problems},
    listen::{Place, bind},
    run::Stage,
};

/// The use cases, and what they stand on.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) latchkey: Latchkey,
    pub(crate) store: Store,
    cache: ConfigCache,
}

/// Connects to the database, whatever its schema is.
pub(crate) async fn connect(config: &Config) -> Result<Store> {
    Store::connect(&config.store).await.context("the database of store.url")
}

/// Connects to the database, if its schema is the one that this binary is made for.
pub(crate) async fn connect_to_current(config: &Config) -> Result<Store> {
    let store = connect(config).await?;
    // A database without a schema has no list of the steps that were taken, either.
    if !store.is_current().await.unwrap_or(false) {
        store.ping().await.context("the database of store.url")?;
        bail!("the database's schema is not current: run `latchkey migrate` first");
    }
    Ok(store)
}

/// The providers that are configured, by their names. Each reads the root certificates, which takes
/// a moment that a connection to the database takes as well.
pub(crate) async fn providers(config: &Config) -> Result<Providers> {
    let configured = config.providers.clone();
    let opened = tokio::task::spawn_blocking(move || Registry::open(&configured)).await?;
    let registry = opened.map_err(Problems)?;
    let with_provider = |name: &_| Some((Clone::clone(name), registry.provider(name)?));
    Ok(registry.names().filter_map(with_provider).collect())
}

/// Who carries mail, where that is configured. It reads the root certificates too.
pub(crate) async fn mailer(config: &Config) -> Result<Option<Arc<dyn Mailer>>> {
    let Some(config) = config.mail.clone() else { return Ok(None) };
    let opened = tokio::task::spawn_blocking(move || latchkey_mail::Mailer::new(&config)).await?;
    Ok(Some(Arc::new(opened?)))
}

impl Service {
    /// Puts the use cases together.
    pub(crate) fn new(
        config: &Config,
        store: Store,
        ring: KeyRing,
        providers: Providers,
        mailer: Option<Arc<dyn Mailer>>,
    ) -> Self {
        let cache = ConfigCache::new(store.clone());
        let latchkey = Latchkey::new(Parts {
            cache: cache.clone(),
            keyring: Arc::new(ring),
            providers,
            resolver: Arc::new(Resolver::new(&config.dns)),
            mailer,
            clock: Arc::new(store.clock()),
            store: store.clone(),
        });
        Self { latchkey, store, cache }
    }

    /// Keeps time, cache and feed current, purges what is due, and sends mail.
    pub(crate) fn follow(&self, stage: &Stage) {
        let stop = || stage.stop.clone();
        follow_clock(&self.store, stage);
        stage.follow("the cache", self.cache.clone().follow(stop()));
        stage.follow("the sequencer", self.store.clone().sequence(stop()));
        stage.follow("the sweep", self.store.clone().sweep(stop()));
        stage.follow("custom domains", self.latchkey.clone().look_for_domains(stop()));
        stage.follow("mail", self.latchkey.clone().deliver_mail(stop()));
        stage.follow("signing keys", self.latchkey.clone().rotate_signing_keys(stop()));
        stage.follow("the key ring", self.latchkey.clone().note_sealing(stop()));
    }

    /// Serves gRPC; at the end it waits for the work that calls began.
    pub(crate) fn serve(&self, listener: TcpListener, config: &Config, stage: &Stage) {
        let (latchkey, config, stop) =
            (self.latchkey.clone(), config.server.clone(), stage.stop.clone());
        stage.spawn("the gRPC server", async move {
            tracing::info!(address = %listener.local_addr()?, "gRPC listens");
            latchkey_server::serve(listener, latchkey.clone(), &config, stop).await?;
            latchkey.work().close();
            latchkey.work().wait().await;
            Ok(())
        });
    }
}

/// Keeps the database's time.
pub(crate) fn follow_clock(store: &Store, stage: &Stage) {
    stage.follow("the clock", store.clock().follow(store.clone(), stage.stop.clone()));
}

/// Publishes events, where a broker is configured.
pub(crate) fn relay(config: &Config, store: &Store, stage: &Stage) -> Result<()> {
    if config.relay.url.is_some() {
        let outbox = Arc::new(store.clone());
        let relay = Relay::new(&config.relay, outbox, Arc::new(store.clock()))?;
        stage.follow("the relay", relay.run(stage.stop.clone()));
    }
    Ok(())
}

/// Serves the sign-in pages, and the demo application beside them where there is one.
pub(crate) fn gateway(
    config: &latchkey_gateway::Config,
    demo: Option<latchkey_gateway::demo::DemoSettings>,
    listener: TcpListener,
    stage: &Stage,
) -> Result<()> {
    let mut router = latchkey_gateway::router(config, latchkey_gateway::channel(config)?);
    if let Some(demo) = demo {
        router = router.merge(latchkey_gateway::demo::demo_router(demo));
    }
    let stop = stage.stop.clone();
    stage.spawn("the gateway", async move {
        Ok(latchkey_gateway::serve(listener, router, stop).await?)
    });
    Ok(())
}

/// Serves metrics, where an address is configured.
pub(crate) async fn metrics(config: &Config, stage: &Stage) -> Result<()> {
    let place = Place { what: "metrics", setting: "telemetry.metrics_listen" };
    if let Some(address) = config.telemetry.metrics_listen {
        serve_metrics(bind(address, place).await?, stage);
    }
    Ok(())
}

/// Serves metrics on a listener.
pub(crate) fn serve_metrics(listener: TcpListener, stage: &Stage) {
    let stop = stage.stop.clone();
    stage.spawn(
        "metrics",
        async move { Ok(latchkey_telemetry::serve_metrics(listener, stop).await?) },
    );
}
